"""Making the index anew, beside the one in use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db import connection
from tqdm import tqdm

from search import engines
from search.documents import SOURCES, Document
from search.embedded import folder as folders

if TYPE_CHECKING:
    from search.elastic.engine import Elastic

T = TypeVar("T")

BATCH = 500
# The name of the lock by which one process at a time makes a cluster's index.
CLUSTER_LOCK = "rebuild-elasticsearch"
# The same on PostgreSQL, for processes on other machines: a number that nobody else uses.
_CLUSTER_NUMBER = 7_340_195_522_617


def rebuild(folder: Path, *, progress: bool) -> int:
    """Index everything that the apps declare, and swap. Returns how many documents it holds.

    Loses no write made meanwhile: the writer keeps its outbox until the swap, then does it again. Searches
    go on in the old index. Raises `folder.Busy` when another rebuild runs.
    """
    with folders.locked(folder, "rebuild"):
        documents = Counted(progress)
        engines.over(folder).rebuild(documents, progress=progress)
        # The writer tidies after a swap; where none runs, nobody else would.
        with suppress(folders.Busy), folders.locked(folder, "writer"):
            folders.tidy(folder)
        return documents.made


def rebuild_cluster(engine: Elastic, folder: Path, *, progress: bool) -> int:
    """The same for a cluster's index. The writer goes on meanwhile, and writes into both.

    Raises `folder.Busy` when another rebuild of it runs, on any machine, and Unavailable when the cluster is away
    or stops being there; the index in use stays.
    """
    with folders.locked(folder, CLUSTER_LOCK), _alone_on_the_database():
        documents = Counted(progress)
        engine.rebuild(documents)
        return documents.made


class Counted:
    """Everything that the apps declare, read as it is asked for; `made` says how many there were."""

    def __init__(self, progress: bool) -> None:
        self.progress = progress
        self.made = 0

    def __iter__(self) -> Iterator[Document]:
        for document in _documents(self.progress):
            self.made += 1
            yield document


def in_batches(each: Iterator[T], size: int = BATCH) -> Iterator[list[T]]:
    """The same, some at a time."""
    while batch := list(islice(each, size)):
        yield batch


def _documents(progress: bool) -> Iterator[Document]:
    for kind, source in SOURCES.items():
        total = sum(1 for _ in source.ids()) if progress else None
        with tqdm(total=total, desc=kind, unit="", disable=not progress) as bar:
            for ids in in_batches(source.ids()):
                yield from source.documents(ids)
                bar.update(len(ids))


@contextmanager
def _alone_on_the_database() -> Iterator[None]:
    """Held by one process of all that share this database. A file lock holds where they all are on one machine."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CLUSTER_NUMBER])
        if not cursor.fetchone()[0]:
            raise folders.Busy(CLUSTER_LOCK)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_CLUSTER_NUMBER])
