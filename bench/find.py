"""How long a search takes, as a page asks for it: index, visibility checked in the database, snippets."""

from __future__ import annotations

import os
import random
import time

from bench import site

os.environ.update(site.environment())

import django

django.setup()

from accounts.viewer import Viewer  # noqa: E402
from community.models import Thread  # noqa: E402
from search import find  # noqa: E402

QUERIES = 400


def main() -> None:
    titles = list(Thread.objects.listed().order_by("pk").values_list("title", flat=True))
    chosen = random.Random(20).sample(titles, min(QUERIES, len(titles)))
    figures = {}
    for label, words in (("first three words", 3), ("whole title", 99)):
        spent, empty = [], 0
        for title in chosen:
            text = " ".join(title.split()[:words])
            began = time.perf_counter()
            found = find.query(text=text, viewer=Viewer(), lang="en")
            spent.append((time.perf_counter() - began) * 1000)
            empty += not found.hits
        spent.sort()
        figures[label] = {
            "p50_ms": round(spent[len(spent) // 2], 1),
            "p95_ms": round(spent[int(len(spent) * 0.95)], 1),
            "nothing_found": empty,
        }
    site.table(
        f"Search over {len(titles):,} threads, one after the other",
        [("", "  p50 ms   p95 ms  nothing found")]
        + [
            (label, f"{row['p50_ms']:>8} {row['p95_ms']:>8} {row['nothing_found']:>14}")
            for label, row in figures.items()
        ],
        name="find",
        values=figures,
    )


if __name__ == "__main__":
    main()
