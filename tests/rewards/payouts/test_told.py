"""Who is told what of a run, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Notification
from rewards.actions.payouts import telling
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze
from tests.rewards.payouts.conftest import CHOOSING, FREEZING

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
REMINDING = FREEZING - 4 * DAYS  # three days before the last one


def told(kind):
    return list(Notification.objects.filter(kind=kind).order_by("member__name").values_list("member__name", "data"))


def waits(what):
    return [(name, data["count"]) for name, data in told("payout_run_waits") if data["what"] == what]


def test_who_has_not_chosen_is_reminded_once_before_the_window_closes(provider, member, choosing, wants, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    people = {name: member(name, 2_000) for name in ("Ada", "Ben", "Cleo", "Dan")}
    run = choosing()
    wants(people["Ben"], run, "cash", "ben@example.org")
    move_runs(now=REMINDING - DAYS)
    assert told("payout_reminder") == []
    for now in (REMINDING, REMINDING + DAYS, FREEZING):
        move_runs(now=now)
    assert [name for name, _data in told("payout_reminder")] == ["Ada", "Cleo", "Dan"]
    data = told("payout_reminder")[0][1]
    assert (data["amount"], data["choice"], data["choose_at"][:10]) == (2_000_000, "keep", "2026-07-15")


def test_a_short_window_reminds_nobody(version, member, choosing, now):
    from rewards.models import ProgrammeVersion

    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=now, value_micros=10_000, currency="EUR",
        rules=version.rules | {"choice_days": 5},
    )  # fmt: skip
    member("Ada", 2_000)
    choosing()
    for days in range(6):
        move_runs(now=CHOOSING - (9 - days) * DAYS)
    assert told("payout_reminder") == []


def test_operators_are_told_when_the_window_is_over_and_the_other_when_it_is_frozen(
    member, choosing, operator, second, moderator
):
    member("Ada", 2_000)
    run = choosing()
    move_runs(now=CHOOSING)
    assert told("payout_run_waits") == []
    for _again in range(2):
        move_runs(now=FREEZING)
    both = sorted((viewer.member.name, 0) for viewer in (operator, second))
    assert waits("freeze") == both
    freeze(run=run, by=operator, now=FREEZING)
    for _again in range(2):
        move_runs(now=FREEZING)
    assert waits("freeze") == both
    assert waits("approve") == [(second.member.name, 0)], "who froze it cannot"


def test_operators_are_told_of_the_banks_file_and_of_a_provider_that_says_nothing(
    provider, member, choosing, wants, operator, second, charity, approved
):
    ada, ben = member("Ada", 2_000), member("Ben", 500)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org")
    wants(ben, run, "charity")
    approved(run)
    provider.behave = ["deaf"] * 20
    move_runs(now=FREEZING)
    names = sorted(viewer.member.name for viewer in (operator, second))
    # What is given, and what the company adds.
    assert waits("bank") == [(name, 2) for name in names]
    assert waits("ask") == []
    for hours in (23, 25, 49):
        move_runs(now=FREEZING + timedelta(hours=hours))
    assert waits("ask") == [(name, 1) for name in names]


def test_a_run_that_goes_by_itself_asks_nobody(provider, member, choosing, wants, operator, second):
    ada = member("Ada", 2_000)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org")
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    approve(run=run, by=second, now=FREEZING)
    for hours in (0, 7, 30):
        move_runs(now=FREEZING + timedelta(hours=hours))
    run.refresh_from_db()
    assert run.state == "closed"
    assert [data["what"] for _name, data in told("payout_run_waits")] == ["approve"]
