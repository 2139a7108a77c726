"""Reading and writing the embedded index."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import tantivy
from tantivy import Occur, Query

from search.documents import SOURCES, Document
from search.embedded import folder as folders
from search.embedded import queries, schema
from search.engine import Answer, Filters, Found, Key, Unavailable

WRITER_MEMORY = 64_000_000  # bytes before Tantivy writes a segment
BUILD_MEMORY = 192_000_000
MARKS_AT_ONCE = 5_000


@dataclass(slots=True)
class _Opened:
    """A generation as this process has it open, and the state of its commit file when it was read."""

    generation: Path
    index: tantivy.Index
    searcher: tantivy.Searcher
    commit: tuple[int, int]


class Embedded:
    """The engine over one folder. Safe to read from several threads; see `search.engine.Engine`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._writing: Path | None = None

    # -- reading --------------------------------------------------------------------------------

    def query(
        self,
        text: str,
        *,
        lang: str,
        filters: Filters,
        without: Collection[Key] = (),
        limit: int = 20,
        typing: bool = False,
    ) -> Answer:
        searcher = self.searcher()
        start = searcher if typing else None
        for loosened in (False, True):
            found = queries.words(text, lang=lang, all_of=not loosened, searcher=start)
            answer = _run(searcher, queries.narrowed(found, filters, without), limit, loosened)
            if answer.found:
                return answer
        return answer

    def similar(
        self, title: str, body: str, *, lang: str, product: int | None, without: Collection[Key] = (), limit: int = 5
    ) -> Answer:
        searcher = self.searcher()
        found = queries.like(title, body, lang=lang, product=product)
        return _run(searcher, queries.narrowed(found, Filters(), without), limit, False)

    def marks(self, kind: str, low: int, high: int | None) -> Iterator[tuple[int, int]]:
        searcher = self.searcher()
        of_kind = Query.term_query(schema.SCHEMA, "kind", kind, "basic")
        while high is None or low < high:
            ids = Query.range_query(
                schema.SCHEMA,
                "object_id",
                tantivy.FieldType.Unsigned,
                lower_bound=low,
                upper_bound=high,
                include_upper=high is None,
            )
            both = Query.boolean_query([(Occur.Must, of_kind), (Occur.Must, ids)])
            hits = searcher.search(
                both, limit=MARKS_AT_ONCE, count=False, order_by_field="object_id", order=tantivy.Order.Asc
            ).hits
            if not hits:
                return
            addresses = [address for _, address in hits]
            found = _numbers(searcher, "object_id", addresses)
            yield from zip(found, _numbers(searcher, "mark", addresses), strict=True)
            low = found[-1] + 1

    def ready(self) -> bool:
        """Whether searching works now."""
        try:
            self.searcher()
        except Unavailable:
            return False
        return True

    def searcher(self) -> tantivy.Searcher:
        """The last commit's searcher: one look at the folder a search, no thread that watches it."""
        generation = folders.current(self.folder)
        if generation is None:
            raise Unavailable(f"no index in {self.folder}")
        try:
            with self._lock:
                opened = self._opened
                commit = _commit_of(generation)
                if opened is None or opened.generation != generation:
                    index = _open(generation)
                    opened = self._opened = _Opened(generation, index, index.searcher(), commit)
                elif opened.commit != commit:
                    opened.index.reload()
                    opened = self._opened = _Opened(generation, opened.index, opened.index.searcher(), commit)
                return opened.searcher
        except (ValueError, OSError) as error:
            raise Unavailable(f"{generation}: {error}") from error

    # -- writing: one process only ----------------------------------------------------------------

    def write(self, documents: Iterable[Document], deletions: Collection[Key]) -> None:
        writer = self._open_writer()
        for key in deletions:
            writer.delete_documents_by_term("key", schema.key_text(key))
        for document in documents:
            writer.delete_documents_by_term("key", schema.key_text(Key(document.kind, document.object_id)))
            writer.add_document(schema.row(document))
        writer.commit()

    def rebuild(self, documents: Iterable[Document]) -> None:
        generation = folders.fresh(self.folder)
        index = tantivy.Index(schema.SCHEMA, path=str(generation))
        schema.register(index)
        with index.writer(BUILD_MEMORY, num_threads=2) as writer:
            for document in documents:
                writer.add_document(schema.row(document))
            writer.commit()
            writer.wait_merging_threads()
        folders.swap(self.folder, generation)

    def _open_writer(self) -> tantivy.IndexWriter:
        generation = folders.current(self.folder)
        if generation is None:
            raise Unavailable(f"no index in {self.folder}")
        if self._writer is None or self._writing != generation:
            self._writer = None  # lets go of the old one's files first
            try:
                self._writer = _open(generation).writer(WRITER_MEMORY, num_threads=1)
            except (ValueError, OSError) as error:
                raise Unavailable(f"{generation}: {error}") from error
            self._writing = generation
        return self._writer


def _open(generation: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(generation))
    schema.register(index)
    index.config_reader("manual")
    return index


def _commit_of(generation: Path) -> tuple[int, int]:
    """Tantivy replaces this file with each commit."""
    stat = (generation / "meta.json").stat()
    return stat.st_mtime_ns, stat.st_ino


def _numbers(searcher: tantivy.Searcher, name: str, addresses: list[tantivy.DocAddress]) -> list[int]:
    """A column that every document has, as the schema declares it."""
    return cast("list[int]", searcher.fast_field_values(name, addresses))


def _run(searcher: tantivy.Searcher, query: Query, limit: int, loosened: bool) -> Answer:
    result: Any = searcher.search(query, limit=limit)  # its published types know of no count
    addresses = [address for _, address in result.hits]
    kinds = {schema.code(kind): kind for kind in SOURCES}
    found = [
        Found(Key(kinds[code], object_id), score)
        for (score, _), code, object_id in zip(
            result.hits,
            _numbers(searcher, "kind_code", addresses),
            _numbers(searcher, "object_id", addresses),
            strict=True,
        )
        if code in kinds
    ]
    return Answer(found, result.count, loosened)
