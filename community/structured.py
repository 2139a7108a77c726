"""What search engines read of a thread: QAPage for a question, DiscussionForumPosting for an idea, of schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from community.models import Post, Thread, Visibility
from core import brand, drawn
from core.text import plain

# Characters that could end the script element early, or open a comment in it.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def structured(thread: Thread, posts: Iterable[Post], site: str) -> SafeString:
    """JSON for a data block. `posts` with `accepted`; only what everybody may read goes in.

    Kept in the cache for a version of thread and brand; `site` is the public address without a slash at its end.
    """
    key = drawn.key("ld", thread.pk, thread.version)
    found = cache.get(key)
    if found is None:
        data = (_posting if thread.is_idea else _qa_page)(thread, posts, f"{site}{thread.canonical_path}")
        data |= {
            "@context": "https://schema.org",
            "isPartOf": {"@type": "WebSite", "name": brand.current().name, "url": site},
        }
        found = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
        cache.set(key, found, drawn.STEP)
    return mark_safe(found)  # every character that means something to HTML is escaped above


def _qa_page(thread: Thread, posts: Iterable[Post], address: str) -> dict[str, Any]:
    question: dict[str, Any] = {
        "@type": "Question",
        "name": thread.title,
        "inLanguage": thread.lang,
        "answerCount": thread.answer_count,
        "datePublished": thread.created_at.isoformat(),
        "author": _person(thread),
        "url": address,
    }
    suggested = []
    for post in _public(posts):
        if post.is_opening:
            question["text"] = plain(post.html)
            continue
        answer = {"@type": "Answer", "upvoteCount": post.helpfuls, **_said(post, address)}
        if getattr(post, "accepted", False):
            question["acceptedAnswer"] = answer
        else:
            suggested.append(answer)
    if suggested:
        question["suggestedAnswer"] = suggested
    return {"@type": "QAPage", "mainEntity": question}


def _posting(thread: Thread, posts: Iterable[Post], address: str) -> dict[str, Any]:
    posting: dict[str, Any] = {
        "@type": "DiscussionForumPosting",
        "headline": thread.title,
        "inLanguage": thread.lang,
        "commentCount": thread.answer_count,
        "datePublished": thread.created_at.isoformat(),
        "author": _person(thread),
        "url": address,
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": thread.me_toos,
        },
    }
    replies = []
    for post in _public(posts):
        if post.is_opening:
            posting["text"] = plain(post.html)
        else:
            replies.append({"@type": "Comment", **_said(post, address)})
    if replies:
        posting["comment"] = replies
    return posting


def _public(posts: Iterable[Post]) -> Iterable[Post]:
    return (post for post in posts if post.removed_at is None and post.visibility == Visibility.PUBLIC)


def _said(post: Post, address: str) -> dict[str, Any]:
    return {
        "text": plain(post.html),
        "datePublished": post.created_at.isoformat(),
        "url": f"{address}#{post.anchor}",
        "author": _person(post),
    }


def _person(written: Thread | Post) -> dict[str, str]:
    return {"@type": "Person", "name": written.author.shown_name}
