"""Which engine answers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from search.embedded.index import Embedded
from search.engine import Engine


def current() -> Engine:
    """The engine that this installation searches with, open once per process."""
    return _embedded(Path(settings.SEARCH_INDEX_DIR))


@lru_cache(maxsize=4)
def _embedded(folder: Path) -> Embedded:
    return Embedded(folder)


def ready() -> bool:
    """Whether searching works now."""
    return _embedded(Path(settings.SEARCH_INDEX_DIR)).ready()
