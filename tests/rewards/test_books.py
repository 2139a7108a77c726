"""The database holds the books, whoever writes to it: raw SQL on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from rewards import ledger
from rewards.ledger import PENDING, RECEIVABLE, SETTLED, Draft, Move, Short, Unbalanced
from rewards.models import Account, Entry, Transfer
from tests.rewards.raw import BALANCE, ENTRY, RAW, TRANSFER, run

pytestmark = pytest.mark.django_db


def give(member, amount, key="test:1", now=None, kind=PENDING):
    draft = Draft(
        key=key,
        kind=Transfer.Kind.AWARD,
        reason=Transfer.Reason.CORRECTION,
        moves=(Move(kind, amount, member.pk, line=True), Move(Account.Kind.ISSUANCE, -amount)),
    )
    with transaction.atomic():
        return ledger.post(books=ledger.lock([member.pk]), draft=draft, now=now)


@pytest.fixture
def books(helper, now):
    """One posted transfer, and the keys of the accounts it touched."""
    transfer = give(helper.member, 40_000, now=now)
    return {
        "transfer": transfer.pk,
        "member": Account.objects.get(member=helper.member, kind=PENDING).pk,
        "system": Account.objects.get(member=None, kind="issuance").pk,
    }


def test_a_whole_transfer_written_by_hand_in_the_right_order_is_taken(books):
    run(
        (ENTRY, [RAW, books["member"], 5, 40_005]),
        (ENTRY, [RAW, books["system"], -5, None]),
        (BALANCE, [40_005, books["member"]]),
        (TRANSFER, [RAW, "raw"]),
    )
    assert Account.objects.get(pk=books["member"]).balance == 40_005


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rewards_entry SET amount = amount + 1",
        "DELETE FROM rewards_entry",
        "UPDATE rewards_transfer SET reason = 'correction'",
        "DELETE FROM rewards_transfer",
        "UPDATE rewards_programmeversion SET value_micros = 1",
        "DELETE FROM rewards_programmeversion",
    ],
)
def test_what_is_booked_is_never_changed_or_deleted(books, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        run((statement, []))


def test_a_transfer_takes_no_more_entries(books):
    with pytest.raises(DatabaseError, match="its transfer is closed"):
        other = Account.objects.get(member=None, kind="payouts")
        run((ENTRY, [books["transfer"], other.pk, 5, None]))


def test_entries_without_a_transfer_do_not_last(books):
    with pytest.raises(DatabaseError):
        run((ENTRY, [RAW, books["system"], 5, None]))
    assert not Entry.objects.filter(transfer_id=RAW).exists()


def test_a_transfer_without_entries_is_refused(books):
    with pytest.raises(DatabaseError, match="do not sum to zero"):
        run((TRANSFER, [RAW, "raw"]))


def test_a_transfer_with_a_single_entry_is_refused(books):
    with pytest.raises(DatabaseError, match="do not sum to zero"):
        run((ENTRY, [RAW, books["system"], 5, None]), (TRANSFER, [RAW, "raw"]))


def test_a_transfer_that_does_not_sum_to_zero_is_refused(books):
    with pytest.raises(DatabaseError, match="do not sum to zero"):
        run(
            (ENTRY, [RAW, books["member"], 6, 40_006]),
            (ENTRY, [RAW, books["system"], -5, None]),
            (BALANCE, [40_006, books["member"]]),
            (TRANSFER, [RAW, "raw"]),
        )


def test_an_entry_of_nothing_is_refused(books):
    with pytest.raises(DatabaseError, match="entry_amount"):
        run((ENTRY, [RAW, books["system"], 0, None]))


def test_the_same_key_is_refused_twice(books):
    with pytest.raises(DatabaseError):
        run(
            (ENTRY, [RAW, books["member"], 5, 40_005]),
            (ENTRY, [RAW, books["system"], -5, None]),
            (BALANCE, [40_005, books["member"]]),
            (TRANSFER, [RAW, "test:1"]),
        )


def test_a_balance_cannot_be_set_to_what_no_entry_says(books):
    with pytest.raises(DatabaseError, match="that of its last entry"):
        run((BALANCE, [99_000, books["member"]]))


def test_a_balance_cannot_be_left_behind(books):
    with pytest.raises(DatabaseError, match="left behind"):
        run(
            (ENTRY, [RAW, books["member"], 5, 40_005]),
            (ENTRY, [RAW, books["system"], -5, None]),
            (TRANSFER, [RAW, "raw"]),
        )


def test_an_entry_must_follow_the_last_balance(books):
    with pytest.raises(DatabaseError, match="follow the last balance"):
        run((ENTRY, [RAW, books["member"], 5, 6]))


def test_a_system_account_keeps_no_balance(books):
    with pytest.raises(DatabaseError):
        run((BALANCE, [5, books["system"]]))
    with pytest.raises(DatabaseError, match="follow the last balance"):
        run((ENTRY, [RAW, books["system"], 5, 5]))


def test_no_entry_slips_in_before_the_last_one(books):
    with pytest.raises(DatabaseError, match="follow the last balance"):
        run(
            (
                "INSERT INTO rewards_entry (id, transfer_id, account_id, amount, balance_after, line_of_id) "
                f"VALUES (-5, {RAW}, %s, 5, 5, NULL)",
                [books["member"]],
            )
        )


def test_an_entry_is_a_line_of_its_own_member_alone(books, customer):
    with pytest.raises(DatabaseError, match="member"):
        run(
            (
                "INSERT INTO rewards_entry (transfer_id, account_id, amount, balance_after, line_of_id) "
                f"VALUES ({RAW}, %s, 5, 40005, %s)",
                [books["member"], customer.member_id],
            )
        )


def test_an_entry_needs_an_account(books):
    with pytest.raises(DatabaseError):
        run((ENTRY, [RAW, 999_999, 5, None]))


def test_several_entries_of_an_account_at_once_follow_each_other(books):
    many = (
        "INSERT INTO rewards_entry (transfer_id, account_id, amount, balance_after, line_of_id) VALUES "
        f"({RAW}, %s, 5, 40005, NULL), ({RAW + 1}, %s, 6, %s, NULL)"
    )
    with pytest.raises(DatabaseError, match="follow the last balance"):
        run((many, [books["member"], books["member"], 40_010]))
    run(
        (many, [books["member"], books["member"], 40_011]),
        (ENTRY, [RAW, books["system"], -5, None]),
        (ENTRY, [RAW + 1, books["system"], -6, None]),
        (BALANCE, [40_011, books["member"]]),
        (TRANSFER, [RAW, "raw"]),
        (TRANSFER, [RAW + 1, "raw too"]),
    )
    assert Account.objects.get(pk=books["member"]).balance == 40_011


def test_one_bad_transfer_of_several_at_once_takes_all_with_it(books):
    with pytest.raises(DatabaseError, match="do not sum to zero"):
        run(
            (ENTRY, [RAW, books["member"], 5, 40_005]),
            (ENTRY, [RAW, books["system"], -5, None]),
            (BALANCE, [40_005, books["member"]]),
            (
                "INSERT INTO rewards_transfer (id, key, kind, reason, subject_type, created_at, booked_on) VALUES "
                f"({RAW}, 'raw', 'award', 'correction', '', '2026-03-10 10:00:00', '2026-03-10'), "
                f"({RAW + 1}, 'none', 'award', 'correction', '', '2026-03-10 10:00:00', '2026-03-10')",
                [],
            ),
        )


def test_transfers_count_from_one(books):
    with pytest.raises(DatabaseError, match="transfer_id"):
        run(
            (ENTRY, [-3, books["member"], 5, 40_005]),
            (ENTRY, [-3, books["system"], -5, None]),
            (BALANCE, [40_005, books["member"]]),
            (TRANSFER, [-3, "raw"]),
        )


def test_a_members_debt_cannot_become_credit(helper, now):
    give(helper.member, -10, now=now, kind=RECEIVABLE)
    account = Account.objects.get(member=helper.member, kind=RECEIVABLE)
    system = Account.objects.get(member=None, kind="issuance")
    with pytest.raises(DatabaseError, match="account_balance"):
        run(
            (ENTRY, [RAW, account.pk, 11, 1]),
            (ENTRY, [RAW, system.pk, -11, None]),
            (BALANCE, [1, account.pk]),
            (TRANSFER, [RAW, "raw"]),
        )


def test_a_members_balance_cannot_go_below_zero(books):
    with pytest.raises(DatabaseError, match="account_balance"):
        run(
            (ENTRY, [RAW, books["member"], -50_000, -10_000]),
            (ENTRY, [RAW, books["system"], 50_000, None]),
            (BALANCE, [-10_000, books["member"]]),
            (TRANSFER, [RAW, "raw"]),
        )


def test_an_account_keeps_its_owner_and_its_kind_and_stays(books, customer):
    for statement, values in (
        ("UPDATE rewards_account SET member_id = %s WHERE id = %s", [customer.member_id, books["member"]]),
        ("UPDATE rewards_account SET kind = 'settled' WHERE id = %s", [books["member"]]),
        ("DELETE FROM rewards_account WHERE id = %s", [books["member"]]),
    ):
        with pytest.raises(DatabaseError):
            run((statement, values))


def test_an_account_starts_at_zero(books, customer):
    with pytest.raises(DatabaseError, match="starts at zero"):
        run(("INSERT INTO rewards_account (kind, member_id, balance) VALUES ('settled', %s, 7)", [customer.member_id]))


def test_posting_needs_moves_that_sum_to_zero(helper, now):
    moves = (Move(PENDING, 5, helper.member_id), Move(Account.Kind.ISSUANCE, -4))
    draft = Draft(key="x", kind="award", reason="correction", moves=moves)
    with pytest.raises(Unbalanced), transaction.atomic():
        ledger.post(books=ledger.lock([helper.member_id]), draft=draft, now=now)


def test_nothing_is_taken_that_is_not_there(helper, now):
    give(helper.member, 10, now=now, kind=SETTLED)
    with pytest.raises(Short):
        give(helper.member, -11, key="test:2", now=now, kind=SETTLED)
    assert Account.objects.get(member=helper.member, kind=SETTLED).balance == 10


def test_a_key_is_posted_once(helper, now):
    assert give(helper.member, 10, now=now) is not None
    assert give(helper.member, 10, now=now) is None
    assert Account.objects.get(member=helper.member, kind=PENDING).balance == 10


def test_a_batch_keeps_the_running_balance_of_an_account(helper, customer, now):
    members = [helper.member_id, customer.member_id]
    drafts = [
        Draft(
            key=f"batch:{number}",
            kind="award",
            reason="correction",
            moves=(Move(PENDING, number, members[number % 2]), Move(Account.Kind.ISSUANCE, -number)),
        )
        for number in range(1, 7)
    ]
    with transaction.atomic():
        assert len(ledger.post_many(books=ledger.lock(members), drafts=drafts, now=now)) == 6
    account = Account.objects.get(member=helper.member, kind=PENDING)
    assert list(account.entries.order_by("pk").values_list("balance_after", flat=True)) == [2, 6, 12]
    assert account.balance == 12
    assert ledger.system_balance("issuance") == -21


def test_a_reversal_is_the_exact_opposite_and_happens_once(helper, now):
    transfer = give(helper.member, 10, now=now)
    with transaction.atomic():
        books = ledger.lock([helper.member_id])
        assert ledger.reverse(books=books, transfer=transfer, key="undo", now=now)
        assert ledger.reverse(books=books, transfer=transfer, key="undo", now=now) is None
    assert Account.objects.get(member=helper.member, kind=PENDING).balance == 0
    assert ledger.system_balance("issuance") == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        give(helper.member, 10, key="test:2", now=now)
        ledger.reverse(books=ledger.lock([helper.member_id]), transfer=transfer, key="undo again", now=now)


def test_the_booking_day_is_the_operators(helper, now):
    late = now.replace(month=7, hour=22, minute=30)  # half past midnight in Paris
    assert give(helper.member, 10, now=late).booked_on.day == late.day + 1
