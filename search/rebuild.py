"""Making the index anew, beside the one in use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from search.documents import SOURCES, Document
from search.embedded import folder as folders
from search.embedded.index import Embedded

BATCH = 500


def rebuild(folder: Path, *, progress: bool) -> int:
    """Index everything that the apps declare, and swap. Returns how many documents it holds.

    Loses no write made meanwhile: the writer keeps its outbox until the swap, then does it again. Searches
    go on in the old index. Raises `folder.Busy` when another rebuild runs.
    """
    with folders.locked(folder, "rebuild"):
        made = 0

        def counted() -> Iterator[Document]:
            nonlocal made
            for document in _documents(progress):
                made += 1
                yield document

        Embedded(folder).rebuild(counted())
        # The writer tidies after a swap; where none runs, nobody else would.
        with suppress(folders.Busy), folders.locked(folder, "writer"):
            folders.tidy(folder)
        return made


def in_batches(ids: Iterator[int], size: int = BATCH) -> Iterator[list[int]]:
    """The same numbers, some at a time."""
    while batch := list(islice(ids, size)):
        yield batch


def _documents(progress: bool) -> Iterator[Document]:
    for kind, source in SOURCES.items():
        total = sum(1 for _ in source.ids()) if progress else None
        with tqdm(total=total, desc=kind, unit="", disable=not progress) as bar:
            for ids in in_batches(source.ids()):
                yield from source.documents(ids)
                bar.update(len(ids))
