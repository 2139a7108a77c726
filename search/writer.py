"""The one process that writes the index.

It reads the outbox in batches, writes what the database says now, commits, and only then deletes the rows
it read: killed at any point, it does some of it again, and doing it again changes nothing. While a rebuild
runs, its rows stay, because the new index may have been read from before them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.db import DatabaseError, connections
from django.utils import timezone

from core import health
from search.documents import SOURCES, Document
from search.embedded import folder as folders
from search.embedded.index import Embedded
from search.engine import Key, Unavailable
from search.models import Change
from search.rebuild import rebuild

log = logging.getLogger(__name__)

BATCH = 500
# Seconds between looks at an empty outbox: with the commit, readers see a change well within two.
PAUSE = 0.3
PAUSE_AFTER_FAILURE = 3.0
# Its name in the heartbeats.
PART = "search writer"


class Writer:
    """Takes rows of the outbox to the index. One at a time: see `run`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = Embedded(folder)
        # The last row written to the old index while a rebuild runs; those up to it are not done.
        self.kept_to = 0
        self.generation: Path | None = None

    def step(self) -> int:
        """Write one batch. Returns how many rows it took; 0 when there is nothing to do.

        Raises Unavailable when there is no index to write to.
        """
        try:
            with folders.locked(self.folder, "rebuild", shared=True):
                self._after_swap()
                rows = list(Change.objects.order_by("pk").values_list("pk", "kind", "object_id")[:BATCH])
                if rows:
                    self._write({Key(kind, object_id) for _, kind, object_id in rows})
                    Change.objects.filter(pk__in=[pk for pk, _, _ in rows]).delete()
        except folders.Busy:
            waiting = Change.objects.filter(pk__gt=self.kept_to).order_by("pk")
            rows = list(waiting.values_list("pk", "kind", "object_id")[:BATCH])
            if rows:
                self._write({Key(kind, object_id) for _, kind, object_id in rows})
                self.kept_to = rows[-1][0]
        return len(rows)

    def _after_swap(self) -> None:
        """No rebuild runs: all rows count again, and what the last one left behind can go."""
        self.kept_to = 0
        generation = folders.current(self.folder)
        if generation is None or generation != self.generation:
            self.generation = None
            self.engine = Embedded(self.folder)
            self.engine.searcher()  # raises for an index that is missing or cannot be read
            self.generation = generation
            folders.tidy(self.folder)

    def _write(self, keys: set[Key]) -> None:
        documents: list[Document] = []
        ids: dict[str, list[int]] = {}
        for key in keys:
            ids.setdefault(key.kind, []).append(key.object_id)
        for kind, wanted in ids.items():
            if kind in SOURCES:
                documents.extend(SOURCES[kind].documents(sorted(wanted)))
        gone = keys - {Key(document.kind, document.object_id) for document in documents}
        self.engine.write(documents, gone)


def run(folder: Path) -> None:
    """Write until the process ends. Raises `folder.Busy` when another process goes on writing this index."""
    with _alone(folder):
        writer = Writer(folder)
        beaten = 0.0
        while True:
            try:
                pause = 0.0 if writer.step() == BATCH else PAUSE
                if time.monotonic() - beaten >= health.BEAT_EVERY.total_seconds():
                    beaten = time.monotonic()
                    health.beat(PART, timezone.now())
            except Unavailable as missing:
                log.warning("The index is made anew: %s", missing)
                pause = _anew(folder)
            except DatabaseError as error:
                log.warning("The outbox cannot be read: %s", error)
                connections.close_all()  # a database that is away comes back
                pause = PAUSE_AFTER_FAILURE
            time.sleep(pause)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """As the only writer. One that is ending gets a moment to let go."""
    with ExitStack() as held:
        for tries_left in (3, 2, 1, 0):
            try:
                held.enter_context(folders.locked(folder, "writer"))
                break
            except folders.Busy:
                if not tries_left:
                    raise
            time.sleep(0.5)
        yield


def _anew(folder: Path) -> float:
    """Make the index from nothing; seconds to wait when somebody else does that already."""
    try:
        rebuild(folder, progress=False)
    except folders.Busy:
        return PAUSE
    return 0.0
