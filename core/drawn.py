"""Finished parts of pages, kept in the cache: what they are kept by beside their own versions.

A part holds names of people and products, which have no version of their own in its key. Each key therefore holds
`names()` too, which is another after any of them changed, and the version of the brand.
"""

from __future__ import annotations

import secrets

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from core import brand

_KEY = "drawn:names"
# Parts are drawn again at least this often (seconds): promises change without a version.
STEP = 300


def names() -> str:
    """What stands for all names as they are now."""
    return str(cache.get(_KEY, ""))


def names_changed() -> None:
    """Have every part drawn anew once the transaction is committed. Rare: somebody's new name, or their erasure."""
    transaction.on_commit(_forget)


def key(*about: object) -> str:
    """A part's key in the cache: what it is about, and what every part depends on."""
    step = int(timezone.now().timestamp()) // STEP
    zone = timezone.get_current_timezone_name()
    return ":".join(str(word) for word in (*about, get_language(), zone, step, names(), brand.version()))


def _forget() -> None:
    cache.set(_KEY, secrets.token_hex(6), None)
