"""How well and how fast things are found.

    make bench-search [DATA=folder] [ENGINE=embedded|elasticsearch]

The folder holds one folder a set, each with `corpus.jsonl[.gz]` (another set's where its own is missing),
`queries.jsonl[.gz]` and `qrels.tsv[.gz]`; a name that ends in `_fr` says that the set is French. Where a query has a
`max_id`, only what is older is found, and it is asked as of that time. Latency is one query after the other in one
thread, the engine alone, at its client. Sets are read-only here; nothing is fitted.

Without ENGINE both are measured, one after the other; `bench/out/search.json` grows with each corpus.

A cluster is the one that `ELASTICSEARCH_URL` names, or one of three nodes that is started for this. The encoder is the
one that `SEARCH_ENCODER` names, or one that is fetched; what it makes is kept in `SEARCH_VECTORS`; `ANEW=1` makes it
again. Variants: `bm25` (any of the words, nothing else), `lexical` (all but meaning), `semantic` (all), and `semantic`
or `lexical` with one signal switched off.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import secrets
import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from tantivy import Occur, Query
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from search import analysis, documents, editorial, ranking  # noqa: E402
from search.documents import Document  # noqa: E402
from search.embedded import queries, words  # noqa: E402
from search.embedded.folder import current  # noqa: E402
from search.embedded.index import Embedded  # noqa: E402
from search.embedded.near import Near  # noqa: E402
from search.engine import Filters, Found  # noqa: E402
from search.meaning.finder import Meaning, find  # noqa: E402
from search.ranking import Weights  # noqa: E402

KIND = "document"
OUT = Path("bench/out/search.json")
MOST = 10
BODY_WORDS = 100
# A corpus of as many documents is what latency is told of.
LARGE = 50_000
# What the ask form shows, and of so many queries of each other set what it shows wrongly.
SUGGESTED = 5
STRANGERS = 100
EMBEDDED, ELASTICSEARCH = "embedded", "elasticsearch"
# What the data sets know of; they tell nothing of votes and of what is solved.
SIGNALS = {True: ("recency", "product", "pieces"), False: ("pieces",)}


class _Kind:
    """Only names the kind: a benchmark has no rows to show."""

    kind = KIND


@dataclass(slots=True)
class Asked:
    """One query with what answers it, by number of the document."""

    title: str
    body: str
    wanted: dict[int, int]
    product: int | None = None
    # Only documents before this number are found.
    below: int | None = None


@dataclass(slots=True, eq=False)
class Set:
    """One set. `at` has a second for each document, in their order; [] where they have none."""

    name: str
    lang: str
    rows: list[dict[str, Any]]
    asked: list[Asked]
    products: dict[str, int]
    at: list[datetime] = field(default_factory=list)

    @property
    def dated(self) -> bool:
        """Whether its queries are asked as of a time."""
        return bool(self.asked and self.asked[0].below is not None)

    def documents(self) -> Iterator[Document]:
        for number, row in enumerate(self.rows):
            product = self.products.get(row.get("product") or "")
            yield Document(
                KIND,
                number,
                self.lang,
                row["title"] or "",
                row.get("body") or "",
                product_id=product,
                product_ids=(product,) if product else (),
                at=self.at[number] if self.at else None,
            )


def _lines(folder: Path, name: str) -> Iterator[str]:
    """The lines of a file, packed or not."""
    packed = folder / f"{name}.gz"
    with gzip.open(packed, "rt") if packed.exists() else (folder / name).open() as file:
        yield from file


def _has(folder: Path, name: str) -> bool:
    return (folder / name).exists() or (folder / f"{name}.gz").exists()


def _read(folder: Path) -> Set:
    """A set as its files have it."""
    of = folder if _has(folder, "corpus.jsonl") else folder.with_name(folder.name.rpartition("_")[0])
    rows = [json.loads(line) for line in _lines(of, "corpus.jsonl")]
    numbers = {str(row["id"]): number for number, row in enumerate(rows)}
    products = {name: key for key, name in enumerate(sorted({row.get("product") or "" for row in rows} - {""}), 1)}
    wanted: dict[str, dict[int, int]] = {}
    for line in _lines(folder, "qrels.tsv"):
        qid, document, *grade = line.rstrip("\n").split("\t")
        if document in numbers:
            wanted.setdefault(qid, {})[numbers[document]] = int(grade[0]) if grade else 1
    asked = []
    # Corpora whose queries have a limit are in the order of their ids.
    ids = [int(row["id"]) for row in rows] if all(str(row["id"]).isdigit() for row in rows) else []
    for line in _lines(folder, "queries.jsonl"):
        row = json.loads(line)
        below = bisect_left(ids, int(row["max_id"])) if row.get("max_id") is not None else None
        body = " ".join((row.get("body") or "").split()[:BODY_WORDS])
        product = products.get(row.get("product") or "")
        asked.append(Asked(row["text"], body, wanted.get(str(row["qid"]), {}), product, below))
    made = Set(folder.name, "fr" if folder.name.endswith("_fr") else "en", rows, asked, products)
    if made.dated:
        made.at = _times([row["created"] for row in rows])
    return made


def _times(created: list[str]) -> list[datetime]:
    """When each was written, in the order of the ids and each later than the one before.

    Ids and times were given by different clocks (they disagree by hours); so the times are sorted.
    """
    found: list[datetime] = []
    for each in sorted(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in created):
        found.append(max(each, found[-1] + timedelta(seconds=1)) if found else each)
    return found


# -- engines ----------------------------------------------------------------------------------------------


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


# -- measures ---------------------------------------------------------------------------------------------


def ndcg(ranked: list[int], wanted: dict[int, int]) -> float:
    """0 to 1, of the first ten."""
    gained = sum(wanted.get(each, 0) / math.log2(place + 2) for place, each in enumerate(ranked[:MOST]))
    best = sum(g / math.log2(place + 2) for place, g in enumerate(sorted(wanted.values(), reverse=True)[:MOST]))
    return gained / best if best else 0.0


def recall(ranked: list[int], wanted: dict[int, int]) -> float:
    return len(set(ranked[:MOST]) & set(wanted)) / len(wanted) if wanted else 0.0


def mrr(ranked: list[int], wanted: dict[int, int]) -> float:
    return next((1 / (place + 1) for place, each in enumerate(ranked[:MOST]) if each in wanted), 0.0)


def slipped(text: str, lang: str, chance: random.Random) -> str:
    """The text with one slip in a word that carries meaning: a letter dropped, doubled, changed or swapped."""
    pieces = text.split(" ")
    whole = [
        at for at, word in enumerate(pieces)
        if len(word) >= 4 and word.isalpha() and analysis.term_of(word, analysis.group_of(lang))
    ]  # fmt: skip
    if not whole:
        return text
    at = chance.choice(whole)
    word, place = pieces[at], chance.randrange(1, len(pieces[at]) - 1)
    pieces[at] = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    return " ".join(pieces)


def _first(count: int) -> Callable[[Asked], str]:
    return lambda asked: " ".join(asked.title.split()[:count])


def _title(asked: Asked) -> str:
    return asked.title


def _submitted(asked: Asked) -> str:
    return f"{asked.title} {asked.body}"


SHAPES: dict[str, Callable[[Asked], str]] = {"title": _title, "p3": _first(3), "p5": _first(5), "p8": _first(8)}


def quality(bench: Bench, of: Set, variant: str) -> list[dict[str, Any]]:
    """The figures of one set as the engine is set now."""
    rows = []
    measures = {"ndcg@10": ndcg, "recall@10": recall} if of.dated else {"mrr@10": mrr}
    shapes = list(SHAPES.items() if of.dated else [("", _title)])
    if of.dated:
        shapes.append(("submit", _submitted))
    if variant in ("lexical", "semantic"):
        chance = random.Random(11)
        typed = {id(asked): slipped(asked.title, of.lang, chance) for asked in of.asked}
        shapes.append(("title, one slip" if of.dated else "one slip", lambda asked: typed[id(asked)]))
    for shape, text in shapes:
        found = []
        for asked in tqdm(of.asked, desc=f"{of.name} {variant} {shape}", leave=False, disable=None):
            if variant == "bm25":
                found.append(bench.plain(text(asked), asked, lang=of.lang))
            elif shape == "submit":
                found.append(bench.submit(asked, lang=of.lang, as_of=True))
            else:
                found.append(bench.ask(text(asked), asked, lang=of.lang, as_of=True))
        for name, measure in measures.items():
            value = statistics.mean(measure(each, asked.wanted) for each, asked in zip(found, of.asked, strict=True))
            rows.append({"variant": variant, "measure": f"{name} {shape}".strip(), "value": round(100 * value, 2)})
    return rows


def latency(bench: Bench, of: Set, variant: str) -> list[dict[str, Any]]:
    """Milliseconds at the 50th and 95th of a hundred, over the whole corpus."""
    rows = []
    asked_in = {
        "title": lambda asked: bench.ask(asked.title, asked, lang=of.lang, as_of=False),
        "p5": lambda asked: bench.ask(SHAPES["p5"](asked), asked, lang=of.lang, as_of=False),
        "submit": lambda asked: bench.submit(asked, lang=of.lang, as_of=False),
    }
    bench.engine.now = lambda: bench.last
    for shape, ask in asked_in.items():
        times = []
        warming = of.asked[:20]
        for asked in warming + of.asked:
            start = time.perf_counter()
            ask(asked)
            times.append((time.perf_counter() - start) * 1000)
        hundredths = statistics.quantiles(times[len(warming) :], n=100)
        rows += [
            {"variant": variant, "measure": f"p50_ms {shape}", "value": round(hundredths[49], 2)},
            {"variant": variant, "measure": f"p95_ms {shape}", "value": round(hundredths[94], 2)},
        ]
    return rows


def silence(bench: Bench, of: Set, others: Sequence[Set], variant: str) -> list[dict[str, Any]]:
    """Of a hundred: where something is suggested though nothing is about it (questions of sets with another corpus),
    and where what answers a question is among the best but kept back."""
    wrongly, kept = [], []
    for other in others:
        for asked in random.Random(3).sample(other.asked, min(STRANGERS, len(other.asked))):
            stranger = Asked(asked.title, asked.body, {})
            found = bench.similar(stranger, lang=other.lang, as_of=False, limit=SUGGESTED)
            wrongly.append(any(each.sure >= ranking.SURE for each in found))
    for asked in of.asked:
        found = bench.similar(asked, lang=of.lang, as_of=True, limit=SUGGESTED)
        right = [each.sure for each in found if each.key.object_id in asked.wanted]
        if right:
            kept.append(max(right) < ranking.SURE)
    return [
        {"variant": variant, "measure": name, "value": round(100 * statistics.mean(each), 1)}
        for name, each in (("suggested wrongly", wrongly), ("right one kept back", kept))
        if each
    ]


def measured(of: Set, bench: Bench, others: Sequence[Set], engine: str) -> list[dict[str, Any]]:
    """All rows of one set, the engine's own first."""
    rows = [
        {"variant": "lexical", "measure": "build_s", "value": round(bench.built, 1)},
        {"variant": "lexical", "measure": "bytes", "value": bench.bytes()},
        {"variant": "semantic", "measure": "vectors_s", "value": round(bench.encoded, 1)},
        {"variant": "semantic", "measure": "vectors_made_anew", "value": bench.anew},
        *quality(bench, of, "bm25"),
    ]
    for variant, weights in (("lexical", ranking.without("meaning")), ("semantic", ranking.WEIGHTS)):
        bench.weigh(weights)
        rows += quality(bench, of, variant)
        rows += silence(bench, of, others, variant)
        if len(of.rows) >= LARGE:
            rows += latency(bench, of, variant)
    for signal in SIGNALS[of.dated]:
        bench.weigh(ranking.without("meaning", signal))
        rows += quality(bench, of, f"lexical without {signal}")
        bench.weigh(ranking.without(signal))
        rows += quality(bench, of, f"semantic without {signal}")
    bench.weigh(ranking.WEIGHTS)
    return [{"set": of.name, "engine": engine, **row} for row in rows]


