"""What search engines read of a thread: QAPage, as schema.org describes it."""

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


def qa_page(thread: Thread, posts: Iterable[Post], site: str) -> SafeString:
    """JSON for a data block. `posts` with `accepted`; only what everybody may read goes in.

    Kept in the cache for a version of thread and brand; `site` is the public address without a slash at its end.
    """
    key = drawn.key("ld", thread.pk, thread.version)
    found = cache.get(key)
    if found is None:
        found = json.dumps(_data(thread, posts, site), ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
        cache.set(key, found, drawn.STEP)
    return mark_safe(found)  # every character that means something to HTML is escaped above


def _data(thread: Thread, posts: Iterable[Post], site: str) -> dict[str, Any]:
    address = f"{site}{thread.canonical_path}"
    question: dict[str, Any] = {
        "@type": "Question",
        "name": thread.title,
        "inLanguage": thread.lang,
        "answerCount": thread.answer_count,
        "datePublished": thread.created_at.isoformat(),
        "author": {"@type": "Person", "name": thread.author.shown_name},
        "url": address,
    }
    suggested = []
    for post in posts:
        if post.removed_at is not None or post.visibility != Visibility.PUBLIC:
            continue
        if post.is_opening:
            question["text"] = plain(post.html)
            continue
        answer = {
            "@type": "Answer",
            "text": plain(post.html),
            "upvoteCount": post.helpfuls,
            "datePublished": post.created_at.isoformat(),
            "url": f"{address}#{post.anchor}",
            "author": {"@type": "Person", "name": post.author.shown_name},
        }
        if getattr(post, "accepted", False):
            question["acceptedAnswer"] = answer
        else:
            suggested.append(answer)
    if suggested:
        question["suggestedAnswer"] = suggested
    return {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "isPartOf": {"@type": "WebSite", "name": brand.current().name, "url": site},
        "mainEntity": question,
    }
