"""Levels: how far somebody has come by answers that others accepted. On plain values.

All thresholds stand here. Nothing is stored: a level follows from the count of accepted answers that stands beside
the name already, and falls with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its number, from how many accepted answers on, and its name."""

    number: int
    accepted: int
    name: str | Promise


# At most eight, so that each is worth something.
LEVELS = tuple(
    Level(number, accepted, name)
    for number, (accepted, name) in enumerate(
        (
            (1, pgettext_lazy("level", "First help")),
            (5, pgettext_lazy("level", "Helping hand")),
            (15, pgettext_lazy("level", "Neighbour")),
            (40, pgettext_lazy("level", "Guide")),
            (100, pgettext_lazy("level", "Landmark")),
            (250, pgettext_lazy("level", "Reference")),
            (600, pgettext_lazy("level", "Pillar")),
            (1500, pgettext_lazy("level", "Cornerstone")),
        ),
        start=1,
    )
)


def level_of(accepted: int) -> Level | None:
    """The level of somebody with so many accepted answers; None before the first."""
    return next((level for level in reversed(LEVELS) if accepted >= level.accepted), None)


def next_level(accepted: int) -> Level | None:
    """What comes after that; None at the top."""
    return next((level for level in LEVELS if accepted < level.accepted), None)
