"""Whether searching works, for `/readyz`."""

from __future__ import annotations

from datetime import datetime

from core import health
from search import engines
from search.writer import PART


def index_ready(now: datetime | None = None) -> bool:
    """Whether the index can be searched now. Never raises."""
    return engines.ready()


def writer_ready(now: datetime) -> bool:
    """Whether the writer has been heard of lately."""
    return health.beats(PART, now)
