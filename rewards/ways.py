"""What each way to earn is worth, on plain values: the formulas that the public page prints.

Amounts in thousandths of a credit, shares in percent, months as the operator's calendar has them. All is computed in
whole numbers, rounded down, so that whoever computes it again gets the same.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)

# Trust levels of a member: 0 to 4.
LEVELS = 5
# From here on a falling share no longer changes.
_FAR = 600


def _whole(data: Mapping[str, Any], name: str, default: int | None = None) -> int:
    return int(data[name] if default is None else data.get(name, default))


def _falling(amount: int, percent: int, steps: int) -> int:
    steps = min(max(steps, 0), _FAR)
    return int(amount * percent**steps // 100**steps)


@dataclass(frozen=True, slots=True)
class Taper:
    """A cap that falls instead of stopping.

    The first `after` accepted answers of a calendar month earn in full, each further one `percent` of the one before
    it, and never less than `least` percent of the full amount.
    """

    after: int
    percent: int
    least: int

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Taper:
        taper = cls(_whole(data, "after"), _whole(data, "percent"), _whole(data, "least", 10))
        if taper.after < 1 or not 1 <= taper.percent <= 99 or not 1 <= taper.least <= 100:
            raise ValueError(f"unusable taper: {data}")
        return taper

    def of(self, amount: int, number: int) -> int:
        """What the accepted answer with this number of its month (from 1) earns."""
        return max(_falling(amount, self.percent, number - self.after), amount * self.least // 100)


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What an accepted answer earns on top for the others whom it helped, when its credits settle.

    `amount` for each of them, times the percentage of their trust level (0 to 4), and no more than `most`.
    """

    amount: int
    most: int
    trust: tuple[int, ...]
    hold_days: int | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Endorsement:
        trust = tuple(int(percent) for percent in data.get("trust", (50, 75, 100, 125, 150)))
        way = cls(_whole(data, "amount"), _whole(data, "most"), trust, _hold(data))
        if way.amount < 0 or way.most < 0 or len(trust) != LEVELS or any(not 0 <= each <= 1000 for each in trust):
            raise ValueError(f"unusable endorsement: {data}")
        return way

    def of(self, levels: Sequence[int]) -> int:
        """For endorsers of these trust levels, one each."""
        weight = sum(self.trust[min(max(level, 0), LEVELS - 1)] for level in levels)
        return min(self.amount * weight // 100, self.most)


@dataclass(frozen=True, slots=True)
class Once:
    """A way that earns one amount."""

    amount: int
    hold_days: int | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Once:
        way = cls(_whole(data, "amount"), _hold(data))
        if way.amount < 0:
            raise ValueError(f"unusable amount: {data}")
        return way


@dataclass(frozen=True, slots=True)
class Royalty:
    """What an article earns for a month in which it helped.

    `amount` for each member who says so, in the month in which it was published; each month later `percent` of the
    month before; no more than `most` a month, and nothing from `months` months on.
    """

    amount: int
    most: int
    percent: int
    months: int
    hold_days: int | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Royalty:
        way = cls(
            _whole(data, "amount"), _whole(data, "most"), _whole(data, "percent"), _whole(data, "months"), _hold(data)
        )
        if way.amount < 0 or way.most < 0 or not 1 <= way.percent <= 100 or not 1 <= way.months <= 240:
            raise ValueError(f"unusable royalty: {data}")
        return way

    def of(self, confirmed: int, age: int) -> int:
        """For so many members whom it helped, so many months after the month in which it was published."""
        if not 0 <= age < self.months:
            return 0
        return min(_falling(confirmed * self.amount, self.percent, age), self.most)


def _hold(data: Mapping[str, Any]) -> int | None:
    days = data.get("hold_days")
    if days is None:
        return None
    if not 0 <= int(days) <= 365:
        raise ValueError(f"unusable hold: {data}")
    return int(days)


def split(amount: int, parts: Mapping[K, int]) -> dict[K, int]:
    """Shares of `amount` by largest remainder, in the order of `parts`; they sum to it. Of equals, the first.

    Empty without parts, or where they sum to nothing.
    """
    total = sum(parts.values())
    if total <= 0:
        return {}
    shares = {key: amount * part // total for key, part in parts.items()}
    left = amount - sum(shares.values())
    by_rest = sorted(parts, key=lambda key: -(amount * parts[key] % total))
    for key in by_rest[:left]:
        shares[key] += 1
    return shares


def lowest_free(taken: Collection[int]) -> int:
    """The number that the next accepted answer of a month gets."""
    numbers = set(taken)
    return next(number for number in range(1, len(numbers) + 2) if number not in numbers)


def moves(numbers: Mapping[K, int], frozen: Collection[K] = ()) -> list[tuple[K, int]]:
    """Who moves to which number, when some became free: the last one takes the first free number, and so on.

    So what was taken back costs nobody anything: all that stands of a month earns what it would have earned, had that
    which was taken back never been. What is looked at (`frozen`) stays where it is until it is decided.
    """
    now = dict(numbers)
    moved: dict[K, int] = {}
    while True:
        free = lowest_free(now.values())
        last = max((key for key in now if key not in frozen), key=lambda key: now[key], default=None)
        if last is None or now[last] < free:
            return list(moved.items())
        now[last] = moved[last] = free


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> int:
    """Calendar months from the month of one day to that of another."""
    return (last.year - first.year) * 12 + last.month - first.month
