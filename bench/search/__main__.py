"""`make bench-search`: see the package."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.search import engines, sets
from bench.search.engines import ELASTICSEARCH, EMBEDDED, Bench
from bench.search.measures import measured
from bench.search.sets import KIND
from search import documents, editorial

OUT = Path("bench/out/search.json")


class _Kind:
    """Only names the kind: a benchmark has no rows to show."""

    kind = KIND


def main() -> int:
    # Ended by a signal, too, it leaves no cluster behind.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    parser = argparse.ArgumentParser(description="How well and how fast things are found.")
    parser.add_argument("folder", nargs="?", default=os.environ.get("DATA", ""), help="where the data sets lie")
    parser.add_argument("--engine", choices=(EMBEDDED, ELASTICSEARCH), default=os.environ.get("ENGINE"))
    given = parser.parse_args()
    folder = Path(given.folder or "/nonexistent")
    present = sorted(path for path in folder.glob("*/") if sets.has(path, "queries.jsonl"))
    if not present:
        print("search: no data sets given (DATA=folder), skipped")
        return 0
    documents.declare(_Kind())  # type: ignore[arg-type]
    of = [sets.read(path) for path in present]
    meaning = engines.found_meaning()
    rows: list[dict[str, Any]] = []
    for engine in [given.engine] if given.engine else [EMBEDDED, ELASTICSEARCH]:
        with ExitStack() as stack:
            url = engines.address(stack) if engine == ELASTICSEARCH else ""
            for same, others in sets.corpora(of):
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