def _meaning() -> Meaning:
    """The encoder that is named, or the one that is fetched, with what it made before."""
    from tests.services import encoder  # noqa: PLC0415 - what it needs is not the product's

    folder = os.environ.get("SEARCH_ENCODER") or str(encoder.installed())
    kept = settings.SEARCH_VECTORS
    if os.environ.get("ANEW") == "1":
        kept = Path(tempfile.mkdtemp(prefix="vectors-"))
    found = find(folder, kept, settings.SEARCH_ENCODER_LANGUAGES)
    assert found, f"{folder} holds no encoder"
    return found


def _address(stack: ExitStack) -> str:
    """A cluster that is there, or one that is started."""
    if given := os.environ.get("ELASTICSEARCH_URL"):
        return given
    from tests.services import elasticsearch  # noqa: PLC0415

    return stack.enter_context(elasticsearch.running(quick=False)).url


def _corpora(sets: Sequence[Set]) -> Iterator[tuple[list[Set], list[Set]]]:
    """The sets over one corpus, and all others."""
    done: list[Set] = []
    for of in sets:
        if of not in done:
            same = [each for each in sets if each.rows == of.rows]
            done += same
            yield same, [each for each in sets if each not in same]


def main() -> int:
    parser = argparse.ArgumentParser(description="How well and how fast things are found.")
    parser.add_argument("folder", nargs="?", default=os.environ.get("DATA", ""), help="where the data sets lie")
    parser.add_argument("--engine", choices=(EMBEDDED, ELASTICSEARCH), default=os.environ.get("ENGINE"))
    given = parser.parse_args()
    folder = Path(given.folder or "/nonexistent")
    present = sorted(path for path in folder.glob("*/") if _has(path, "queries.jsonl"))
    if not present:
        print("search: no data sets given (DATA=folder), skipped")
        return 0
    documents.declare(_Kind())  # type: ignore[arg-type]
    sets = [_read(path) for path in present]
    meaning = _meaning()
    rows: list[dict[str, Any]] = []
    for engine in [given.engine] if given.engine else [EMBEDDED, ELASTICSEARCH]:
        with ExitStack() as stack:
            url = _address(stack) if engine == ELASTICSEARCH else ""
            for same, others in _corpora(sets):
                with tempfile.TemporaryDirectory() as temporary:
                    bench = Bench(same[0], Path(temporary), meaning, url)
                    try:
                        for each in same:
                            bench.corpus = each
                            rows += measured(each, bench, others, engine)
                    finally:
                        bench.close()
                # Whatever ends a run of an hour, what it measured stays.
                OUT.parent.mkdir(parents=True, exist_ok=True)
                OUT.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{row['set']:<12} {row['engine']:<13} {row['variant']:<26} {row['measure']:<28} {row['value']:>12}")
    return 0


if __name__ == "__main__":
    # There is no database here, and nobody has taught search anything.
    with editorial.tried(editorial.Table()):
        sys.exit(main())
