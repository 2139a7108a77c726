"""The engines that are measured, with one corpus in them."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from tantivy import Occur, Query
from tqdm import tqdm

from bench.search.sets import Asked, Set
from search import analysis
from search.embedded import queries, words
from search.embedded.folder import current
from search.embedded.index import Embedded
from search.embedded.near import Near
from search.engine import Filters, Found
from search.meaning.finder import Meaning, find
from search.ranking import Weights

EMBEDDED, ELASTICSEARCH = "embedded", "elasticsearch"
MOST = 10


class Bench:
    """An engine with one corpus in it, asked in all the ways that are measured."""

    def __init__(self, corpus: Set, folder: Path, meaning: Meaning, url: str = "") -> None:
        self.corpus = corpus
        self.folder = folder
        self.engine: Any = _cluster(url, meaning) if url else Embedded(folder)
        titles = list({row["title"] for row in corpus.rows if row["title"]}) if meaning.knows(corpus.lang) else []
        self.anew = len(titles) - len(meaning.kept(titles))
        start = time.perf_counter()
        if url:  # with the documents, so that they are encoded before
            for _ in meaning.made(title for title in titles if title not in meaning.kept([title])):
                pass
            self.encoded = time.perf_counter() - start
            start = time.perf_counter()
        self.engine.rebuild(
            tqdm(corpus.documents(), total=len(corpus.rows), desc=corpus.name, unit="doc", leave=False, disable=None)
        )
        self.built = time.perf_counter() - start
        if not url:
            start = time.perf_counter()
            self._add_vectors(meaning)
            self.encoded = time.perf_counter() - start
        self.last = corpus.at[-1] + timedelta(seconds=1) if corpus.at else datetime.now(UTC)

    def _add_vectors(self, meaning: Meaning) -> None:
        """In the steps that a rebuild takes."""
        generation = current(self.folder)
        assert generation
        near, waiting = Near(meaning), {}
        for _ in near.noting(self.corpus.documents(), waiting):
            pass
        near.follow(generation, near.fill(generation, waiting), progress=sys.stderr.isatty())
        self.engine.near = near

    def bytes(self) -> int:
        if isinstance(self.engine, Embedded):
            files = [path for path in self.folder.rglob("*") if path.is_file()]
            return sum(path.stat().st_size for path in files if not path.parent.name.startswith("vectors"))
        stats = self.engine.client.indices.stats(index=self.engine.indices.alias, metric="store")
        return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])

    def close(self) -> None:
        """Leave nothing on a cluster that is somebody's."""
        if not isinstance(self.engine, Embedded):
            self.engine.indices.remove_all()
            self.engine.client.close()

    def weigh(self, weights: Weights) -> None:
        self.engine.weights = weights

    def ask(self, text: str, asked: Asked, *, lang: str, as_of: bool) -> list[int]:
        """What a page of results shows."""
        until = self._until(asked) if as_of else None
        answer = self.engine.query(text, lang=lang, filters=Filters(until=until), limit=MOST, product=asked.product)
        return [found.key.object_id for found in answer.found]

    def submit(self, asked: Asked, *, lang: str, as_of: bool) -> list[int]:
        """What is about the same as a question, however unlike."""
        return [found.key.object_id for found in self.similar(asked, lang=lang, as_of=as_of, limit=MOST)]

    def similar(self, asked: Asked, *, lang: str, as_of: bool, limit: int) -> list[Found]:
        until = self._until(asked) if as_of else None
        answer = self.engine.similar(
            asked.title, asked.body, lang=lang, product=asked.product, limit=limit, filters=Filters(until=until)
        )
        return list(answer.found)

    def plain(self, text: str, asked: Asked, *, lang: str) -> list[int]:
        """BM25 of title and body, for any of the words, and nothing else."""
        if not isinstance(self.engine, Embedded):
            return self._plain_on_cluster(text, asked, lang=lang)
        searcher = self.engine.searcher()
        group = analysis.group_of(lang)
        terms = analysis.terms(text, group, 10_000)
        plain = words.Asked({group: [{term: 1.0} for term in terms]})
        parts = queries.scored(plain, lang=lang, title=1.0, body=1.0)
        if not parts:
            return []
        narrowed = queries.narrowed(Filters(until=self._until(asked)), ())
        both = Query.boolean_query([(Occur.Must, Query.boolean_query(parts)), *narrowed])
        hits = searcher.search(both, limit=MOST, count=False).hits
        return searcher.fast_field_values("object_id", [address for _, address in hits])

    def _plain_on_cluster(self, text: str, asked: Asked, *, lang: str) -> list[int]:
        from elasticsearch.dsl import Q  # noqa: PLC0415 - only where there is a cluster

        group = analysis.group_of(lang)
        words_of = [Q("match", **{f"{field}_{group}": analysis.prepare(text, group)}) for field in ("title", "body")]
        until = self._until(asked)
        within = [Q("range", at={"lt": until.isoformat()})] if until else []
        search = self.engine._search(Q("bool", must=Q("bool", should=words_of), filter=within))[:MOST]
        return [int(hit["_id"].rpartition(":")[2]) for hit in search.execute().to_dict()["hits"]["hits"]]

    def _until(self, asked: Asked) -> datetime | None:
        """As of when it is asked; the engine's clock says so too."""
        if asked.below is None:
            self.engine.now = lambda: self.last
            return None
        until = self.corpus.at[asked.below] if asked.below < len(self.corpus.at) else self.last
        self.engine.now = lambda: until
        return until


def _cluster(url: str, meaning: Meaning) -> Any:
    """An engine with indices of its own. A benchmark has no database, so its writes are counted here."""
    from search.elastic import engine as elastic  # noqa: PLC0415
    from search.elastic.client import Address  # noqa: PLC0415

    elastic.turn = count(1).__next__
    engine = elastic.Elastic(Address(url, prefix=f"bench-{secrets.token_hex(4)}"), meaning=meaning)
    # A page would go on without an answer that takes longer than a second; here it counts as what it took.
    engine.client = engine.client.options(request_timeout=60)
    return engine


def found_meaning() -> Meaning:
    """The encoder that is named, or the one that is fetched, with what it made before."""
    from tests.services import encoder  # noqa: PLC0415 - what it needs is not the product's

    folder = os.environ.get("SEARCH_ENCODER") or str(encoder.installed())
    kept = settings.SEARCH_VECTORS
    if os.environ.get("ANEW") == "1":
        kept = Path(tempfile.mkdtemp(prefix="vectors-"))
    found = find(folder, kept, settings.SEARCH_ENCODER_LANGUAGES)
    assert found, f"{folder} holds no encoder"
    return found


def address(stack: ExitStack) -> str:
    """A cluster that is there, or one that is started."""
    if given := os.environ.get("ELASTICSEARCH_URL"):
        return given
    from tests.services import elasticsearch  # noqa: PLC0415

    return stack.enter_context(elasticsearch.running(quick=False)).url
