"""Several people and processes at the same run at once, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Refused
from events.models import Event
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze, open_run
from rewards.models import Payout, PayoutRun, Transfer
from rewards.queries import balance_of
from rewards.verify import verify
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, STATEMENTS
from tests.together import at_once


@pytest.fixture
def db(own_database: str) -> None:
    """Everything in this file happens on a committed database."""


def test_a_run_approved_by_two_at_once_and_paid_by_four_pays_each_once(
    provider, member, choosing, wants, operator, second, make_viewer
):
    from accounts.jobs import Job

    third = make_viewer("Tom Third", Job.OPERATOR, is_team=True)
    people = [member(f"Ada {number}", 1_000 + number) for number in range(6)]
    run = choosing()
    for number, viewer in enumerate(people):
        wants(viewer, run, "bill" if number % 2 else "cash", f"C-{number}")
    move_runs(now=CHOOSING)
    assert at_once(*[lambda: freeze(run=run, by=operator, now=FREEZING)] * 2) == []
    assert at_once(*[lambda: move_runs(now=FREEZING)] * 3) == []
    assert Transfer.objects.filter(kind="payout").count() == 6
    raised = at_once(
        lambda: approve(run=run, by=second, now=FREEZING),
        lambda: approve(run=run, by=third, now=FREEZING),
        lambda: approve(run=run, by=operator, now=FREEZING),
    )
    assert [type(error) for error in raised] == [Refused]
    assert Event.objects.filter(verb="payout_run_approved").count() == 1
    for minutes in (0, 6, 20):
        assert at_once(*[lambda m=minutes: move_runs(now=FREEZING + timedelta(minutes=m))] * 4) == []
    assert sorted(provider.sent) == sorted(provider.paid) and len(provider.sent) == 6
    assert set(Payout.objects.values_list("state", flat=True)) == {"paid"}
    assert all(balance_of(viewer.member_id).settled == 0 for viewer in people)
    run.refresh_from_db()
    assert run.state == "closed"
    assert verify().ok


def test_a_run_is_opened_once_and_each_member_has_one_statement(member, operator, second, now):
    people = [member(f"Ada {number}", 100) for number in range(5)]
    at_once(lambda: open_run(by=operator, now=now), lambda: open_run(by=second, now=now))
    assert PayoutRun.objects.count() == 1
    assert at_once(*[lambda: move_runs(now=STATEMENTS)] * 3) == []
    assert Payout.objects.count() == len(people)
    assert list(PayoutRun.objects.order_by("number").values_list("state", flat=True)) == ["choosing", "accruing"]


def test_who_chooses_while_it_is_frozen_is_either_in_time_or_told(provider, member, choosing, wants, operator):
    people = [member(f"Ada {number}", 2_000) for number in range(4)]
    run = choosing()
    raised = at_once(
        *[lambda v=viewer, n=n: wants(v, run, "cash", f"c-{n}@example.org") for n, viewer in enumerate(people)],
        lambda: freeze(run=run, by=operator, now=FREEZING),
        lambda: move_runs(now=FREEZING),
    )
    assert {type(error) for error in raised} <= {Refused}
    move_runs(now=FREEZING)
    chosen = Payout.objects.filter(choice="cash", state="frozen").count()
    assert chosen == len(people) - len(raised)
    assert Payout.objects.filter(choice="keep", state="kept").count() == len(raised)
    assert verify().ok


def test_while_one_process_asks_another_does_not_send_again(provider, member, choosing, wants, approved):
    wants(member("Ada", 2_000), choosing(), "bill", "C-0")
    move_runs(now=CHOOSING)
    approved(PayoutRun.objects.get(number=1))
    # It is accepted, and the first process waits for an answer that does not come.
    provider.behave = ["times out"]
    assert at_once(*[lambda: move_runs(now=FREEZING)] * 3) == []
    assert len(provider.sent) == 1
