"""A chart of what was searched each day, worked out for a template that draws it as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.asked import Day

WIDTH, HEIGHT = 720, 180
# Room for the numbers at the side and the days below.
LEFT, BELOW = 44, 24


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: which meaning it has, and where it stands."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the left, lines with their numbers, and the days that are named."""

    parts: list[Part]
    lines: list[tuple[float, int]]
    named: list[tuple[float, Day]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BELOW


def drawn(days: Sequence[Day]) -> Chart:
    """Stacked from the base: what led on, what found nothing, what was left."""
    most = max((day.searches for day in days), default=0) or 1
    top = nice(most)
    base, step = HEIGHT - BELOW, (WIDTH - LEFT) / max(1, len(days))
    scale = (base - 8) / top
    parts = []
    for place, day in enumerate(days):
        y: float = base
        for kind, count in (("led", day.led_on), ("none", day.failed), ("left", day.abandoned)):
            if count:
                height = count * scale
                y -= height
                x = LEFT + place * step + step * 0.15
                parts.append(Part(kind, round(x, 1), round(y, 1), round(step * 0.7, 1), round(height, 1)))
    lines = [(round(base - top * share * scale, 1), round(top * share)) for share in (0, 0.5, 1)]
    every = max(1, len(days) // 4)
    named = [
        (round(LEFT + place * step + step / 2, 1), day)
        for place, day in enumerate(days)
        if place % every == 0 and place + every // 2 < len(days)
    ]
    return Chart(parts, lines, named)


def nice(most: int) -> int:
    """The next round number that is enough and has a whole half: 2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100 …"""
    power = 1
    while True:
        for factor in (2, 4, 6, 8, 10) if power == 1 else (2, 3, 4, 5, 6, 8, 10):
            if factor * power >= most:
                return factor * power
        power *= 10
