"""How well and how fast the embedded engine finds things.

    python -m bench.search [FOLDER]      (or DATA=FOLDER)

FOLDER holds one folder a set, each with `corpus.jsonl[.gz]`, `queries.jsonl[.gz]` and `qrels.tsv[.gz]`.
Latency is one query after the other in one thread, the engine alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from tantivy import FieldType, Occur, Query
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from search import documents  # noqa: E402
from search.documents import Document  # noqa: E402
from search.embedded import queries  # noqa: E402
from search.embedded.index import Embedded  # noqa: E402
from search.embedded.schema import SCHEMA  # noqa: E402
from search.engine import Filters  # noqa: E402

# Set, language, measure.
SETS = [
    ("sumo", "en", "ndcg@10"),
    ("cdtn_fr", "fr", "mrr@10"),
    ("cnil_fr", "fr", "mrr@10"),
    ("banking77", "en", "mrr@10"),
]
KIND = "document"
OUT = Path("bench/out/search.json")


class _Kind:
    """Only names the kind: a benchmark has no rows to show."""

    kind = KIND


def _lines(folder: Path, name: str) -> Iterator[str]:
    """The lines of a file, packed or not."""
    packed = folder / f"{name}.gz"
    with gzip.open(packed, "rt") if packed.exists() else (folder / name).open() as file:
        yield from file


def _fill(folder: Path, lang: str, engine: Embedded) -> tuple[dict[str, int], float]:
    """Index a corpus. Gives the number of each of its ids, and the seconds it took."""
    rows = [json.loads(line) for line in _lines(folder, "corpus.jsonl")]
    numbers = {str(row["id"]): number for number, row in enumerate(rows)}
    start = time.perf_counter()
    engine.rebuild(
        Document(KIND, numbers[str(row["id"])], lang, row["title"] or "", row.get("body") or "")
        for row in tqdm(rows, desc=folder.name, unit="doc", leave=False, disable=None)
    )
    return numbers, time.perf_counter() - start


def _score(measure: str, ranked: list[int], wanted: dict[int, int]) -> float:
    """One query's figure, 0 to 1."""
    if measure == "mrr@10":
        return next((1 / (place + 1) for place, each in enumerate(ranked[:10]) if each in wanted), 0.0)
    gained = sum(wanted.get(each, 0) / math.log2(place + 2) for place, each in enumerate(ranked[:10]))
    best = sum(g / math.log2(place + 2) for place, g in enumerate(sorted(wanted.values(), reverse=True)[:10]))
    return gained / best if best else 0.0


def _measure(folder: Path, lang: str, measure: str) -> list[dict[str, Any]]:
    """All rows of one set."""
    with tempfile.TemporaryDirectory() as temporary:
        engine = Embedded(Path(temporary))
        numbers, built = _fill(folder, lang, engine)
        size = sum(path.stat().st_size for path in Path(temporary).rglob("*") if path.is_file())
        wanted: dict[str, dict[int, int]] = {}
        for line in _lines(folder, "qrels.tsv"):
            qid, document, *grade = line.rstrip("\n").split("\t")
            if document in numbers:
                wanted.setdefault(qid, {})[numbers[document]] = int(grade[0]) if grade else 1
        asked = [json.loads(line) for line in _lines(folder, "queries.jsonl")]
        # Corpora whose queries have a limit are in the order of their ids.
        ids = [int(name) for name in numbers] if "max_id" in asked[0] else []
        rows: list[dict[str, Any]] = []
        for variant in ("query", "similar") if measure == "ndcg@10" else ("query",):
            scores, times = [], []
            for each in tqdm(asked, desc=f"{folder.name} {variant}", leave=False, disable=None):
                start = time.perf_counter()
                found = _ask(engine, variant, each["text"], lang)
                times.append((time.perf_counter() - start) * 1000)
                if each.get("max_id") is not None:
                    # A question may only find older ones.
                    below = bisect_left(ids, int(each["max_id"]))
                    found = _ask_below(engine, variant, each["text"], lang, below)
                scores.append(_score(measure, found, wanted.get(str(each["qid"]), {})))
            name = {"query": "title", "similar": "title as a new question"}[variant]
            rows += [
                {"measure": f"{measure} {name}", "value": round(100 * statistics.mean(scores), 2)},
                {"measure": f"p95_ms {name}", "value": round(statistics.quantiles(times, n=20)[-1], 2)},
            ]
        rows += [{"measure": "build_s", "value": round(built, 1)}, {"measure": "bytes", "value": size}]
        return [{"set": folder.name, "engine": "embedded", "variant": "lexical", **row} for row in rows]


def _ask(engine: Embedded, variant: str, text: str, lang: str) -> list[int]:
    if variant == "query":
        answer = engine.query(text, lang=lang, filters=Filters(), limit=40)
    else:
        answer = engine.similar(text, "", lang=lang, product=None, limit=40)
    return [found.key.object_id for found in answer.found]


def _ask_below(engine: Embedded, variant: str, text: str, lang: str, below: int) -> list[int]:
    """The same question, as if only the first `below` documents were there."""
    older = Query.range_query(SCHEMA, "object_id", FieldType.Unsigned, upper_bound=below, include_upper=False)
    searcher = engine.searcher()
    for all_of in (True, False):
        asked = (
            queries.words(text, lang=lang, all_of=all_of)
            if variant == "query"
            else queries.like(text, "", lang=lang, product=None)
        )
        both = Query.boolean_query([(Occur.Must, asked), (Occur.Must, Query.const_score_query(older, 0.0))])
        hits = searcher.search(both, limit=10).hits
        if hits:
            break
    return searcher.fast_field_values("object_id", [address for _, address in hits])


def main() -> int:
    parser = argparse.ArgumentParser(description="Relevance and latency of the embedded engine.")
    parser.add_argument("folder", nargs="?", default=os.environ.get("DATA", ""), help="where the data sets lie")
    folder = Path(parser.parse_args().folder or "/nonexistent")
    present = [each for each in SETS if (folder / each[0]).is_dir()]
    if not present:
        print("search: no data sets given (DATA=folder), skipped")
        return 0
    documents.declare(_Kind())  # type: ignore[arg-type]
    rows = [row for name, lang, measure in present for row in _measure(folder / name, lang, measure)]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{row['set']:<12} {row['measure']:<36} {row['value']:>14}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
