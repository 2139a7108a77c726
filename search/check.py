"""Finding where the index and the database differ, and mending it.

Mending goes through the outbox, as every other write: there is one writer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from search.documents import SOURCES, Source
from search.embedded.schema import mark
from search.engine import Engine, Key
from search.models import Change
from search.outbox import changed
from search.rebuild import in_batches

# A change that lands while it is looked at is not drift: what differs is looked at again after this (seconds).
SECOND_LOOK = 1.0


@dataclass(slots=True)
class Drift:
    """Keys that differ, by how."""

    missing: list[Key] = field(default_factory=list)
    stale: list[Key] = field(default_factory=list)
    extra: list[Key] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.extra)

    def all(self) -> list[Key]:
        return [*self.missing, *self.stale, *self.extra]


def check(engine: Engine, *, mend: bool, seen: Callable[[int], object] = int) -> Drift:
    """Compare everything. `seen` is told how many documents were looked at since. Raises Unavailable.

    With `mend`, what differs is put into the outbox, and the writer does the rest.
    """
    drift = Drift()
    for kind, source in SOURCES.items():
        for low, high, ids in _ranges(source.ids()):
            found = _compare(engine, source, kind, low, high, ids)
            if found:
                time.sleep(SECOND_LOOK)
                again = _compare(engine, source, kind, low, high, ids)
                found = {key: how for key, how in found.items() if again.get(key) == how}
            for key, how in found.items():
                getattr(drift, how).append(key)
            seen(len(ids))
    if mend:
        for kind in SOURCES:
            changed(kind, [key.object_id for key in drift.all() if key.kind == kind])
    return drift


def _ranges(ids: Iterator[int]) -> Iterator[tuple[int, int | None, list[int]]]:
    """Ranges of keys that cover all numbers, with what should be in each; the last one is open."""
    low = 0
    for batch in in_batches(ids):
        yield low, batch[-1] + 1, batch
        low = batch[-1] + 1
    yield low, None, []


def _compare(engine: Engine, source: Source, kind: str, low: int, high: int | None, ids: list[int]) -> dict[Key, str]:
    """What differs in one range: missing, stale or extra. What waits in the outbox does not count."""
    held = dict(engine.marks(kind, low, high))
    there = {each.object_id: mark(each) for each in source.documents(ids)} if ids else {}
    differs = {
        Key(kind, each): "missing" if each not in held else "extra" if each not in there else "stale"
        for each in held.keys() | there.keys()
        if held.get(each) != there.get(each)
    }
    if differs:
        waiting = Change.objects.filter(kind=kind, object_id__gte=low)
        for object_id in (waiting if high is None else waiting.filter(object_id__lt=high)).values_list(
            "object_id", flat=True
        ):
            differs.pop(Key(kind, object_id), None)
    return differs
