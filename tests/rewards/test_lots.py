"""Credits that lie unused are carried over once, warned of, and expire; the oldest are spent first."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from community.actions.acceptance import revoke
from notifications.models import Notification
from rewards import ledger, lots
from rewards.actions.expiring import Outcome, expire_due
from rewards.actions.settling import settle_due
from rewards.ledger import Draft, Move
from rewards.models import Account, Lot, LotUse, ProgrammeVersion, Transfer
from rewards.queries import Balance, balance_of
from rewards.rules import Life, Rules, months_after, returned
from rewards.verify import verify
from tests.rewards.raw import run

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
# Accepted on 10 March 2026, settled on the 24th, for the last time on 24 September of the year after.
SETTLED, EXPIRES, LOST = 14 * DAYS, date(2027, 3, 24), date(2027, 9, 24)


def on(now, day: date):
    return now + (day - now.date())


@pytest.fixture
def expiring(version) -> ProgrammeVersion:
    """Rules by which credits last a year, and once more for half of one."""
    rules = version.rules | {"expiry_months": 12, "rollover_months": 6, "warning_days": [30, 7]}
    return ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=version.starts_at + DAYS, rules=rules,
        value_micros=10_000, currency="EUR",
    )  # fmt: skip


def told(kind: str) -> list[dict]:
    return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


def test_by_rules_that_do_not_speak_of_it_credits_never_expire(accepted, helper, now):
    accepted()
    settle_due(now=now + SETTLED)
    assert expire_due(now=now + 36_000 * DAYS) == Outcome()
    assert Lot.objects.get().expires_on is None
    assert balance_of(helper.member_id) == Balance(settled=40_000)


def test_a_settled_award_is_carried_over_once_warned_of_twice_and_expires(expiring, accepted, helper, now):
    accepted()
    settle_due(now=now + SETTLED)
    lot = Lot.objects.get()
    assert (lot.remaining, lot.expires_on, lot.rolls_to) == (40_000, EXPIRES, LOST)
    assert expire_due(now=on(now, EXPIRES) - DAYS) == Outcome()
    assert expire_due(now=on(now, EXPIRES)) == Outcome(rolled_over=1)
    for day, outcome in (
        (LOST - 31 * DAYS, Outcome()),
        (LOST - 30 * DAYS, Outcome(warned=1)),
        (LOST - 29 * DAYS, Outcome()),
        (LOST - 7 * DAYS, Outcome(warned=1)),
        (LOST - DAYS, Outcome()),
        (LOST, Outcome(expired=1)),
        (LOST, Outcome()),
    ):
        assert expire_due(now=on(now, day)) == outcome, day
    assert balance_of(helper.member_id) == Balance()
    assert ledger.system_balance("breakage") == 40_000
    assert [each["expires_at"][:10] for each in told("credits_expiring")] == ["2027-09-24"] * 2
    assert told("credits_expired") == [{"amount": 40_000}]
    transfer = Transfer.objects.get(kind="expiry")
    assert (transfer.reason, transfer.booked_on, transfer.version_id) == ("expired", LOST, expiring.pk)
    assert verify().ok


def test_nothing_is_lost_unwarned_when_the_job_did_not_run(expiring, accepted, helper, now):
    accepted()
    settle_due(now=now + SETTLED)
    late = on(now, LOST) + 100 * DAYS
    assert expire_due(now=late) == Outcome(rolled_over=1, warned=1)
    assert told("credits_expiring")[0]["expires_at"][:10] == (late + 7 * DAYS).date().isoformat()
    assert expire_due(now=late + 6 * DAYS) == Outcome()
    assert expire_due(now=late + 7 * DAYS) == Outcome(expired=1)


def test_one_word_for_all_that_a_member_loses_on_a_day(expiring, accepted, helper, now):
    for number in range(3):
        accepted(f"Question {number}")
    settle_due(now=now + SETTLED)
    expire_due(now=on(now, EXPIRES))
    assert expire_due(now=on(now, LOST) - 30 * DAYS).warned == 3
    assert told("credits_expiring") == [{"amount": 120_000, "expires_at": "2027-09-24T12:00:00+00:00"}]


def test_the_oldest_credits_are_spent_first(expiring, accepted, helper, spend, now):
    for number in range(3):
        accepted(f"Question {number}", at=now + number * DAYS)
        settle_due(now=now + SETTLED + number * DAYS)
    spend(helper, 50_000)
    assert list(Lot.objects.order_by("earned_on").values_list("remaining", flat=True)) == [0, 30_000, 40_000]
    assert expire_due(now=on(now, EXPIRES) + 5 * DAYS) == Outcome(rolled_over=2)
    assert verify().ok


def test_what_is_taken_back_comes_from_its_own_award_first(expiring, accepted, helper, customer, spend, now):
    accepted("One")
    settle_due(now=now + SETTLED)
    second = accepted("Two", at=now + DAYS)
    settle_due(now=now + SETTLED + DAYS)
    spend(helper, 10_000)
    revoke(thread=second.thread, by=customer, now=now + 20 * DAYS)
    assert list(Lot.objects.order_by("pk").values_list("remaining", flat=True)) == [30_000, 0]
    assert verify().ok


def test_what_expired_is_not_owed_when_its_award_is_taken_back(expiring, accepted, helper, customer, now):
    acceptance = accepted()
    settle_due(now=now + SETTLED)
    for day in (EXPIRES, LOST - 30 * DAYS, LOST - 7 * DAYS, LOST):
        expire_due(now=on(now, day))
    revoke(thread=acceptance.thread, by=customer, now=on(now, LOST) + DAYS)
    assert balance_of(helper.member_id) == Balance()
    assert ledger.system_balance("breakage") == ledger.system_balance("issuance") == 0
    assert told("credits_reversed") == []
    assert verify().ok


def test_a_payment_that_comes_back_keeps_its_age_and_leaves_time_to_use_it(expiring, accepted, helper, spend, now):
    accepted()
    settle_due(now=now + SETTLED)
    payout = spend(helper, 40_000)
    with transaction.atomic():
        ledger.reverse(books=ledger.lock([helper.member_id]), transfer=payout, key="undo", now=on(now, EXPIRES))
    lot = Lot.objects.left().get()
    assert lot.earned_on == (now + SETTLED).date()
    assert (lot.expires_on, lot.rolls_to) == (EXPIRES + 30 * DAYS, LOST)
    assert verify().ok


def test_what_is_returned_lasts_at_least_thirty_days():
    day = date(2027, 1, 1)
    assert returned(day, Life()) == Life()
    assert returned(day, Life(day + 40 * DAYS, day + 200 * DAYS)) == Life(day + 40 * DAYS, day + 200 * DAYS)
    assert returned(day, Life(day, day + 20 * DAYS)) == Life(day + 30 * DAYS, None)


def test_a_batch_can_spend_what_it_settles(helper, now):
    moves = [
        (Move(Account.Kind.SETTLED, 30, helper.member_id), Move(Account.Kind.ISSUANCE, -30)),
        (Move(Account.Kind.SETTLED, -20, helper.member_id), Move(Account.Kind.PAYOUTS, 20)),
    ]
    drafts = [Draft(key=f"t:{i}", kind="payout", reason="correction", moves=each) for i, each in enumerate(moves)]
    with transaction.atomic():
        ledger.post_many(books=ledger.lock([helper.member_id]), drafts=drafts, now=now)
    assert Lot.objects.get().remaining == 10
    assert verify().ok


def test_the_job_says_what_it_did(expiring, accepted, now):
    accepted()
    settle_due(now=now + SETTLED)
    out = io.StringIO()
    call_command("rewards", "expire", now=on(now, EXPIRES), stdout=out)
    assert out.getvalue() == "carried over: 1, warned: 0, expired: 0\n"


def test_a_later_version_does_not_shorten_what_is_settled(accepted, version, now):
    accepted()
    settle_due(now=now + SETTLED)
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=now + 20 * DAYS, value_micros=10_000, currency="EUR",
        rules=version.rules | {"expiry_months": 1},
    )  # fmt: skip
    assert expire_due(now=now + 400 * DAYS) == Outcome()


def test_months_end_where_the_month_does():
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)


@pytest.mark.parametrize(
    "data", [{"expiry_months": 0}, {"rollover_months": -1}, {"warning_days": [0]}, {"hold_days": 400}]
)
def test_rules_that_make_no_sense_are_refused(data):
    with pytest.raises(ValueError, match="unusable"):
        Rules.read({"accepted_answer": 40_000, "hold_days": 14} | data)


def test_whoever_has_more_lots_than_are_read_at_a_time_spends_all_of_them(accepted, helper, spend, now, monkeypatch):
    monkeypatch.setattr(lots, "_CHUNK", 2)
    for number in range(5):
        accepted(f"Question {number}")
    settle_due(now=now + SETTLED)
    spend(helper, 190_000)
    assert list(Lot.objects.order_by("pk").values_list("remaining", flat=True)) == [0, 0, 0, 0, 10_000]
    assert verify().ok


def test_nothing_is_taken_of_lots_that_hold_too_little(lot, helper, now):
    """Seventy are left."""
    payout = Transfer.objects.get(kind="payout")
    taken = lots.Booking(transfer=payout, moves=[(helper.member_id, -80_000)], life=Life(), lot_id=None)
    with pytest.raises(lots.LotsShort, match=f"member {helper.member_id}: 10000 more"):
        lots.keep([taken], now.date())
    assert LotUse.objects.count() == 1


@pytest.fixture
def lot(expiring, accepted, spend, helper, now) -> Lot:
    """A lot of 40 credits of which 10 are spent, and one that is whole."""
    for number in range(2):
        accepted(f"Question {number}", at=now + number * DAYS)
        settle_due(now=now + SETTLED + number * DAYS)
    spend(helper, 10_000)
    return Lot.objects.order_by("pk")[0]


@pytest.mark.parametrize(
    "change",
    [
        "remaining = 40000", "remaining = 0", "amount = 50000", "member_id = member_id + 1", "earned_on = '2020-01-01'",
        "expires_on = '2099-01-01'", "expires_on = NULL", "rolls_to = '2099-01-01'", "rolled_over = TRUE",
        "rolled_over = TRUE, expires_on = '2099-01-01'",
    ],
)  # fmt: skip
def test_a_lot_cannot_be_changed_by_hand(lot, change):
    with pytest.raises(DatabaseError, match="one roll-over"):
        run((f"UPDATE rewards_lot SET {change} WHERE id = %s", [lot.pk]))


def test_a_lot_rolls_over_once(lot):
    over = "UPDATE rewards_lot SET rolled_over = TRUE, expires_on = rolls_to WHERE id = %s"
    run((over, [lot.pk]))
    with pytest.raises(DatabaseError, match="one roll-over"):
        run(("UPDATE rewards_lot SET rolled_over = FALSE, expires_on = '2027-03-24' WHERE id = %s", [lot.pk]))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM rewards_lot", "lots stay"),
        ("DELETE FROM rewards_lotuse", "append-only"),
        ("UPDATE rewards_lotuse SET amount = 1", "append-only"),
    ],
)
def test_lots_and_what_was_taken_of_them_stay(lot, statement, words):
    with pytest.raises(DatabaseError, match=words):
        run((statement, []))


USE = "INSERT INTO rewards_lotuse (lot_id, transfer_id, amount) VALUES (%s, %s, %s)"


def test_nothing_more_is_taken_of_a_lot_than_its_transfer_takes(lot):
    payout, award = Transfer.objects.get(kind="payout"), Transfer.objects.filter(kind="award")[0]
    for transfer, amount in ((payout, 1), (award, 1)):
        with pytest.raises(DatabaseError, match="did not take that much"):
            run((USE, [lot.pk, transfer.pk, amount]))
    with pytest.raises(DatabaseError, match="lot_use_amount"):
        run((USE, [lot.pk, payout.pk, -5]))


def test_a_lot_never_holds_less_than_nothing(lot, spend, helper):
    """A payout whose credits are said to come from a lot that does not hold them."""
    from tests.rewards.raw import BALANCE, ENTRY, RAW, TRANSFER

    account = Account.objects.get(member=helper.member, kind="settled")
    system = Account.objects.get(member=None, kind="payouts")
    with pytest.raises(DatabaseError, match="lot_remaining"):
        run(
            (ENTRY, [RAW, account.pk, -50_000, 20_000]),
            (ENTRY, [RAW, system.pk, 50_000, None]),
            (BALANCE, [20_000, account.pk]),
            (TRANSFER, [RAW, "raw"]),
            (USE, [lot.pk, RAW, 50_000]),
        )


LOT = (
    "INSERT INTO rewards_lot (member_id, origin_id, amount, remaining, earned_on, rolled_over) "
    "VALUES (%s, %s, %s, %s, '2026-03-10', FALSE)"
)


def test_no_lot_is_made_of_what_did_not_settle(lot, customer):
    award = Transfer.objects.filter(kind="award")[0]
    for member, origin, amount, remaining in (
        (lot.member_id, lot.origin_id, 1, 1),
        (lot.member_id, award.pk, 1, 1),
        (customer.member_id, lot.origin_id, 1, 1),
    ):
        with pytest.raises(DatabaseError, match="did not settle that much"):
            run((LOT, [member, origin, amount, remaining]))


def test_uses_are_of_a_lot_and_a_transfer(lot):
    assert LotUse.objects.get().lot_id == lot.pk
    with pytest.raises(DatabaseError):
        run((USE, [lot.pk, 999_999, 5]))
