"""Business time across lunch, nights, weekends, holidays, year ends and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.hours import Hours, NoOpening

PARIS = ZoneInfo("Europe/Paris")
H = timedelta(hours=1)
DAY = ((540, 750), (810, 1080))  # 9:00-12:30, 13:30-18:00
LUNCH = Hours(zone="Europe/Paris", week=(DAY,) * 5 + ((), ()), country="FR")
ALWAYS = Hours(zone="Europe/Paris", week=(((0, 1440),),) * 7)
PLAIN = Hours(zone="Europe/Paris", week=(((540, 1080),),) * 5 + ((), ()), country="FR")


def paris(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=PARIS, fold=fold)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (paris(2026, 3, 10, 9, 0), 3.5, paris(2026, 3, 10, 12, 30)),  # to the very start of lunch
        (paris(2026, 3, 10, 12, 0), 1, paris(2026, 3, 10, 14, 0)),  # over lunch
        (paris(2026, 3, 10, 12, 45), 1, paris(2026, 3, 10, 14, 30)),  # asked at lunch
        (paris(2026, 3, 10, 22, 50), 1, paris(2026, 3, 11, 10, 0)),  # at night
        (paris(2026, 3, 10, 0, 0), 1, paris(2026, 3, 10, 10, 0)),  # at midnight
        (paris(2026, 3, 13, 17, 30), 1, paris(2026, 3, 16, 9, 30)),  # over a weekend
        (paris(2026, 3, 14, 12, 0), 8, paris(2026, 3, 16, 18, 0)),  # on a Saturday, to the end of Monday
        (paris(2026, 5, 13, 17, 0), 2, paris(2026, 5, 15, 10, 0)),  # Ascension Day is a Thursday
        (paris(2025, 12, 31, 17, 0), 2, paris(2026, 1, 2, 10, 0)),  # the year ends
        (paris(2026, 3, 27, 17, 0), 2, paris(2026, 3, 30, 10, 0)),  # clocks go forward on that Sunday
        (paris(2026, 10, 23, 17, 0), 2, paris(2026, 10, 26, 10, 0)),  # and back
        (paris(2026, 3, 14, 12, 0), 0, paris(2026, 3, 16, 9, 0)),  # at once means when it opens
    ],
)
def test_the_end_is_found_in_opening_hours(start: datetime, hours: float, end: datetime) -> None:
    found = LUNCH.add_business(start, hours * H)
    assert found == end
    assert found.tzinfo is UTC
    if hours:
        assert LUNCH.business_between(start, found) == hours * H


def test_a_day_on_which_clocks_change_is_an_hour_shorter_or_longer() -> None:
    assert ALWAYS.business_between(paris(2026, 3, 29), paris(2026, 3, 30)) == 23 * H
    assert ALWAYS.business_between(paris(2026, 10, 25), paris(2026, 10, 26)) == 25 * H
    assert ALWAYS.add_business(paris(2026, 3, 28, 12), 24 * H) == paris(2026, 3, 29, 13)


def test_openings_within_the_hour_that_is_skipped_or_repeated_count_once_or_twice() -> None:
    night = Hours(zone="Europe/Paris", week=(((120, 150), (155, 200)),) * 7)  # 2:00-2:30 and 2:35-3:20
    # 2:00 to 3:00 does not exist: no time may count twice, nor less than none.
    spring = night.business_between(paris(2026, 3, 29), paris(2026, 3, 30))
    assert timedelta(minutes=20) <= spring <= timedelta(minutes=75)
    autumn = Hours(zone="Europe/Paris", week=(((120, 180),),) * 7)
    assert autumn.business_between(paris(2026, 10, 25), paris(2026, 10, 26)) == 2 * H
    assert autumn.is_open(paris(2026, 10, 25, 2, 30, fold=0)) and autumn.is_open(paris(2026, 10, 25, 2, 30, fold=1))


def test_two_ways_of_counting_agree() -> None:
    start = paris(2026, 3, 20, 11, 7)
    for calendar in (LUNCH, PLAIN, ALWAYS):
        for minutes in range(0, 6000, 97):
            end = calendar.add_business(start, timedelta(minutes=minutes))
            assert calendar.business_between(start, end) == timedelta(minutes=minutes)


def test_time_counted_backwards_is_negative() -> None:
    assert PLAIN.business_between(paris(2026, 3, 11, 10), paris(2026, 3, 10, 17)) == -2 * H


def test_open_from_the_first_minute_to_before_the_last() -> None:
    assert PLAIN.is_open(paris(2026, 3, 10, 9, 0))
    assert not PLAIN.is_open(paris(2026, 3, 10, 18, 0))
    assert not PLAIN.is_open(paris(2026, 7, 14, 10, 0))  # a public holiday
    assert not LUNCH.is_open(paris(2026, 3, 10, 13, 0))
    assert LUNCH.closes_at(paris(2026, 3, 10, 13, 0)) == paris(2026, 3, 10, 18, 0)
    assert PLAIN.next_opening(paris(2026, 7, 13, 18, 0)) == paris(2026, 7, 15, 9, 0)
    assert PLAIN.next_opening(paris(2026, 3, 10, 11, 0)) == paris(2026, 3, 10, 11, 0)


def test_holidays_are_those_of_the_part_of_the_country_and_the_desk_adds_its_own() -> None:
    good_friday = paris(2026, 4, 3, 10)
    alsace = Hours(zone="Europe/Paris", week=PLAIN.week, country="FR", subdivision="57")
    assert PLAIN.is_open(good_friday) and not alsace.is_open(good_friday)
    own = Hours(zone="Europe/Paris", week=PLAIN.week, country="FR", closed=frozenset({date(2026, 3, 10)}))
    assert own.next_opening(paris(2026, 3, 10, 10)) == paris(2026, 3, 11, 9)


def test_midnight_ends_a_day_and_begins_the_next_without_a_gap() -> None:
    assert ALWAYS.is_open(paris(2026, 3, 10, 0, 0))
    assert ALWAYS.add_business(paris(2026, 3, 10, 23, 0), 2 * H) == paris(2026, 3, 11, 1, 0)


@pytest.mark.parametrize(
    ("at", "promised"),
    [
        (paris(2026, 3, 10, 13, 46), paris(2026, 3, 10, 14, 0)),
        (paris(2026, 3, 10, 14, 0), paris(2026, 3, 10, 14, 0)),
        (paris(2026, 3, 10, 14, 0) + timedelta(microseconds=1), paris(2026, 3, 10, 14, 15)),
        (paris(2026, 3, 10, 17, 59), paris(2026, 3, 10, 18, 0)),
    ],
)
def test_what_is_promised_falls_on_a_quarter_of_an_hour(at: datetime, promised: datetime) -> None:
    assert PLAIN.rounded_up(at, timedelta(minutes=15)) == promised


def test_a_rounded_time_is_never_past_closing_nor_within_a_break() -> None:
    odd = Hours(zone="Europe/Paris", week=(((540, 760), (810, 1070)),) * 5 + ((), ()))  # to 12:40, and to 17:50
    assert odd.rounded_up(paris(2026, 3, 10, 12, 36), timedelta(minutes=15)) == paris(2026, 3, 10, 12, 40)
    assert odd.rounded_up(paris(2026, 3, 10, 17, 47), timedelta(minutes=15)) == paris(2026, 3, 10, 17, 50)
    assert odd.rounded_up(paris(2026, 3, 10, 17, 50), timedelta(minutes=15)) == paris(2026, 3, 10, 17, 50)


def test_a_calendar_that_never_opens_says_so_instead_of_looking_for_ever() -> None:
    with pytest.raises(NoOpening):
        Hours(zone="Europe/Paris", week=((),) * 7)
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(2000))
    with pytest.raises(NoOpening):
        Hours(zone="Europe/Paris", week=PLAIN.week, closed=closed).add_business(paris(2026, 3, 10), H)


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Nowhere"},
        {"zone": "../etc/passwd"},
        {"week": (((540, 1080),),) * 6},
        {"week": (((1080, 540),),) * 7},
        {"week": (((540, 720), (700, 1080)),) * 7},
        {"week": (((540, 1500),),) * 7},
        {"country": "XX"},
        {"country": "FR", "subdivision": "nowhere"},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Hours(**({"zone": "Europe/Paris", "week": PLAIN.week} | wrong))  # type: ignore[arg-type]


def test_times_without_a_zone_and_negative_durations_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        PLAIN.is_open(datetime(2026, 3, 10))  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        PLAIN.add_business(paris(2026, 3, 10), -H)
