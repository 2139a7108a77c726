"""Proving the books, their timetables and their seals."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Sum

from rewards.models import Account, Hold, Lot, Place, Seal, Transfer
from rewards.verify import books, months, payouts, programme, seals, timetables
from rewards.verify.report import Fault, Report, ranges

__all__ = ["Fault", "Report", "rows_to_check", "verify"]


def rows_to_check() -> int:
    """How far `verify` will count: transfers, accounts, lots, and sealed transfers once more."""
    sealed = Seal.objects.aggregate(sum=Sum("count"))["sum"] or 0
    return Transfer.objects.count() + Account.objects.count() + Lot.objects.count() + sealed


def verify(progress: Callable[[int], object] = int, *, known: tuple[int, str] | None = None) -> Report:
    """Read all the books, in ranges of keys; `progress` is told how many rows each range checked.

    Changes nothing. Bookings made meanwhile do no harm: each is there wholly or not at all, and what they
    change is looked at in one query. `known` is a seal's number and digest that was written down elsewhere.
    """
    report = Report()
    books.triggers(report)
    for first, last in ranges(Transfer):
        done = books.transfers(first, last, report)
        report.transfers += done
        progress(done)
    books.orphans(report)
    for first, last in ranges(Account):
        done = books.accounts(first, last, report)
        timetables.holds(first, last, report)
        timetables.lots_of_accounts(first, last, report)
        report.accounts += done
        progress(done)
    for first, last in ranges(Hold):
        timetables.reviews(first, last, report)
    for first, last in ranges(Place):
        programme.places(first, last, report)
    programme.firsts(report)
    programme.pools(report)
    for first, last in ranges(Lot):
        done = timetables.lots(first, last, report)
        report.lots += done
        progress(done)
    payouts.payouts(report)
    months.months(report)
    seals.chain(report, progress, known)
    return report
