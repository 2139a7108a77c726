"""Template tags that every page may use; they are builtins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from heroicons.templatetags.heroicons import heroicon_mini, heroicon_outline

from core import written

register = template.Library()

# The product's words for pictures, and the drawings they stand for.
ICONS = {
    "solved": ("mini", "check-circle"),
    "seat": ("outline", "user-circle"),
    "person": ("mini", "user-circle"),
    "held": ("mini", "pause-circle"),
    "closed": ("mini", "minus-circle"),
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


@register.inclusion_tag("partials/line.html")
def line(meaning: str, percent: int | None = None, wide: bool = False) -> dict[str, Any]:
    """The line from asking to whoever ends it.

    `meaning` is one of solved, waiting, person, held, late; `percent` (0 to 100) how much of a promise
    has run, None for a line that is complete. `wide` draws it at full length.
    """
    return {
        "meaning": meaning,
        "percent": percent,
        "wide": wide,
        "icon": {"waiting": "seat", "late": "seat"}.get(meaning, meaning),
    }


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
