"""`ledger verify` names the exact place of a break; `ledger export` writes what a bookkeeper imports."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from community.actions.acceptance import revoke
from rewards.actions.settling import settle_due
from rewards.export import in_currency
from rewards.models import Account, Entry, Hold, Lot
from tests.rewards.raw import unguarded

pytestmark = pytest.mark.django_db


def verify() -> tuple[int, dict]:
    out = io.StringIO()
    try:
        call_command("ledger", "verify", "--json", stdout=out)
    except SystemExit as stopped:
        return int(stopped.code), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def history(accepted, helper, customer, now):
    """Three awards: settled, taken back, pending."""
    accepted("One")
    settle_due(now=now + timedelta(days=15))
    revoke(thread=accepted("Two", at=now + timedelta(days=15)).thread, by=customer, now=now + timedelta(days=16))
    accepted("Three", at=now + timedelta(days=16))


def test_sound_books_verify(history):
    code, report = verify()
    assert code == 0 and report["ok"] and report["faults"] == []
    assert (report["transfers"], report["entries"], report["lots"]) == (5, 10, 1)
    # A member's three and the system's four.
    assert report["accounts"] == 7


def test_empty_books_verify(db):
    assert verify()[0] == 0


def test_a_changed_amount_is_found_at_its_entry_and_transfer(history):
    entry = Entry.objects.filter(account__kind="settled").get()
    unguarded("rewards_entry", "UPDATE rewards_entry SET amount = amount + 1 WHERE id = %s", [entry.pk])
    code, report = verify()
    where = {fault["where"] for fault in report["faults"]}
    assert code == 1
    assert where == {f"entry {entry.pk}", f"transfer {entry.transfer_id}", f"account {entry.account_id}"}


def test_a_changed_balance_is_found(history, helper):
    account = Account.objects.get(member=helper.member, kind="settled")
    unguarded("rewards_account", "UPDATE rewards_account SET balance = balance + 7 WHERE id = %s", [account.pk])
    code, report = verify()
    assert code == 1
    where = f"account {account.pk}"
    assert [(fault["check"], fault["where"]) for fault in report["faults"]] == [("balance", where), ("lots", where)]


def test_a_hold_that_disagrees_with_the_books_is_found(history):
    Hold.objects.pending().update(amount=1)
    code, report = verify()
    assert code == 1 and report["faults"][0]["check"] == "hold"


def test_a_lot_that_disagrees_with_the_books_is_found_at_its_lot_and_account(history, helper):
    lot = Lot.objects.get()
    unguarded("rewards_lot", "UPDATE rewards_lot SET remaining = remaining - 1 WHERE id = %s", [lot.pk])
    _code, report = verify()
    settled = Account.objects.get(member=helper.member, kind="settled")
    assert [fault["where"] for fault in report["faults"]] == [f"account {settled.pk}", f"lot {lot.pk}"]


def test_a_missing_trigger_is_found(history):
    name = "rewards_entry_no_update" if connection.vendor == "sqlite" else "rewards_entry_append_only"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE rewards_entry DISABLE TRIGGER {name}")
    code, report = verify()
    assert code == 1
    assert report["faults"][0]["where"] == name


def test_the_export_has_every_entry_and_sums_to_zero(history, tmp_path):
    path = tmp_path / "books.csv"
    call_command("ledger", "export", out=path)
    rows = list(csv.DictReader(path.open()))
    assert len(rows) == Entry.objects.count() == 10
    assert sum(float(row["amount"]) for row in rows) == 0
    assert {row["amount"] for row in rows} == {"40.000", "-40.000"}
    assert [row["kind"] for row in rows[::2]] == ["award", "settlement", "award", "reversal", "award"]
    first, reversal = rows[0], rows[6]
    assert (first["booked_on"], first["rules"], first["currency"]) == ("2026-03-10", "1", "EUR")
    assert {row["value"] for row in rows[:2]} == {"0.40", "-0.40"}
    assert reversal["reverses"] == rows[4]["key"]


def test_an_exported_value_is_exact_so_that_shares_sum_to_zero():
    assert [in_currency(amount, 12_345) for amount in (1, 333, -334)] == ["0.000012345", "0.004110885", "-0.00412323"]
    assert in_currency(40_000, 10_000) == "0.40" and in_currency(0, 10_000) == "0.00"


def test_an_export_that_cannot_be_written_says_so(history, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("ledger", "export", out=tmp_path / "nowhere" / "books.csv")
