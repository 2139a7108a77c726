"""What the database itself holds about payouts, and what `ledger verify` finds when it did not."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import freeze
from rewards.models import Payout
from rewards.verify import verify
from tests.rewards.payouts.conftest import FREEZING
from tests.rewards.raw import run as raw
from tests.rewards.raw import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def payout(provider, member, choosing, wants, operator):
    """Frozen by the operator, and approved by nobody yet."""
    made = wants(member("Ada", 2_000), choosing(), "bill", "C-1")
    move_runs(now=FREEZING)
    freeze(run=made.run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    made.refresh_from_db()
    assert made.state == "frozen"
    return made


@pytest.fixture
def paid(payout, second):
    from rewards.actions.payouts.running import approve

    approve(run=payout.run, by=second, now=FREEZING)
    move_runs(now=FREEZING)
    payout.refresh_from_db()
    assert payout.state == "paid"
    return payout


@pytest.mark.parametrize(
    "change",
    [
        "state = 'unknown'",
        "state = 'paid'",
        "amount = 3000000",
        "value = 3000",
        "payee = 'C-2'",
        "choice = 'cash'",
        "provider = 'paypal'",
        "currency = 'USD'",
        "member_id = NULL",
        "state = 'chosen'",
        "state = 'kept'",
        "state = 'refused'",
    ],
)
def test_what_was_frozen_is_neither_changed_nor_paid_without_approval(payout, change):
    with pytest.raises(DatabaseError):
        raw((f"UPDATE rewards_payout SET {change} WHERE id = %s", [payout.pk]))


@pytest.mark.parametrize("state", ["frozen", "unknown", "sent", "refused", "returned", "kept", "chosen"])
def test_what_was_paid_stays_paid_unless_its_credits_come_back(paid, state):
    with pytest.raises(DatabaseError):
        raw(("UPDATE rewards_payout SET state = %s WHERE id = %s", [state, paid.pk]))


def test_nothing_is_frozen_whose_credits_were_not_taken(member, choosing):
    member("Ada", 2_000)
    payout = choosing().payouts.get()
    change = "state = 'frozen', choice = 'cash', provider = 'bank', payee = 'x'"
    with pytest.raises(DatabaseError):
        raw((f"UPDATE rewards_payout SET {change} WHERE id = %s", [payout.pk]))


def test_payouts_and_runs_stay(payout):
    for table, key in (("rewards_payout", payout.pk), ("rewards_payoutrun", payout.run_id)):
        with pytest.raises(DatabaseError):
            raw((f"DELETE FROM {table} WHERE id = %s", [key]))


def test_a_member_has_one_payout_in_a_run(payout):
    with pytest.raises(DatabaseError):
        Payout.objects.create(run=payout.run, member=payout.member, amount=1, value=1, currency="EUR")


def test_a_payout_begins_with_a_choice(payout, helper):
    with pytest.raises(DatabaseError):
        Payout.objects.create(
            run=payout.run, member=helper.member, amount=1, value=1, currency="EUR", state="paid", choice="cash",
            provider="bank", payee="x",
        )  # fmt: skip


def test_nobody_is_written_in_as_the_one_who_approved_what_they_froze(payout, operator, second):
    change = "UPDATE rewards_payoutrun SET state = 'approved', approved_by_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError):
        raw((change, [operator.member_id, payout.run_id]))
    with pytest.raises(DatabaseError):
        raw(("UPDATE rewards_payoutrun SET frozen_by_id = %s WHERE id = %s", [second.member_id, payout.run_id]))
    with pytest.raises(DatabaseError):
        raw(("UPDATE rewards_payoutrun SET state = 'paying' WHERE id = %s", [payout.run_id]))
    with pytest.raises(DatabaseError):
        raw(("UPDATE rewards_payoutrun SET state = 'choosing' WHERE id = %s", [payout.run_id]))


@pytest.mark.parametrize("change", ["amount = amount + 1000", "state = 'refused'", "state = 'kept'"])
def test_verify_names_a_payout_that_says_something_else_than_the_books(payout, change):
    assert verify().ok
    unguarded("rewards_payout", f"UPDATE rewards_payout SET {change} WHERE id = %s", [payout.pk])
    (fault,) = verify().faults
    assert (fault.check, fault.where) == ("payout", f"payout {payout.pk}")


def test_verify_misses_a_guard_that_is_gone(payout):
    from django.db import connection

    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON rewards_payout"
        cursor.execute(f"DROP TRIGGER rewards_payout_kept{on}")
    assert [fault.where for fault in verify().faults] == ["rewards_payout_kept"]
