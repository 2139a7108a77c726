"""What stands on a printed statement, on plain values; `rewards.sheets` draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, a text for each of its columns."""

    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A table under a heading, closed by `total`.

    `columns` are its heads with their widths in millimetres, below zero for what stands on the right.
    """

    heading: str
    columns: Sequence[tuple[str, float]]
    rows: Iterable[Row]
    total: Row | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on it: whose site, what it is, for whom, the sentences under that, and the tables."""

    brand: str
    # "#732850"
    colour: str
    title: str
    name: str
    said: Sequence[str]
    parts: Iterable[Part]
    # The last day that it tells of.
    until: date


def pdf(paper: Paper) -> bytes:
    """The document, in the active language."""
    # The library takes half a second and 50 MB: a process that prints nothing does without.
    from rewards.sheets import draw  # noqa: PLC0415

    return draw(paper)
