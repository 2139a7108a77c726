"""The plain decisions: days, sums and votes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rewards.payable import ASK_MOST, Terms, Worth, ask_after, match, may_become, period, winner, worth
from rewards.providers.base import Order


def test_rules_that_are_silent_mean_twice_a_year():
    assert Terms.read({}) == Terms(months=6, choice_days=14, cash_minimum=1_000_000, account_days=30)


@pytest.mark.parametrize(
    "rules",
    [{"payout_months": 5}, {"payout_months": 0}, {"choice_days": 0}, {"cash_minimum": -1}, {"account_days": -1}],
)
def test_rules_that_make_no_sense_are_refused(rules):
    with pytest.raises(ValueError):
        Terms.read(rules)


def test_a_day_belongs_to_its_part_of_the_year():
    assert period(date(2026, 1, 1), 6) == (date(2026, 1, 1), date(2026, 6, 30))
    assert period(date(2026, 12, 31), 6) == (date(2026, 7, 1), date(2026, 12, 31))
    assert period(date(2028, 2, 29), 1) == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize("micros", [1, 7_000, 9_999, 10_000, 33_333, 1_000_000, 12_345_678])
@pytest.mark.parametrize("amount", [0, 1, 999, 1_000, 12_345, 40_999, 10**9 + 7])
def test_never_more_is_paid_than_credits_are_worth_nor_more_taken_than_it_takes(amount, micros):
    found = worth(amount, micros)
    assert 0 <= found.amount <= amount
    # In billionths of a unit: at least what is paid, and one thousandth of a credit less would be too little.
    assert found.amount * micros >= found.value * 10_000_000
    assert (found.amount - 1) * micros < found.value * 10_000_000 or not found.value
    assert (found.value + 1) * 10_000_000 > amount * micros


def test_nothing_is_worth_nothing():
    assert worth(5_000, 0) == worth(-5_000, 10_000) == worth(0, 10_000) == Worth(0, 0)
    assert match(100, 0, 10_000) == match(0, 50, 10_000) == Worth(0, 0)
    assert match(401, 50, 10_000) == Worth(200_000, 200)


def test_most_votes_win_and_of_equals_the_first_listed():
    assert winner([], []) is None
    assert winner([], [4, 2]) == 4
    assert winner([(2, 3), (4, 3)], [4, 2]) == 4
    assert winner([(2, 3), (4, 2)], [4, 2]) == 2


def test_a_last_word_is_the_last_but_for_money_that_comes_back():
    assert may_become("paid", "returned") and not may_become("paid", "refused")
    for state in ("refused", "returned", "kept", "chosen"):
        assert not any(may_become(state, word) for word in ("sent", "paid", "refused", "returned"))


def test_a_provider_is_asked_less_and_less_often():
    waits = [ask_after(attempt) for attempt in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=5), ASK_MOST)


def test_a_sum_is_written_with_two_decimals():
    assert [Order("k", "p", value, "EUR").decimal for value in (5, 100, 1_240)] == ["0.05", "1.00", "12.40"]
