"""Telling the index that something changed."""

from __future__ import annotations

from collections.abc import Iterable

from search.models import Change


def changed(kind: str, ids: Iterable[int]) -> None:
    """Have these documents indexed again (or taken out). Rolls back with the caller's transaction."""
    Change.objects.bulk_create([Change(kind=kind, object_id=pk) for pk in ids], batch_size=500)
