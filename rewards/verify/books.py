"""Every transfer sums to zero, every balance is what its entries say, every guard is there."""

from __future__ import annotations

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Window
from django.db.models.functions import Lag

from rewards.models import Account, Entry, Transfer
from rewards.triggers import expected
from rewards.verify.report import MOST, RANGE, Report


def triggers(report: Report) -> None:
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        # 'D' is a trigger that somebody switched off.
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        there = {row[0] for row in cursor.fetchall()}
    for name in sorted(expected(connection.vendor) - there):
        report.add("trigger", name, "missing or switched off: the database no longer guards the books")


def transfers(first: int, last: int, report: Report) -> int:
    found = (
        Transfer.objects.filter(pk__range=(first, last))
        .annotate(sum=Sum("entries__amount"), count=Count("entries"))
        .order_by("pk")
        .values_list("pk", "sum", "count")
    )
    done = 0
    for pk, total, count in found.iterator(chunk_size=RANGE):
        done += 1
        report.entries += count
        if count < 2:
            report.add("transfer", f"transfer {pk}", f"it has {count} entries, and needs at least two")
        elif total:
            report.add("transfer", f"transfer {pk}", f"its entries sum to {total}, not to zero")
    return done


def orphans(report: Report) -> None:
    lost = Entry.objects.filter(~Exists(Transfer.objects.filter(pk=OuterRef("transfer_id")))).order_by("pk")
    for pk in lost.values_list("pk", flat=True)[:MOST]:
        report.add("entry", f"entry {pk}", "its transfer is not there")


def accounts(first: int, last: int, report: Report) -> int:
    rows = Account.objects.filter(pk__range=(first, last))
    stored = rows.annotate(sum=Sum("entries__amount")).order_by("pk")
    done = 0
    for account in stored.iterator(chunk_size=RANGE):
        done += 1
        if account.member_id is not None and account.balance != (account.sum or 0):
            report.add(
                "balance", f"account {account.pk}", f"stored {account.balance}, its entries sum to {account.sum or 0}"
            )
    _running(first, last, report)
    return done


def _running(first: int, last: int, report: Report) -> None:
    """Each entry's balance follows from the one before it; the first break of an account is named."""
    before = Window(Lag("balance_after", default=0), partition_by=F("account_id"), order_by=F("pk").asc())
    broken = (
        Entry.objects.filter(account_id__gte=first, account_id__lte=last, account__member__isnull=False)
        .annotate(before=before)
        .filter(~Q(balance_after=F("before") + F("amount")))
        .order_by("account_id", "pk")
        .values_list("account_id", "pk", "before", "amount", "balance_after")
    )
    named: set[int] = set()
    for account_id, pk, previous, amount, after in broken:
        if account_id not in named:
            named.add(account_id)
            report.add("running balance", f"entry {pk}", f"{previous} and {amount} do not make {after}")
