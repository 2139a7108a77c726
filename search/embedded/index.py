"""Reading and writing the embedded index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import tantivy
from django.utils import timezone
from tantivy import Occur, Query

from search import analysis, ranking
from search.documents import SOURCES, Document
from search.embedded import folder as folders
from search.embedded import queries, schema, words
from search.engine import COUNTED_MOST, EVERYTHING, Answer, Counts, Filters, Found, Key, Unavailable, asked_together
from search.ranking import Candidate, Weights

if TYPE_CHECKING:
    from search.embedded.near import Near

WRITER_MEMORY = 64_000_000  # bytes before Tantivy writes a segment
BUILD_MEMORY = 192_000_000
MARKS_AT_ONCE = 5_000
# In which columns the choices of a filter stand.
COLUMNS_OF = {
    "kinds": ["kind_code"],
    "products": [f"product_{level}" for level in range(schema.LEVELS)],
    "topics": ["topic"],
    "solved": ["solved"],
}


@dataclass(slots=True)
class _Opened:
    """A generation as this process has it open, and the state of its commit file when it was read."""

    generation: Path
    index: tantivy.Index
    searcher: tantivy.Searcher
    commit: tuple[int, int]


class Embedded:
    """The engine over one folder. Safe to read from several threads; see `search.engine.Engine`."""

    def __init__(
        self,
        folder: Path,
        *,
        weights: Weights = ranking.WEIGHTS,
        now: Callable[[], datetime] = timezone.now,
        near: Near | None = None,
    ) -> None:
        self.folder = folder
        # Where there is an encoder.
        self.near = near
        self.weights = weights
        self.now = now
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
        product: int | None = None,
    ) -> Answer:
        searcher = self.searcher()
        asked = words.asked(text, lang=lang, searcher=searcher, typing=typing)
        if not asked:
            return Answer([], 0)
        scored = queries.scored(asked, lang=lang, title=self.weights.title, body=self.weights.body)
        narrowed = queries.narrowed(filters, without)
        held = queries.holding(asked, all_of=True, frequency=words.frequencies(searcher))
        total = strict = _count(searcher, held, narrowed)
        best = partial(self._best, searcher, asked.meant or text, scored, lang, filters, without, product)
        if strict >= ranking.FEW:
            return Answer(ranking.certain(best(limit)[:total]), total, False, asked.meant)
        first = best(limit, held) if strict else []
        total = _count(searcher, queries.holding(asked, all_of=False), narrowed)
        found = ranking.joined(first, best(limit))[:limit]
        return Answer(found, total, bool(found) and not strict, asked.meant, any_of=True)

    def counts(
        self, text: str, *, lang: str, filters: Filters, without: Collection[Key] = (), any_of: bool = False
    ) -> Counts:
        searcher = self.searcher()
        asked = words.asked(text, lang=lang, searcher=searcher)
        if not asked:
            return Counts()
        held = queries.holding(asked, all_of=not any_of, frequency=words.frequencies(searcher))
        found: dict[str, dict[int, int]] = {}
        for own, names in asked_together(filters).items():
            query = Query.boolean_query([(Occur.Must, held), *queries.narrowed(own, without)])
            wanted = {
                column: {"terms": {"field": column, "size": COUNTED_MOST}}
                for name in names
                for column in COLUMNS_OF[name]
            }
            for column, answer in searcher.aggregate(query, wanted).items():
                found[column] = {int(each["key"]): each["doc_count"] for each in answer["buckets"]}
        products: dict[int, int] = {}
        for column in COLUMNS_OF["products"]:
            # A document has each of its products once, in whatever column.
            for key, count in found[column].items():
                products[key] = products.get(key, 0) + count
        kinds = {schema.code(kind): kind for kind in SOURCES}
        return Counts(
            kinds={kinds[code]: count for code, count in found["kind_code"].items() if code in kinds},
            products=products,
            topics=found["topic"],
            solved=found["solved"].get(1, 0),
        )

    def similar(
        self,
        title: str,
        body: str,
        *,
        lang: str,
        product: int | None,
        filters: Filters = EVERYTHING,
        without: Collection[Key] = (),
        limit: int = 5,
    ) -> Answer:
        searcher = self.searcher()
        asked = words.asked(title, lang=lang, searcher=searcher)
        if not asked:
            return Answer([], 0)
        more = words.more(body, asked, searcher=searcher)
        scored = queries.scored(asked, lang=lang, title=self.weights.title, body=self.weights.body)
        scored += queries.scored(more, lang=lang, title=self.weights.more_title, body=self.weights.more_body)
        found = self._best(searcher, title, scored, lang, filters, without, product, limit, question=True)
        return Answer(found, len(found))

    def _best(
        self,
        searcher: tantivy.Searcher,
        title: str,
        scored: list[tuple[Occur, Query]],
        lang: str,
        filters: Filters,
        without: Collection[Key],
        product: int | None,
        limit: int,
        held: Query | None = None,
        question: bool = False,
    ) -> list[Found]:
        """What holds any of the words, or is `held`, in its final order.

        The candidates that signals put in order are the same whatever the limit, so that the pages of one search
        fit together; after them the rest follows as its words fit.
        """
        now = self.now()
        best: list[tuple[float, tantivy.DocAddress]] = []
        rest: list[tuple[float, tantivy.DocAddress]] = []
        for since, most in ranking.windows(now, self.weights):
            narrowed = queries.narrowed(filters, without, since)
            if held is not None:
                narrowed.append((Occur.Must, held))
            # By itself, an alternative of words is answered without looking at all that hold one.
            parts = [(Occur.Must, Query.boolean_query(scored)), *narrowed] if narrowed else scored
            wanted = most if since else most + limit
            hits: Any = searcher.search(Query.boolean_query(parts), limit=wanted, count=False).hits
            best += hits[:most]
            if since is None:
                rest = hits[most:]
                if len(hits) <= most:
                    break  # these are all
        first = ranking.ranked(_candidates(searcher, best, product), now=now, weights=self.weights)
        if first:
            head = first[: ranking.COMPARED]
            texts = (searcher.doc(each.place).get_first("spaced") or "" for each in head)
            typed = analysis.spaced(title)
            first[: len(head)] = ranking.compared(
                head, texts, title=typed, now=now, weights=self.weights, question=question
            )
        if held is None:
            near = self._near(searcher, title, lang, filters, without, product, now)
            first = ranking.fused(first, ranking.ranked(near, now=now, weights=self.weights), question=question)
        seen = {each.key for each in first}
        later = (each for each in _candidates(searcher, rest, product) if each.key not in seen)
        return [Found(each.key, each.score, each.sure) for each in (*first, *later)][:limit]

    def _near(
        self,
        searcher: tantivy.Searcher,
        text: str,
        lang: str,
        filters: Filters,
        without: Collection[Key],
        product: int | None,
        now: datetime,
    ) -> list[Candidate]:
        """Candidates for the order by meaning; none without an encoder, or where it does not know the language."""
        opened = self._opened
        if not (self.near and opened and self.weights.meaning and self.near.knows(lang)):
            return []
        cosines = self.near.nearest(
            opened.generation, text, windows=ranking.windows(now, self.weights), until=filters.until
        )
        cosines = {key: cosine for key, cosine in cosines.items() if cosine >= ranking.LEAST_NEAR}
        if not cosines:
            return []
        keys = Query.term_set_query(schema.SCHEMA, "key", [schema.key_text(key) for key in cosines])
        parts = [(Occur.Must, Query.const_score_query(keys, 0.0)), *queries.narrowed(filters, without)]
        hits: Any = searcher.search(Query.boolean_query(parts), limit=len(cosines), count=False).hits
        return [
            ranking.by_meaning(each, cosines[each.key], self.weights) for each in _candidates(searcher, hits, product)
        ]

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
        documents = list(documents)
        writer = self._open_writer()
        if self.near and self._writing:
            self.near.write(self._writing, documents, deletions)
        for key in deletions:
            writer.delete_documents_by_term("key", schema.key_text(key))
        for document in documents:
            writer.delete_documents_by_term("key", schema.key_text(Key(document.kind, document.object_id)))
            writer.add_document(schema.row(document))
        writer.commit()

    def rebuild(self, documents: Iterable[Document], *, progress: bool = False) -> None:
        """As `Engine.rebuild`. With an encoder, what it has to encode anew follows once the index is in use."""
        generation = folders.fresh(self.folder)
        titles: dict[Any, str] = {}
        if self.near:
            documents = self.near.noting(documents, titles)
        index = tantivy.Index(schema.SCHEMA, path=str(generation))
        schema.register(index)
        with index.writer(BUILD_MEMORY, num_threads=2) as writer:
            for document in documents:
                writer.add_document(schema.row(document))
            writer.commit()
            writer.wait_merging_threads()
        if self.near:
            titles = self.near.fill(generation, titles)
        folders.swap(self.folder, generation)
        if self.near:
            self.near.follow(generation, titles, progress=progress)

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


def _count(searcher: tantivy.Searcher, held: Query, narrowed: list[tuple[Occur, Query]]) -> int:
    """How many there are."""
    query = Query.boolean_query([(Occur.Must, held), *narrowed]) if narrowed else held
    result: Any = searcher.search(query, limit=1, count=True)
    return cast("int", result.count)


def _numbers(searcher: tantivy.Searcher, name: str, addresses: list[tantivy.DocAddress]) -> list[int]:
    """A column that every document has, as the schema declares it."""
    return cast("list[int]", searcher.fast_field_values(name, addresses))


def _candidates(
    searcher: tantivy.Searcher, hits: list[tuple[float, tantivy.DocAddress]], product: int | None
) -> list[Candidate]:
    """What the index knows of these; of kinds that nobody declares any more, nothing."""
    if not hits:
        return []
    addresses = [address for _, address in hits]
    kinds = {schema.code(kind): kind for kind in SOURCES}
    read = partial(searcher.fast_field_values, doc_addresses=addresses)
    above = zip(*(read(f"product_{level}") for level in range(schema.LEVELS)), strict=True) if product else repeat(())
    rows = zip(
        hits, read("kind_code"), read("object_id"), read("at"), read("solved"), read("votes"), above, strict=False
    )
    return [
        Candidate(
            key=Key(kinds[code], cast("int", object_id)),
            score=score,
            at=cast("int | None", at),
            solved=bool(solved),
            votes=cast("int", votes),
            same_product=product in products,
            place=address,
        )
        for (score, address), code, object_id, at, solved, votes, products in rows
        if code in kinds
    ]
