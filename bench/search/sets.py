"""The sets that search is measured with: documents, questions, and what answers each."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from search.documents import Document

KIND = "document"
BODY_WORDS = 100


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


def has(folder: Path, name: str) -> bool:
    return (folder / name).exists() or (folder / f"{name}.gz").exists()


def read(folder: Path) -> Set:
    """A set as its files have it."""
    of = folder if has(folder, "corpus.jsonl") else folder.with_name(folder.name.rpartition("_")[0])
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


def corpora(sets: Sequence[Set]) -> Iterator[tuple[list[Set], list[Set]]]:
    """The sets over one corpus, and all others."""
    done: list[Set] = []
    for of in sets:
        if of not in done:
            same = [each for each in sets if each.rows == of.rows]
            done += same
            yield same, [each for each in sets if each not in same]
