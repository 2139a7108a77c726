"""What the knowledge base shows on pages, the community's among them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from accounts.viewer import Viewer
from community.models import Post, Thread
from core import brand
from core.errors import Refused
from kb import cards
from kb.models import Article, Origin
from kb.permissions import check_may_promote
from kb.queries import article_of, is_wanted
from search.counting import normal

register = template.Library()

# What would end a script element early, or be read as markup in it.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.inclusion_tag("kb/parts/promotion.html", takes_context=True)
def promotion(context: dict[str, Any], thread: Thread, post: Post) -> dict[str, Any]:
    """The "Promote to FAQ" button on an accepted answer, for moderators; where its article is, afterwards.

    Call it for the thread's accepted answer. Costs nothing for anybody but moderators, one or two queries for them.
    """
    by: Viewer = context.get("viewer") or Viewer()
    # The thread's page has one form for all of its buttons, "act", which holds the CSRF field.
    shown: dict[str, Any] = {"post": post}
    if not by.is_moderator:
        return shown
    page = article_of(post.pk)
    if page is not None:
        # The thread names its article where it is live.
        shown["article_url" if page.live else "review_url"] = reverse(
            "kb:article" if page.live else "kb:review", args=[page.pk]
        )
        return shown
    try:
        check_may_promote(thread, post, by, timezone.now(), accepted=True)
    except Refused:
        return shown
    return shown | {"offered": True}


@register.filter
def search_address(row: Any) -> str:
    """Where a search is made again, in the language that it was made in. `row` has a text and a lang."""
    with override(row.lang):
        return f"{reverse('search:results')}?{urlencode({'q': row.text})}"


@register.filter
def task_of(row: Any, tasks_open: dict[tuple[str, str], int]) -> int | None:
    """The open task for a search, from what the page knows of all of them."""
    return tasks_open.get((row.lang, row.digest))


@register.inclusion_tag("kb/parts/tell_me.html", takes_context=True)
def tell_me(context: dict[str, Any], text: str) -> dict[str, Any]:
    """The offer to be told when an article answers a search. One query for members, none for visitors."""
    by: Viewer = context.get("viewer") or Viewer()
    shown: dict[str, Any] = {"text": text, "words": normal(text), "csrf_token": context.get("csrf_token", "")}
    if by.is_signed_in:
        shown["is_member"] = True
        shown["waits"] = is_wanted(text=shown["words"], lang=get_language() or "en", by=by)
    return shown


@register.simple_tag
def article_card(page: Article) -> str:
    """The address of the picture for links to an article."""
    return cards.of_article(page)


@register.simple_tag
def structured_article(page: Article, origin: Origin | None) -> SafeString:
    """Data for search engines. Question and answer for a FAQ article, which is how they read one; steps stay text."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title[:110],
        "inLanguage": page.locale.language_code,
        "description": page.summary,
        "mainEntityOfPage": f"{settings.PUBLIC_URL}{page.path_on_site}",
        "image": f"{settings.PUBLIC_URL}{cards.of_article(page)}",
        "publisher": {"@type": "Organization", "name": brand.current().name, "url": settings.PUBLIC_URL},
    }
    if page.first_published_at and page.last_published_at:
        data["datePublished"] = page.first_published_at.isoformat()
        data["dateModified"] = page.last_published_at.isoformat()
    if origin is not None and origin.credit:
        data["author"] = {"@type": "Person", "name": origin.credit}
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))
