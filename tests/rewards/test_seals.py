"""The chain of hashes: it holds what was booked, and makes no award wait."""

from __future__ import annotations

import io
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from community.actions.acceptance import accept, revoke
from rewards import chain, ledger
from rewards.actions.sealing import seal_new
from rewards.actions.settling import settle_due
from rewards.models import Account, Entry, Seal, Transfer
from rewards.verify import verify
from tests.rewards.raw import BALANCE, ENTRY, TRANSFER, run, unguarded

DAYS = timedelta(days=1)


@pytest.fixture
def sealed(accepted, helper, customer, now):
    """Two seals: over three transfers, and over two more."""
    accepted("One")
    settle_due(now=now + 15 * DAYS)
    accepted("Two", at=now + 15 * DAYS)
    seal_new(now=now + 15 * DAYS)
    revoke(thread=accepted("Three", at=now + 16 * DAYS).thread, by=customer, now=now + 16 * DAYS)
    seal_new(now=now + 17 * DAYS)
    return list(Seal.objects.order_by("number"))


def faults() -> list[tuple[str, str]]:
    return [(fault.check, fault.where) for fault in verify().faults]


@pytest.mark.django_db
def test_each_seal_holds_the_one_before_and_covers_what_is_new(sealed):
    first, second = sealed
    assert (first.count, second.count) == (3, 2)
    assert first.previous == chain.GENESIS and second.previous == first.digest
    assert second.first == first.last + 1
    # Of the system's accounts alone, from the first transfer on: two awards, then one that was taken back.
    assert first.sums == second.sums == {"issuance": -80_000}
    report = verify()
    assert report.ok and (report.seals, report.sealed, report.digest) == (2, 5, second.digest)


@pytest.mark.django_db
def test_the_job_seals_and_says_the_digest_and_does_nothing_when_nothing_is_new(accepted, now):
    accepted()
    out = io.StringIO()
    call_command("ledger", "seal", now=now, stdout=out)
    assert out.getvalue() == f"sealed: 1\nlast seal: 1:{Seal.objects.get().digest}\n"
    out = io.StringIO()
    call_command("ledger", "seal", now=now, stdout=out)
    assert out.getvalue() == "sealed: 0\n"


@pytest.mark.django_db
def test_many_are_sealed_in_batches(accepted, now, monkeypatch):
    monkeypatch.setattr("rewards.actions.sealing.BATCH", 2)
    for number in range(5):
        accepted(f"Question {number}")
    assert [seal.count for seal in seal_new(now=now)] == [2, 2, 1]
    assert verify().ok


@pytest.mark.django_db
def test_a_changed_entry_is_found_at_its_transfer(sealed):
    # Both sides, so that all sums stay right: only the chain can tell.
    transfer = Transfer.objects.order_by("pk")[2]
    unguarded("rewards_transfer", "UPDATE rewards_transfer SET booked_on = '2026-01-01' WHERE id = %s", [transfer.pk])
    assert faults() == [("chain", f"transfer {transfer.pk}")]


@pytest.mark.django_db
def test_a_line_moved_to_another_place_is_found_at_its_transfer(sealed):
    entry = Entry.objects.filter(line_of__isnull=False).first()
    unguarded("rewards_entry", "UPDATE rewards_entry SET line_of_id = NULL WHERE id = %s", [entry.pk])
    assert faults() == [("chain", f"transfer {entry.transfer_id}")]


@pytest.mark.django_db
def test_a_transfer_that_was_taken_out_is_named(sealed):
    gone = Transfer.objects.get(kind="settlement")
    unguarded("rewards_lotuse", "DELETE FROM rewards_lotuse", [])
    unguarded("rewards_lot", "DELETE FROM rewards_lot", [])
    unguarded("rewards_entry", "DELETE FROM rewards_entry WHERE transfer_id = %s", [gone.pk])
    unguarded("rewards_transfer", "DELETE FROM rewards_transfer WHERE id = %s", [gone.pk])
    assert ("chain", f"transfer {gone.pk}") in faults()


@pytest.mark.django_db
def test_a_seal_made_anew_over_changed_books_breaks_the_chain_at_the_next(sealed, now):
    first = sealed[0]
    changed = chain.digest(chain.Header(1, 1, first.last, 3, [], [], {}, now, chain.GENESIS), bytes(first.leaves))
    unguarded("rewards_seal", "UPDATE rewards_seal SET digest = %s WHERE number = 1", [changed])
    assert faults() == [("chain", "seal 1"), ("chain", "seal 2")]


@pytest.mark.django_db
def test_a_checkpoint_that_is_not_what_the_transfers_say_is_found(sealed):
    unguarded("rewards_seal", "UPDATE rewards_seal SET sums = %s WHERE number = 2", ['{"issuance": -1}'])
    assert ("checkpoint", "seal 2") in faults()


@pytest.mark.django_db
def test_a_chain_rewritten_from_the_start_is_found_by_a_digest_kept_elsewhere(sealed):
    known = (1, sealed[0].digest)
    assert verify(known=known).ok
    assert not verify(known=(1, "f" * 64)).ok
    assert not verify(known=(9, known[1])).ok
    call_command("ledger", "verify", "--seal", f"1:{known[1]}", stdout=io.StringIO())
    with pytest.raises(SystemExit):
        call_command("ledger", "verify", "--seal", f"2:{known[1]}", stdout=io.StringIO())


