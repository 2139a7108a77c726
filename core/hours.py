"""Business time: a calendar of opening hours, on plain values.

Everything takes and gives aware datetimes; results are in UTC. What is open is said in the calendar's own
zone ("9:00 to 18:00 in Paris"), so a day on which clocks change is an hour shorter or longer where it falls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holidays import country_holidays

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MINUTES = 24 * 60
# A desk that stays closed for longer than this has no opening hours that anybody could be promised.
LONGEST_CLOSURE = timedelta(days=400)

# From and to, in minutes after midnight by the clock on the wall; 1440 is the midnight that ends the day.
Interval = tuple[int, int]


class NoOpening(ValueError):
    """This calendar never opens, or not within `LONGEST_CLOSURE`."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A business calendar. `week` holds the intervals of Monday to Sunday; a lunch break is the gap between two.

    `country` ("FR") and `subdivision` ("57") name public holidays, on which it stays closed; `closed` holds
    further days. Raises ValueError for a zone, country or interval that makes no sense, NoOpening for a week
    without any.
    """

    zone: str
    week: tuple[tuple[Interval, ...], ...]
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{self.zone!r} is no time zone") from error
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for intervals in self.week:
            ends = 0
            for opens, closes in intervals:
                if not ends <= opens < closes <= DAY_MINUTES:
                    raise ValueError("the intervals of a day follow one another, between 0 and 1440 minutes")
                ends = closes
        if self.country:
            try:
                _public_holidays(self.country, self.subdivision, 2026)
            except NotImplementedError as error:
                raise ValueError(
                    f"no public holidays are known of {self.country} {self.subdivision}".strip()
                ) from error
        if not any(self.week):
            raise NoOpening("a calendar without opening hours")

    def add_business(self, start: datetime, duration: timedelta) -> datetime:
        """The moment at which the calendar has been open for `duration` since `start`.

        No duration gives the next moment that is open. Raises ValueError for a negative one, NoOpening where
        the calendar stays closed for too long.
        """
        if duration < timedelta():
            raise ValueError("a duration to wait is not negative")
        start = _utc(start)
        if not duration:
            return self.next_opening(start)
        left = duration
        for opens, closes in self._openings(start):
            opens = max(opens, start)
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise NoOpening("open only before the time asked for")  # pragma: no cover - _openings raises

    def rounded_up(self, at: datetime, step: timedelta) -> datetime:
        """The next full `step` of the clock at or after `at` (`step` divides an hour), but no later than closing."""
        at = _utc(at)
        rounded = at + -(at - EPOCH) % step
        ends = [closes for opens, closes in self._intervals(self._day(at)) if opens <= at <= closes]
        return min([rounded, *ends[:1]])

    def business_between(self, a: datetime, b: datetime) -> timedelta:
        """How long the calendar is open from `a` to `b`; negative where `b` is the earlier one."""
        a, b = _utc(a), _utc(b)
        if b < a:
            return -self.business_between(b, a)
        total = timedelta()
        day, last = self._day(a), self._day(b)
        while day <= last:
            for opens, closes in self._intervals(day):
                total += max(min(closes, b) - max(opens, a), timedelta())
            day += DAY
        return total

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at `at`; the moment of closing is not."""
        at = _utc(at)
        return any(opens <= at < closes for opens, closes in self._intervals(self._day(at)))

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself where it is open then, else when it opens next. Raises NoOpening."""
        at = _utc(at)
        opens, _closes = next(self._openings(at))
        return max(opens, at)

    def closes_at(self, at: datetime) -> datetime | None:
        """When the day's last opening ends, if there is one that has not ended at `at`."""
        at = _utc(at)
        ends = [closes for _opens, closes in self._intervals(self._day(at)) if closes > at]
        return ends[-1] if ends else None

    def is_closed_on(self, day: date) -> bool:
        """A public holiday or a further closing day; says nothing of the weekday."""
        return day in self.closed or (
            bool(self.country) and day in _public_holidays(self.country, self.subdivision, day.year)
        )

    def _openings(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Intervals that end after `start`, in order, without end. Raises NoOpening rather than looking for ever."""
        day = self._day(start)
        latest = day
        while day - latest <= LONGEST_CLOSURE:
            for opens, closes in self._intervals(day):
                if closes > start:
                    latest = day
                    yield opens, closes
            day += DAY
        raise NoOpening(f"closed for more than {LONGEST_CLOSURE.days} days after {latest}")

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def _intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The day's intervals in UTC, in order and apart."""
        return _on_day(self.zone, self.week[day.weekday()], day) if not self.is_closed_on(day) else ()


@lru_cache(maxsize=4096)
def _on_day(zone: str, intervals: tuple[Interval, ...], day: date) -> tuple[tuple[datetime, datetime], ...]:
    # Where clocks go back, an interval lasts from the first time that its start is shown to the last that its end is.
    found = sorted((_at(zone, day, opens, 0), _at(zone, day, closes, 1)) for opens, closes in intervals)
    apart: list[tuple[datetime, datetime]] = []
    for opens, closes in found:
        # Where clocks go forward, an interval within the hour that is skipped may fall into its neighbour.
        if apart:
            opens = max(opens, apart[-1][1])
        if opens < closes:
            apart.append((opens, closes))
    return tuple(apart)


def _at(zone: str, day: date, minutes: int, fold: int) -> datetime:
    if minutes == DAY_MINUTES:
        day, minutes = day + DAY, 0
    wall = datetime.combine(day, time(minutes // 60, minutes % 60, fold=fold), tzinfo=ZoneInfo(zone))
    at = wall.astimezone(UTC)
    if fold and at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall.replace(tzinfo=None, fold=0):
        # The hour is skipped on that day: like the start, it falls after the change.
        return wall.replace(fold=0).astimezone(UTC)
    return at


@lru_cache(maxsize=512)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)
