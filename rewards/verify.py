"""Proving the books: every transfer sums to zero, every balance is what its entries say, every guard is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import BigIntegerField, Count, F, Max, Min, Model, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Coalesce, Lag

from rewards.models import Account, Entry, Hold, Transfer
from rewards.triggers import expected

_RANGE = 5_000
# More than these are counted, not named.
MOST = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: "transfer 12"."""

    check: str
    where: str
    what: str


@dataclass(slots=True)
class Report:
    transfers: int = 0
    entries: int = 0
    accounts: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.fault_count

    def add(self, check: str, where: str, what: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST:
            self.faults.append(Fault(check, where, what))


def rows_to_check() -> int:
    """How far `verify` will count: transfers, then accounts."""
    return Transfer.objects.count() + Account.objects.count()


def verify(progress: Callable[[int], object] = int) -> Report:
    """Read all the books, in ranges of keys; `progress` is told how many rows each range checked.

    Changes nothing. Bookings made meanwhile do no harm: each is there wholly or not at all, and what they
    change is looked at in one query.
    """
    report = Report()
    _triggers(report)
    for first, last in _ranges(Transfer):
        done = _transfers(first, last, report)
        report.transfers += done
        progress(done)
    _orphans(report)
    for first, last in _ranges(Account):
        done = _accounts(first, last, report)
        report.accounts += done
        progress(done)
    return report


def _ranges(model: type[Model]) -> Iterator[tuple[int, int]]:
    ends = model._default_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for first in range(ends["first"], ends["last"] + 1, _RANGE):
        yield first, first + _RANGE - 1


def _triggers(report: Report) -> None:
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


def _transfers(first: int, last: int, report: Report) -> int:
    found = (
        Transfer.objects.filter(pk__range=(first, last))
        .annotate(sum=Sum("entries__amount"), count=Count("entries"))
        .order_by("pk")
        .values_list("pk", "sum", "count")
    )
    done = 0
    for pk, total, count in found.iterator(chunk_size=_RANGE):
        done += 1
        report.entries += count
        if count < 2:
            report.add("transfer", f"transfer {pk}", f"it has {count} entries, and needs at least two")
        elif total:
            report.add("transfer", f"transfer {pk}", f"its entries sum to {total}, not to zero")
    return done


def _orphans(report: Report) -> None:
    lost = Entry.objects.filter(~Q(transfer_id__in=Transfer.objects.values("pk"))).order_by("pk")
    for pk in lost.values_list("pk", flat=True)[:MOST]:
        report.add("entry", f"entry {pk}", "its transfer is not there")


def _accounts(first: int, last: int, report: Report) -> int:
    rows = Account.objects.filter(pk__range=(first, last))
    stored = rows.annotate(sum=Sum("entries__amount")).order_by("pk")
    done = 0
    for account in stored.iterator(chunk_size=_RANGE):
        done += 1
        if account.member_id is not None and account.balance != (account.sum or 0):
            report.add(
                "balance", f"account {account.pk}", f"stored {account.balance}, its entries sum to {account.sum or 0}"
            )
    _running(first, last, report)
    _holds(first, last, report)
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


def _holds(first: int, last: int, report: Report) -> None:
    """A member's pending balance is what their pending awards sum to."""
    waiting = (
        Hold.objects.pending()
        .filter(member_id=OuterRef("member_id"))
        .order_by()
        .values("member_id")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    broken = (
        Account.objects.filter(pk__range=(first, last), kind=Account.Kind.PENDING)
        .annotate(waiting=Coalesce(Subquery(waiting), 0, output_field=BigIntegerField()))
        .exclude(balance=F("waiting"))
        .order_by("pk")
    )
    for pk, balance, total in broken.values_list("pk", "balance", "waiting"):
        report.add("hold", f"account {pk}", f"{balance} are pending, the awards that wait sum to {total}")