@pytest.mark.django_db
def test_a_system_account_is_summed_from_the_last_seal_on(sealed, accepted, now, django_assert_max_num_queries):
    accepted("Four")
    assert ledger.system_balance("issuance") == -3 * 40_000
    # What is under a seal is not read again.
    first = Transfer.objects.order_by("pk")[0]
    unguarded("rewards_entry", "UPDATE rewards_entry SET amount = amount * 2 WHERE transfer_id = %s", [first.pk])
    assert ledger.system_balance("issuance") == -3 * 40_000
    with django_assert_max_num_queries(4):
        ledger.system_balance("issuance")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 4}, "does not follow"),
        ({"previous": "0" * 64}, "does not follow"),
        ({"first": 1}, "does not follow"),
        ({"last": 0}, "does not follow"),
        ({"count": 0}, "seal_count"),
    ],
)
def test_a_seal_that_does_not_follow_the_last_one_is_refused(sealed, change, words):
    last = sealed[-1]
    row = {
        "number": 3, "first": last.last + 1, "last": last.last + 1, "count": 1, "previous": last.digest,
        "digest": "a" * 64,
    } | change  # fmt: skip
    with pytest.raises(DatabaseError, match=words):
        run(
            (
                "INSERT INTO rewards_seal (number, first, last, count, gaps, late, has_strays, sums, sealed_at, "
                "leaves, previous, digest) VALUES "
                "(%s, %s, %s, %s, '[]', '[]', FALSE, '{}', '2026-03-10 10:00:00', '', %s, %s)",
                [row[name] for name in ("number", "first", "last", "count", "previous", "digest")],
            )
        )


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE rewards_seal SET count = 1", "DELETE FROM rewards_seal"])
def test_a_seal_is_never_changed_or_deleted(sealed, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        run((statement, []))


def test_gaps_are_what_is_missing_and_shrink_as_it_comes():
    assert chain.gaps(1, 9, [2, 3, 7]) == [(1, 1), (4, 6), (8, 9)]
    assert chain.without([(1, 1), (4, 6), (8, 9)], [1, 5, 9]) == [(4, 4), (6, 6), (8, 8)]


def test_the_form_that_is_hashed_never_changes(now):
    """Seals made years ago must come out the same: these digests are written down here."""
    transfer = chain.Booked(
        7, "acceptance:5", "award", "answer_accepted", 1, "community.acceptance", 5, 3, 2, now, now.date(), None
    )
    leaf = chain.leaf(transfer, [chain.Posted(1, 4, 40_000, 40_000, None), chain.Posted(2, 9, -40_000, None, None)])
    assert leaf.hex() == "8fe0589281663b2ad4c40795928c24ce"
    header = chain.Header(1, 1, 7, 6, [(3, 3)], [], {"issuance": -40_000}, now, chain.GENESIS)
    assert chain.digest(header, leaf) == "b68ddd0caa0c2a5bd0ffb8a5b02c90154b75a9bf786a0b1da8c881d87695e331"


@pytest.mark.django_db
def test_a_smaller_key_that_comes_after_a_larger_one_was_sealed_is_in_the_next_seal(accepted, helper, now):
    accepted()
    account = Account.objects.get(member=helper.member, kind="pending")
    system = Account.objects.get(member=None, kind="issuance")

    def book(pk: int, after: int) -> None:
        run(
            (ENTRY, [pk, account.pk, 5, after]),
            (ENTRY, [pk, system.pk, -5, None]),
            (BALANCE, [after, account.pk]),
            (TRANSFER, [pk, f"raw:{pk}"]),
        )

    book(9_000, 40_005)
    first = seal_new(now=now)
    book(8_000, 40_010)
    assert ledger.system_balance("issuance") == -40_010
    (second,) = seal_new(now=now)
    book(10_000, 40_015)
    (third,) = seal_new(now=now)
    assert (first[-1].last, second.late, second.count, third.late, third.gaps) == (
        9_000,
        [8_000],
        1,
        [],
        [(9_001, 9_999)],
    )
    assert seal_new(now=now) == []
    report = verify()
    # These were booked by hand: no award stands behind them.
    assert [fault.check for fault in report.faults] == ["hold"]
    assert report.sealed == Transfer.objects.count() == 4
    assert ledger.system_balance("issuance") == -40_015


# On SQLite nobody writes beside a transaction.
if connection.vendor == "postgresql":

    class TestBesideOthers:
        @pytest.fixture
        def db(self, own_database: str) -> None:
            """Everything here happens on a committed database."""

        def test_a_transfer_that_commits_late_is_in_the_next_seal(self, answered, customer, helper, make_viewer, now):
            """Its key is smaller than one that is sealed by then; nothing waits for anything."""
            other = make_viewer("Olivier")
            slow, fast = answered("Slow"), answered("Fast", by=other)
            booked, go_on = Event(), Event()

            def late() -> None:
                with transaction.atomic():
                    accept(answer=slow, by=customer, now=now)
                    booked.set()
                    assert go_on.wait(20)
                connections.close_all()

            thread = Thread(target=late)
            thread.start()
            assert booked.wait(20)
            accept(answer=fast, by=customer, now=now)
            first = seal_new(now=now)
            assert [(seal.count, seal.gaps) for seal in first] == [(1, [(first[0].first, first[0].last - 1)])]
            assert verify().ok and ledger.system_balance("issuance") == -40_000
            go_on.set()
            thread.join(20)
            assert ledger.system_balance("issuance") == -80_000
            (second,) = seal_new(now=now)
            assert second.late == [Transfer.objects.order_by("pk")[0].pk]
            assert second.late[0] < first[0].last
            assert seal_new(now=now) == []
            report = verify()
            assert report.ok and report.sealed == 2
            assert ledger.system_balance("issuance") == -80_000
