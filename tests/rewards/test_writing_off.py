"""What a member owes can be written off by an operator, with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.actions.acceptance import revoke
from core.errors import Invalid, Refused
from events.models import Event
from notifications.models import Notification
from rewards import ledger
from rewards.actions.settling import settle_due
from rewards.actions.writing_off import write_off
from rewards.models import Transfer
from rewards.queries import Balance, balance_of
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def debt(accepted, helper, customer, spend, now):
    """Forty credits that were paid out before their award was taken back."""
    acceptance = accepted()
    settle_due(now=now + 15 * DAYS)
    spend(helper, 40_000)
    revoke(thread=acceptance.thread, by=customer, now=now + 16 * DAYS)
    assert balance_of(helper.member_id) == Balance(owed=40_000)


def test_an_operator_writes_off_what_is_owed(debt, helper, operator, now, sign_in):
    posted = write_off(member=helper.member, reason=" Not worth a dispute. ", by=operator, now=now + 20 * DAYS)
    assert (posted.kind, posted.reason) == ("write_off", "written_off")
    assert balance_of(helper.member_id) == Balance()
    assert ledger.system_balance("written_off") == -40_000
    event = Event.objects.get(verb="debt_written_off")
    assert (event.actor_id, event.reason) == (operator.member_id, "Not worth a dispute.")
    assert event.after == {"amount": 40_000, "member": helper.member_id}
    assert Notification.objects.get(kind="debt_written_off").data == {"amount": 40_000}
    assert "Written off: what you owed" in sign_in(helper).get("/en/credits/").content.decode()
    assert verify().ok


def test_told_twice_it_is_booked_once(debt, helper, operator, now):
    assert write_off(member=helper.member, reason="Why.", by=operator, now=now)
    assert write_off(member=helper.member, reason="Why.", by=operator, now=now) is None
    assert Transfer.objects.filter(kind="write_off").count() == 1


def test_what_is_owed_after_that_is_another_debt(debt, helper, customer, operator, accepted, spend, now):
    write_off(member=helper.member, reason="Why.", by=operator, now=now + 17 * DAYS)
    acceptance = accepted("Another", at=now + 20 * DAYS)
    settle_due(now=now + 40 * DAYS)
    spend(helper, 40_000)
    revoke(thread=acceptance.thread, by=customer, now=now + 41 * DAYS)
    assert balance_of(helper.member_id) == Balance(owed=40_000)
    assert write_off(member=helper.member, reason="Again.", by=operator, now=now + 42 * DAYS)
    assert balance_of(helper.member_id) == Balance()
    assert ledger.system_balance("written_off") == -80_000
    assert verify().ok


def test_whoever_owes_nothing_is_written_off_nothing(helper, operator, now):
    assert write_off(member=helper.member, reason="Why.", by=operator, now=now) is None
    assert not Transfer.objects.exists()


def test_later_earnings_are_the_members_own_again(debt, helper, operator, accepted, now):
    write_off(member=helper.member, reason="Why.", by=operator, now=now)
    accepted("Another", at=now + 20 * DAYS)
    settle_due(now=now + 40 * DAYS)
    assert balance_of(helper.member_id) == Balance(settled=40_000)


@pytest.mark.parametrize("who", ["customer", "helper", "moderator", "agent"])
def test_nobody_but_an_operator_writes_off(debt, who, request, helper, now):
    with pytest.raises(Refused) as refused:
        write_off(member=helper.member, reason="Why.", by=request.getfixturevalue(who), now=now)
    assert refused.value.code == "operator_only"


def test_not_even_an_operator_writes_off_their_own_debt(operator, now):
    with pytest.raises(Refused) as refused:
        write_off(member=operator.member, reason="Why.", by=operator, now=now)
    assert refused.value.code == "own"


def test_it_needs_a_reason(debt, helper, operator, now):
    with pytest.raises(Invalid):
        write_off(member=helper.member, reason="  ", by=operator, now=now)
    assert balance_of(helper.member_id) == Balance(owed=40_000)
