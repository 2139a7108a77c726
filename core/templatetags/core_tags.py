"""Template tags that every page may use; they are builtins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from heroicons.templatetags.heroicons import heroicon_mini, heroicon_outline

from core import reading, written
from core.brand_views import icon_path as _icon_path
from core.text import plain

register = template.Library()

# As other sites name the languages of pages.
LOCALES = {"en": "en_GB", "fr": "fr_FR"}

# The product's words for pictures, and the drawings they stand for.
ICONS = {
    "solved": ("mini", "check-circle"),
    "seat": ("outline", "user-circle"),
    "person": ("mini", "user-circle"),
    "held": ("mini", "pause-circle"),
    "closed": ("mini", "minus-circle"),
    "idea": ("mini", "light-bulb"),
    "search": ("mini", "magnifying-glass"),
    "warn": ("mini", "exclamation-triangle"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside words: `{% icon "solved" %}`. Hidden from assistive technology."""
    style, drawing = ICONS[name]
    draw = heroicon_mini if style == "mini" else heroicon_outline
    return SafeString(draw(drawing, size=None, **{"class": "icon", "aria_hidden": "true"}))


@register.simple_tag
def when(at: datetime | None) -> SafeString:
    """A moment: absolute and complete for everybody; a script shortens it to "3 hours ago"."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" data-when>{}</time>',
        local.isoformat(timespec="minutes"),
        formats.date_format(local, "DATETIME_FORMAT"),
    )


@register.simple_tag
def day(at: datetime | None) -> SafeString:
    """A moment in a list: its date, short enough for the margin, and all of it on hover. A script makes it relative."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    pattern = "j F" if local.year == timezone.localtime().year else "j F Y"
    return format_html(
        '<time datetime="{}" data-when title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        formats.date_format(local, "DATETIME_FORMAT"),
        formats.date_format(local, pattern),
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """A moment that stays absolute, with its weekday: for promises. The date stands with it beyond five days."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    near = abs(at - timezone.now()) <= timedelta(days=5)
    # Not broken between day and hour, where a whole date may be: a phone is narrower than some.
    words = f"{formats.date_format(local, 'l')}\N{NO-BREAK SPACE}{formats.date_format(local, 'TIME_FORMAT')}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        whole_moment(at),
        words if near else whole_moment(at),
    )


@register.filter
def whole_moment(at: datetime | None) -> str:
    """All of a moment, in the page's language: "Tuesday 10 March 2026, 9:00"; also for mails."""
    if not at:
        return ""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'l')} {formats.date_format(local, 'DATETIME_FORMAT')}"


@register.filter(name="reading")
def reading_filter(html: str) -> SafeString:
    """`{{ post.html|reading }}`: clean HTML with long code and quotes folded, pictures sized, links that say where."""
    return reading.comfortable(str(html))


@register.simple_tag
def words_of(html: str, titles: dict[str, str] | None = None, first: bool = False) -> SafeString:
    """The same with what the page knows: `{% words_of post.html titles first=True %}`, see `core.reading`."""
    return reading.comfortable(html, titles=titles, first=first)


@register.filter
def in_words(html: str) -> str:
    """`{{ post.html|in_words }}`: the words of some HTML, for a row that shows how it begins."""
    return plain(str(html))


@register.filter
def as_code(text: str) -> SafeString:
    """`{{ value|as_code }}`: plain text as a block of code."""
    return reading.code_block(str(text))


@register.inclusion_tag("components/line.html")
def line(meaning: str, percent: int | None = None, wide: bool = False) -> dict[str, Any]:
    """The line from asking to whoever ends it.

    `meaning` is one of solved, waiting, person, held, late, closed, idea; `percent` (0 to 100) how much of a promise
    has run, None for a line that is complete. `wide` draws it at full length.
    """
    return {
        "meaning": meaning,
        # A component that is given none passes on an empty word.
        "percent": None if percent == "" else percent,
        "wide": wide,
        "icon": {"waiting": "seat", "late": "seat"}.get(meaning, meaning),
    }


@register.inclusion_tag("partials/social.html", takes_context=True)
def social(
    context: dict[str, Any], title: str, image: str, path: str, description: str = "", kind: str = "website"
) -> dict[str, Any]:
    """What other sites show of a link to this page: title, description, picture.

    `path` and `image` are addresses on this site; `kind` is "article" for one question or one article.
    """
    here = get_language() or "en"
    return {
        "title": title,
        "description": description,
        "image": image,
        "path": path,
        "kind": kind,
        "site_name": context["site_name"],
        "public_url": context["public_url"],
        "locale": LOCALES.get(here, here),
        "others": [LOCALES.get(other["code"], other["code"]) for other in context.get("other_languages", [])],
    }


@register.simple_tag
def icon_path(size: int) -> str:
    """The address of this site's icon for home screens."""
    return _icon_path(size)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The address of this page with some parameters changed; None or "" takes one out."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    encoded = params.urlencode()
    return f"?{encoded}" if encoded else context["request"].path


@register.inclusion_tag("partials/written.html", takes_context=True)
def typed(context: dict[str, Any], again: bool = False) -> dict[str, Any]:
    """What somebody typed into the form that this page does not take; `again` offers to send it as it is."""
    request = context.get("request")
    if request is None:
        return {"written": written.Written()}
    return {
        "written": written.written(request),
        "again": again,
        "path": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
