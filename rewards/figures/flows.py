"""What was earned, taken back, lost and paid, month by month and over twelve months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rewards.figures.cuts import FLOWS, months_to
from rewards.figures.sums import Sums

YEAR = 12


@dataclass(frozen=True, slots=True)
class Flow:
    """What the months from `first` to `last` come to, by the name of the figure."""

    first: date
    last: date
    amounts: dict[str, int]


def by_month(sums: Sums, months: list[date]) -> list[Flow]:
    """One for each month."""
    return [_flow(sums, month, month) for month in months]


def rolling(sums: Sums, months: list[date]) -> list[Flow]:
    """For each month the twelve that end with it."""
    return [_flow(sums, months_to(month, YEAR)[0], month) for month in months]


def _flow(sums: Sums, first: date, last: date) -> Flow:
    return Flow(first, last, {name: sums.of(cut, first, last) for name, cut in FLOWS.items()})
