"""What time it is for those who hear of a publication: Wagtail's signals carry none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_AT: ContextVar[datetime | None] = ContextVar("kb_at", default=None)


def current() -> datetime:
    """The moment that `as_of` set, else now (UTC)."""
    return _AT.get() or timezone.now()


@contextmanager
def as_of(now: datetime) -> Iterator[None]:
    """What Wagtail tells of in this block happens at `now`."""
    token = _AT.set(now)
    try:
        yield
    finally:
        _AT.reset(token)
