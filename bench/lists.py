"""How long each list takes to read at a million threads: the query alone and the whole page, first and deep.

python -m bench.lists     (after `make bench-pages`, which fills the installation)
"""

from __future__ import annotations

import os
import statistics
import time

from bench import site

os.environ.setdefault("BENCH_DATA", str(site.OUT / "installations" / "sqlite-1000000"))
os.environ.update(site.environment())

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

from bench.cpu import asks, reader  # noqa: E402
from community.models import Thread  # noqa: E402
from core import shelf  # noqa: E402
from core.paging import cursor_at  # noqa: E402

ROUNDS = 15


def main() -> None:
    session, handler = reader(), WSGIHandler()
    listed = Thread.objects.listed().order_by("pk")
    middle = listed.filter(pk__gte=(listed.values_list("pk", flat=True)[0] + listed.last().pk) // 2)[0]  # type: ignore[union-attr]
    deep = cursor_at(middle.created_at, middle.pk)
    product = f"about/{middle.product.slug}/"
    figures: dict[str, dict[str, float]] = {}
    for lang in ("en", "fr"):
        for place in ("", product, f"{product}data/"):
            for query in ("", "list=active", "list=unanswered", "list=unsolved", "list=solved", "in=other"):
                for at in ("", f"at={deep}"):
                    address = f"/{lang}/community/{place}?{'&'.join(filter(None, (query, at)))}".rstrip("?")
                    ask, spent = asks(handler, address, session), []
                    for _ in range(ROUNDS):
                        for kept in shelf.ALL:
                            kept.clear()
                        began = time.perf_counter()
                        ask()
                        spent.append((time.perf_counter() - began) * 1000)
                    figures[address] = {"p50": round(statistics.median(spent), 1), "most": round(max(spent[1:]), 1)}
    rows = [("", "  p50 ms  most")] + [
        (name[:70], f"{row['p50']:>8} {row['most']:>5}") for name, row in figures.items()
    ]
    site.table(
        f"Every list, page made anew ({listed.count():,} threads)",
        [("", "  p50 ms  most"), *rows],
        name="lists",
        values=figures,
    )


if __name__ == "__main__":
    main()
