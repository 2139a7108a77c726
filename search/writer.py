"""The one process that writes the index.

It reads the outbox in batches, writes what the database says now, commits, and only then deletes the rows
it read: killed at any point, it does some of it again, and doing it again changes nothing. While a rebuild
runs, its rows stay, because the new index may have been read from before them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections
from django.utils import timezone

from core import health
from search import engines
from search.documents import SOURCES, Document
from search.embedded import folder as folders
from search.engine import Key, Unavailable
from search.models import Change
from search.rebuild import rebuild, rebuild_cluster
from search.turns import turn

if TYPE_CHECKING:
    from search.elastic.engine import Elastic

log = logging.getLogger(__name__)

BATCH = 500
# Seconds between looks at an empty outbox: with the commit, readers see a change well within two.
PAUSE = 0.3
PAUSE_AFTER_FAILURE = 3.0
# After how long a cluster is asked again at the latest.
REST_MOST = 30.0
# Its name in the heartbeats.
PART = "search writer"


class Writer:
    """Takes rows of the outbox to every engine. One at a time: see `run`.

    A row stays until each engine has it. While a cluster is away, or its index is not made yet, the embedded index
    goes on alone; once the cluster answers, all that waited is written to both.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = engines.over(folder)
        self.cluster = engines.elastic()
        # The last row that only the embedded index has, or only the old one while a rebuild runs; those up to it
        # are not done.
        self.kept_to = 0
        self.generation: Path | None = None
        # The cluster is left alone until then, after as long a rest.
        self.rests_until = 0.0
        self.rest = 0.0
        self.making: threading.Thread | None = None

    def step(self) -> int:
        """Write one batch. Returns how many rows it took; 0 when there is nothing to do.

        Raises Unavailable when there is no embedded index to write to.
        """
        try:
            with folders.locked(self.folder, "rebuild", shared=True):
                self._after_swap()
                rows = self._rows(after=self.kept_to if self._cluster_rests() else 0)
                if rows and self._write(rows):
                    Change.objects.filter(pk__in=[pk for pk, _, _ in rows]).delete()
                elif rows:
                    self.kept_to = max(self.kept_to, rows[-1][0])
        except folders.Busy:
            rows = self._rows(after=self.kept_to)
            if rows:
                self._write(rows)
                self.kept_to = rows[-1][0]
        return len(rows)

    def _rows(self, after: int) -> list[tuple[int, str, int]]:
        waiting = Change.objects.filter(pk__gt=after).order_by("pk")
        return list(waiting.values_list("pk", "kind", "object_id")[:BATCH])

    def _after_swap(self) -> None:
        """No rebuild runs: all rows count again, and what the last one left behind can go."""
        generation = folders.current(self.folder)
        swapped = generation is None or generation != self.generation
        if swapped or not self._cluster_rests():
            self.kept_to = 0
        if swapped:
            self.generation = None
            self.engine = engines.over(self.folder)
            self.engine.searcher()  # raises for an index that is missing or cannot be read
            self.generation = generation
            folders.tidy(self.folder)

    def _write(self, rows: list[tuple[int, str, int]]) -> bool:
        """Write these to every engine; whether all of them have it."""
        keys = {Key(kind, object_id) for _, kind, object_id in rows}
        asked = self.cluster if not self._cluster_rests() else None
        # Before the documents are read; see there.
        version = turn() if asked else 0
        documents: list[Document] = []
        ids: dict[str, list[int]] = {}
        for key in keys:
            ids.setdefault(key.kind, []).append(key.object_id)
        for kind, wanted in ids.items():
            if kind in SOURCES:
                documents.extend(SOURCES[kind].documents(sorted(wanted)))
        gone = keys - {Key(document.kind, document.object_id) for document in documents}
        self.engine.write(documents, gone)
        if asked is None:
            return self.cluster is None
        try:
            asked.write(documents, gone, version)
        except Unavailable as error:
            self._cluster_failed(error)
            return False
        if self.rest:
            log.warning("The cluster is written to again")
        self.rest = 0.0
        return True

    # -- the cluster ------------------------------------------------------------------------------

    def _cluster_rests(self) -> bool:
        return self.cluster is not None and time.monotonic() < self.rests_until

    def _cluster_failed(self, error: Unavailable) -> None:
        if not self.rest:
            log.warning("Changes wait for the cluster: %s", error)
        self.rest = min(max(2 * self.rest, PAUSE_AFTER_FAILURE), REST_MOST)
        self.rests_until = time.monotonic() + self.rest

    def look_after_cluster(self) -> None:
        """Have its index made where the cluster is there and the index is not, beside the writing. Never raises."""
        if self.cluster is None or self._cluster_rests() or (self.making and self.making.is_alive()):
            return
        try:
            if self.cluster.lacks_index():
                self.making = threading.Thread(target=self._make, args=(self.cluster,), daemon=True)
                self.making.start()
        except Unavailable as error:
            self._cluster_failed(error)

    def _make(self, cluster: Elastic) -> None:
        log.warning("The cluster's index is made anew")
        try:
            rebuild_cluster(cluster, self.folder, progress=False)
        except folders.Busy:
            pass  # another process does it
        except (Unavailable, DatabaseError) as error:
            log.warning("The cluster's index could not be made: %s", error)
        finally:
            connections.close_all()


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
                    writer.look_after_cluster()
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
