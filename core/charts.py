"""Charts as SVG from the server, worked out for `components/chart.html`: bars on or beside each other, or lines.

Each has a title, a sentence that says what is seen, and a table of the same numbers, in which each may be a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 180
# Room for the numbers at the side and the names below.
LEFT, BELOW, ABOVE = 56, 24, 8
# How series are told apart: by how they are filled or drawn, not by colour alone. As classes in the stylesheet.
LOOKS = ("full", "held", "outline", "pale")


@dataclass(frozen=True, slots=True)
class Series:
    """What one kind of bars, or one line, means; `look` is one of `LOOKS`."""

    name: str
    look: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it is drawn (zero or more), as the table says it, and where that leads."""

    value: float
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One day, month or thing: `label` stands below the chart, `name` in the table; a cell for each series."""

    label: str
    name: str
    cells: tuple[Cell, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A bar or a piece of one."""

    look: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """The points of a line, as SVG's polyline takes them."""

    look: str
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the template draws. `key` makes its ids: another on the same page has another."""

    key: str
    title: str
    about: str
    head: str
    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    paths: tuple[Line, ...]
    scale: tuple[tuple[float, str], ...]
    named: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BELOW


def bars(
    *,
    key: str,
    title: str,
    about: str,
    head: str,
    series: Sequence[Series],
    columns: Sequence[Column],
    stacked: bool = True,
    axis: Callable[[float], str] = lambda value: f"{value:g}",
) -> Chart:
    """A bar for each column: its cells stacked from the base, or beside each other.

    `head` is what the columns are ("Day"), over the first column of the table; `axis` says a number at the side.
    """
    most = max((sum(_values(each)) if stacked else max(_values(each), default=0) for each in columns), default=0)
    place = _Place(most, len(columns), axis)
    parts: list[Part] = []
    for number, column in enumerate(columns):
        x, width, y = place.left(number) + place.step * 0.15, place.step * 0.7, float(place.base)
        if not stacked:
            width /= max(1, len(series))
        for each, cell in zip(series, column.cells, strict=True):
            height = cell.value * place.scale
            if height:
                parts.append(Part(each.look, *(round(n, 1) for n in (x, y - height, width, height))))
            if stacked:
                y -= height
            else:
                x += width
    return place.chart(key, title, about, head, series, columns, parts=tuple(parts))


def lines(
    *,
    key: str,
    title: str,
    about: str,
    head: str,
    series: Sequence[Series],
    columns: Sequence[Column],
    axis: Callable[[float], str] = lambda value: f"{value:g}",
) -> Chart:
    """A line for each series, through the middle of each column."""
    most = max((max(_values(each), default=0) for each in columns), default=0)
    place = _Place(most, len(columns), axis)
    drawn = tuple(
        Line(
            each.look,
            " ".join(
                f"{place.middle(number):.1f},{place.base - column.cells[nth].value * place.scale:.1f}"
                for number, column in enumerate(columns)
            ),
        )
        for nth, each in enumerate(series)
    )
    return place.chart(key, title, about, head, series, columns, paths=drawn)


def nice(most: float) -> int:
    """The next round number that is enough and has a whole half: 2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100 …"""
    power = 1
    while True:
        for factor in (2, 4, 6, 8, 10) if power == 1 else (2, 3, 4, 5, 6, 8, 10):
            if factor * power >= most:
                return factor * power
        power *= 10


def _values(column: Column) -> list[float]:
    return [cell.value for cell in column.cells]


class _Place:
    """Where numbers and columns stand."""

    def __init__(self, most: float, count: int, axis: Callable[[float], str]) -> None:
        self.base = HEIGHT - BELOW
        self.count = count
        self.step = (WIDTH - LEFT) / max(1, count)
        self.top = nice(most)
        self.scale = (self.base - ABOVE) / self.top
        self.axis = axis

    def left(self, number: int) -> float:
        return LEFT + number * self.step

    def middle(self, number: int) -> float:
        return self.left(number) + self.step / 2

    def chart(
        self,
        key: str,
        title: str,
        about: str,
        head: str,
        series: Sequence[Series],
        columns: Sequence[Column],
        *,
        parts: tuple[Part, ...] = (),
        paths: tuple[Line, ...] = (),
    ) -> Chart:
        # As many names as have room: each month of a year, about four of many days.
        every = 1 if self.count <= 12 else self.count // 4
        named = tuple(
            (round(self.middle(number), 1), column.label)
            for number, column in enumerate(columns)
            if number % every == 0 and number + every // 2 < self.count
        )
        scale = tuple(
            (round(self.base - self.top * share * self.scale, 1), self.axis(self.top * share)) for share in (0, 0.5, 1)
        )
        return Chart(key, title, about, head, tuple(series), tuple(columns), parts, paths, scale, named)
