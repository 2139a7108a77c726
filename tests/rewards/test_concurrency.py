"""Several people at once, on both databases: nothing lost, nothing doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from rewards.actions.awarding import award, take_back
from rewards.actions.settling import settle_due
from rewards.models import Transfer
from rewards.queries import Balance, balance_of
from rewards.verify import verify
from tests.together import at_once


@pytest.fixture
def db(own_database: str) -> None:
    """Everything in this file happens on a committed database."""


def test_acceptances_that_award_one_member_at_once_all_count(answered, customer, helper, now):
    posts = [answered(f"Question {number}") for number in range(6)]
    assert at_once(*[lambda post=post: accept(answer=post, by=customer, now=now) for post in posts]) == []
    assert balance_of(helper.member_id) == Balance(pending=240_000)
    assert verify().ok


def test_one_acceptance_told_several_times_at_once_is_booked_once(accepted, customer, helper, now):
    acceptance = accepted()
    take_back(acceptance=acceptance, reason="", by=customer, now=now)
    fresh = accepted("Another")
    assert at_once(*[lambda: award(acceptance=fresh, by=customer, now=now) for _ in range(4)]) == []
    assert balance_of(helper.member_id) == Balance(pending=40_000)
    assert at_once(*[lambda: take_back(acceptance=fresh, reason="", by=customer, now=now) for _ in range(4)]) == []
    assert balance_of(helper.member_id) == Balance()
    assert Transfer.objects.filter(kind="reversal").count() == 2
    assert verify().ok


def test_accepting_and_taking_back_at_once_end_in_one_of_the_two(answered, customer, helper, moderator, now):
    for number in range(4):
        post = answered(f"Question {number}")
        at_once(
            lambda post=post: accept(answer=post, by=customer, now=now),
            lambda post=post: revoke(thread=post.thread, by=moderator, now=now),
        )
    standing = Transfer.objects.filter(kind="award", reversed_by=None).count()
    assert balance_of(helper.member_id) == Balance(pending=standing * 40_000)
    assert verify().ok


def test_settling_twice_at_once_while_one_is_taken_back_settles_each_once(accepted, customer, helper, now):
    acceptances = [accepted(f"Question {number}") for number in range(5)]
    later = now + timedelta(days=20)
    at_once(
        lambda: settle_due(now=later),
        lambda: settle_due(now=later),
        lambda: revoke(thread=acceptances[2].thread, by=customer, now=later),
    )
    assert balance_of(helper.member_id) == Balance(settled=160_000)
    assert verify().ok


def test_helpers_who_replace_each_other_at_once_while_both_settle_never_wait_in_a_circle(
    answered, customer, helper, moderator, make_viewer, now
):
    other = make_viewer("Olivier")
    long_ago = now - timedelta(days=20)
    swaps = []
    for number in range(8):
        first = answered(f"Question {number}")
        second = answer(thread=first.thread, by=other, body="Another way.", now=now)
        there, instead = (first, second) if number % 2 else (second, first)
        accept(answer=there, by=customer, now=long_ago)
        swaps.append(lambda post=instead: accept(answer=post, by=customer, now=now))
    assert at_once(*swaps, *[lambda: settle_due(now=now)] * 3) == []
    found = [balance_of(viewer.member_id) for viewer in (helper, other)]
    assert sum(each.pending + each.settled - each.owed for each in found) == 8 * 40_000
    assert verify().ok
