"""What is promised: how long people may wait, as plain values. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.hours import Hours

# A new installation's desk: Monday to Friday, 9:00 to 18:00 in Paris.
DEFAULT_ZONE = "Europe/Paris"
DEFAULT_COUNTRY = "FR"
DEFAULT_WEEK = [[["09:00", "18:00"]]] * 5 + [[], []]
DEFAULT_TAKE_OVER_MINUTES = 8 * 60
DEFAULT_ANSWER_MINUTES = 4 * 60

# What a promise shows moves in steps, so that a page can be kept for that long.
STEP = timedelta(minutes=5)
# What is promised is a time that people can remember: 14:00 rather than 13:46.
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Level:
    """How long, in business time: until a person takes over, and from then on until that person answers.

    What is promised falls on a quarter of an hour, or on the desk's closing where that comes first.
    """

    hours: Hours
    take_over: timedelta
    answer: timedelta

    def taken_over_at(self, start: datetime) -> datetime:
        """When a person takes over what has been waiting since `start`."""
        return self.hours.rounded_up(self.hours.add_business(start, self.take_over), QUARTER)

    def answered_at(self, start: datetime) -> datetime:
        """When the person who was handed it at `start` has answered."""
        return self.hours.rounded_up(self.hours.add_business(start, self.answer), QUARTER)


@dataclass(frozen=True, slots=True)
class Levels:
    """Every product's level: its own, else its nearest ancestor's, else the default."""

    default: Level
    by_product: dict[int, Level] = field(default_factory=dict)

    def of(self, path: str) -> Level:
        """By the product's path, "/1/7/": its ancestors' keys from the root, and its own."""
        for key in reversed(path.strip("/").split("/")):
            if key and int(key) in self.by_product:
                return self.by_product[int(key)]
        return self.default


def percent_run(hours: Hours, start: datetime, end: datetime, now: datetime) -> int:
    """How much of the time from `start` to `end` has run, 0 to 100, counting business time alone.

    `now` counts in steps of five minutes. Time that holds no business time at all has run once `end` is reached.
    """
    if now >= end:
        return 100
    now = now - timedelta(seconds=now.timestamp() % STEP.total_seconds())
    whole = hours.business_between(start, end)
    if now <= start or whole <= timedelta():
        return 0
    return min(100, int(100 * (hours.business_between(start, now) / whole)))


def week_of(rows: list[list[list[str]]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Seven days of [["09:00", "12:30"], …] as minutes. Raises ValueError for what cannot be read."""
    try:
        return tuple(tuple((_minutes(opens), _minutes(closes)) for opens, closes in day) for day in rows)
    except (TypeError, AttributeError) as error:
        raise ValueError("opening hours are seven lists of pairs like 09:00 and 18:00") from error


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    found = int(hours) * 60 + int(minutes)
    if not (0 <= int(minutes) < 60 and 0 <= found <= 24 * 60):
        raise ValueError(f"{text} is no time of day")
    return found
