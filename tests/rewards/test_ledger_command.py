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
from rewards.models import Account, Entry, Hold

pytestmark = pytest.mark.django_db


def verify() -> tuple[int, dict]:
    out = io.StringIO()
    try:
        call_command("ledger", "verify", "--json", stdout=out)
    except SystemExit as stopped:
        return int(stopped.code), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def unguarded(table: str, statement: str, values: list) -> None:
    """What somebody with the database's own rights could do: take the triggers off, change a row, put them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement, values)
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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
    assert (report["transfers"], report["entries"], report["accounts"]) == (5, 10, 4)


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
    assert [(fault["check"], fault["where"]) for fault in report["faults"]] == [("balance", f"account {account.pk}")]


def test_a_hold_that_disagrees_with_the_books_is_found(history):
    Hold.objects.pending().update(amount=1)
    code, report = verify()
    assert code == 1 and report["faults"][0]["check"] == "hold"


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


def test_an_export_that_cannot_be_written_says_so(history, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("ledger", "export", out=tmp_path / "nowhere" / "books.csv")
