"""How often one person may do one thing. Counted by django-ratelimit in the cache."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django_ratelimit.core import get_usage

from core.errors import TooMany

# Per member where there is one, else per address: a phone network shares addresses, so these are wider.
RATES = {
    "ask": "10/h",
    "answer": "60/h",
    "comment": "120/h",
    "report": "30/h",
    "vote": "300/h",
    "helped": "60/h",
    "search": "240/m",
    "upload": "60/h",
    "preview": "120/m",
    "draft": "240/m",
    # Cards for links that have to be drawn first.
    "card": "120/m",
    "seen": "120/m",
    # Statements drawn as PDF, signed statements made, and codes of such that somebody asks about.
    "paper": "60/h",
    "contribution": "20/h",
    "verify": "30/m",
    # Texts of people who are about to sign in.
    "keep": "120/h",
}


def check(request: HttpRequest, what: str) -> None:
    """Count one use of `what` (a key of RATES). Raises TooMany when the limit is passed."""
    _raise_when_passed(_usage(request, what, increment=True))


def look(request: HttpRequest, what: str) -> None:
    """Count nothing yet. Raises TooMany when one use more would pass the limit. See `count`."""
    usage = _usage(request, what, increment=False)
    if usage is not None:
        _raise_when_passed(usage | {"should_limit": usage["count"] >= usage["limit"]})


def count(request: HttpRequest, what: str) -> None:
    """Count one use that came about, after a `look`: what was refused or sent back takes none of what is allowed."""
    _usage(request, what, increment=True)


def _usage(request: HttpRequest, what: str, *, increment: bool) -> dict[str, Any] | None:
    viewer = getattr(request, "viewer", None)
    member = viewer.member if viewer else None

    def key(group: str, request: HttpRequest) -> str:
        return f"member:{member.pk}" if member else f"ip:{request.META.get('REMOTE_ADDR', '')}"

    usage: dict[str, Any] | None = get_usage(request, group=what, key=key, rate=RATES[what], increment=increment)
    return usage


def _raise_when_passed(usage: dict[str, Any] | None) -> None:
    if usage and usage["should_limit"]:
        raise TooMany(timezone.now() + timedelta(seconds=max(1, usage["time_left"])))
