"""The formulas of the ways to earn, on plain values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.rules import Accepted, Rules, accepted_answer_earns
from rewards.ways import Endorsement, Royalty, Taper, lowest_free, months_between, moves, split

pytestmark = pytest.mark.once
TAPER = Taper(after=2, percent=50, least=10)


def test_a_version_from_the_first_day_still_reads_and_means_the_same() -> None:
    rules = Rules.read({"accepted_answer": 40_000, "hold_days": 14})
    assert [rules.answer(number) for number in (1, 1000)] == [40_000, 40_000]
    assert rules.settles_on(date(2026, 3, 10)) == date(2026, 3, 24)
    ways = (rules.endorsement, rules.first_answer, rules.article, rules.translation, rules.failed_search, rules.royalty)
    assert ways == (None,) * 6 and rules.taper is rules.pool is None


def test_the_first_of_a_month_earn_in_full_and_each_further_one_less_but_never_nothing() -> None:
    assert [TAPER.of(40_000, number) for number in range(1, 7)] == [40_000, 40_000, 20_000, 10_000, 5_000, 4_000]
    assert TAPER.of(40_000, 100_000) == 4_000


@given(st.integers(1, 300), st.integers(1, 20), st.integers(1, 99), st.integers(1, 100))
def test_a_falling_cap_never_rises(number: int, after: int, percent: int, least: int) -> None:
    taper = Taper(after, percent, least)
    assert 0 < taper.of(1_000, number + 1) <= taper.of(1_000, number) <= 1_000


def test_who_is_trusted_more_counts_for_more_and_no_crowd_for_more_than_the_most() -> None:
    bonus = Endorsement.read({"amount": 2_000, "most": 20_000})
    assert bonus.of([]) == 0
    assert bonus.of([0, 2, 4]) == 1_000 + 2_000 + 3_000
    assert bonus.of([0] * 1_000) == 20_000


def test_a_royalty_falls_month_by_month_is_capped_and_ends() -> None:
    royalty = Royalty(amount=1_000, most=5_000, percent=50, months=3)
    assert [royalty.of(4, age) for age in range(4)] == [4_000, 2_000, 1_000, 0]
    assert royalty.of(100, 0) == 5_000
    assert royalty.of(4, -1) == 0
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == 3


@given(st.integers(0, 10**9), st.dictionaries(st.integers(), st.integers(0, 50), max_size=9))
def test_shares_sum_to_what_was_to_be_shared_and_none_is_a_whole_thousandth_off(
    amount: int, parts: dict[int, int]
) -> None:
    shares = split(amount, parts)
    total = sum(parts.values())
    assert sum(shares.values()) == (amount if total else 0)
    assert all(abs(shares[key] * total - amount * part) < total for key, part in parts.items() if total)


def test_three_authors_of_a_hundred_credits_get_a_thousandth_more_the_first() -> None:
    assert split(100_000, {"a": 1, "b": 1, "c": 1}) == {"a": 33_334, "b": 33_333, "c": 33_333}


def test_the_last_of_a_month_moves_into_a_place_that_became_free() -> None:
    assert moves({"a": 1, "b": 2}) == []
    assert moves({"b": 2, "c": 3, "d": 4}) == [("d", 1)]
    assert moves({"c": 3, "d": 4}) == [("d", 1), ("c", 2)]
    assert lowest_free([1, 2, 4]) == 3


def test_what_is_looked_at_stays_in_its_place() -> None:
    assert moves({"b": 2, "d": 4}, frozen={"d"}) == [("b", 1)]
    assert moves({"d": 4}, frozen={"d"}) == []


@given(st.sets(st.integers(1, 40), max_size=20))
def test_whatever_was_taken_back_what_stands_ends_in_the_first_places(numbers: set[int]) -> None:
    held = {number: number for number in numbers}
    held.update(moves(held))
    assert sorted(held.values()) == list(range(1, len(numbers) + 1))
    assert all(place <= number for number, place in held.items())


@pytest.mark.parametrize(
    "data",
    [
        {"taper": {"after": 0, "percent": 90}},
        {"taper": {"after": 5, "percent": 100}},
        {"endorsement": {"amount": 1, "most": 1, "trust": [100]}},
        {"article": {"amount": -1}},
        {"royalty": {"amount": 1, "most": 1, "percent": 0, "months": 3}},
        {"translation": {"amount": 1, "hold_days": 400}},
        {"pool": -1},
    ],
)
def test_rules_that_make_no_sense_are_refused(data: dict) -> None:
    with pytest.raises(ValueError, match="unusable"):
        Rules.read({"accepted_answer": 40_000, "hold_days": 14} | data)


def test_in_a_pool_an_acceptance_earns_nothing_at_once() -> None:
    pool = Rules.read({"accepted_answer": 40_000, "hold_days": 14, "pool": 1_000_000})
    accepted = Accepted(author_id=1, author_is_team=False, asker_id=2, as_staff=False)
    assert accepted_answer_earns(pool, accepted) == 0
