"""Statements of one period: what a member had at its beginning, each change, what they had at its end, what was paid.

A period is a payout run's or a tax year. Its groups hold every entry of the settled account exactly once, so that
opening balance, groups and closing balance add up. Lines are read in pieces: twenty thousand cost no more memory
than a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.paging import Page, paginate
from rewards.ledger import PENDING, RECEIVABLE, SETTLED, booked_on
from rewards.models import Account, Entry, Payout, PayoutRun, Transfer
from rewards.queries import Line, booked_lines
from rewards.years import TaxYear, begins, tax_year, tax_year_of

# Lines that are read at a time.
CHUNK = 1000


class Group(StrEnum):
    """What changed a settled balance, in the order of a statement."""

    EARNED = "earned"
    GIVEN_BACK = "given_back"
    TAKEN_BACK = "taken_back"
    EXPIRED = "expired"
    PAID = "paid"
    OTHER = "other"

    @property
    def words(self) -> str:
        return {
            Group.EARNED: _("Earned and settled"),
            Group.GIVEN_BACK: _("Given back to you"),
            Group.TAKEN_BACK: _("Taken back"),
            Group.EXPIRED: _("Expired"),
            Group.PAID: _("Paid out"),
            Group.OTHER: _("Other"),
        }[self]


_REVERSAL = Q(transfer__kind=Transfer.Kind.REVERSAL)
_EXPIRY, _PAYOUT = Q(transfer__kind=Transfer.Kind.EXPIRY), Q(transfer__kind=Transfer.Kind.PAYOUT)
# Each entry is in exactly one.
_FILTERS = {
    Group.EARNED: Q(amount__gt=0) & ~_REVERSAL,
    Group.GIVEN_BACK: Q(amount__gt=0) & _REVERSAL,
    Group.TAKEN_BACK: Q(amount__lt=0) & _REVERSAL,
    Group.EXPIRED: Q(amount__lt=0) & _EXPIRY,
    Group.PAID: Q(amount__lt=0) & _PAYOUT,
    Group.OTHER: Q(amount__lt=0) & ~_REVERSAL & ~_EXPIRY & ~_PAYOUT,
}


@dataclass(frozen=True, slots=True)
class Summed:
    """One group: how many lines, and their sum in thousandths."""

    group: Group
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment: when it was done (operator's day), what it was, hundredths of a currency's unit."""

    on: date
    choice: str
    amount: int
    value: int
    currency: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One period of a member, in thousandths. `until` is the last day that it tells of: today while it runs."""

    member_id: int
    first: date
    last: date
    until: date
    opening: int
    closing: int
    # At the end of the last day.
    pending: int
    owed: int
    groups: tuple[Summed, ...]
    payments: tuple[Paid, ...]
    # What was booked later is not in it.
    newest: int

    @property
    def runs(self) -> bool:
        """Whether more may still come to it."""
        return self.until < self.last

    @property
    def count(self) -> int:
        return sum(each.count for each in self.groups)

    @property
    def paid(self) -> dict[str, int]:
        """What was paid to the member, by currency, in hundredths; gifts to a charity are not."""
        sums: dict[str, int] = {}
        for each in self.payments:
            if each.choice != Payout.Choice.CHARITY:
                sums[each.currency] = sums.get(each.currency, 0) + each.value
        return sums


def statement_of(member_id: int, first: date, last: date, today: date) -> Statement:
    """What happened between two days (both included). A handful of queries, however many lines there are."""
    newest = Entry.objects.filter(account__member_id=member_id).aggregate(last=Max("pk"))["last"] or 0
    entries = _entries(member_id, first, last, newest)
    sums = entries.aggregate(
        **{f"{group}_count": Count("pk", filter=found) for group, found in _FILTERS.items()},
        **{f"{group}_sum": Sum("amount", filter=found) for group, found in _FILTERS.items()},
    )
    groups = tuple(
        Summed(group, sums[f"{group}_count"], sums[f"{group}_sum"] or 0) for group in Group if sums[f"{group}_count"]
    )
    closing = _balance(member_id, SETTLED, last, newest)
    return Statement(
        member_id=member_id,
        first=first,
        last=last,
        until=min(last, max(today, first)),
        opening=closing - sum(each.amount for each in groups),
        closing=closing,
        pending=_balance(member_id, PENDING, last, newest),
        owed=-_balance(member_id, RECEIVABLE, last, newest),
        groups=groups,
        payments=payments(member_id, first, last),
        newest=newest,
    )


def lines_of(viewer: Viewer, made: Statement, group: Group) -> Iterator[Line]:
    """The lines of one group, oldest first, read in pieces. Only ever the viewer's own."""
    _check_own(viewer, made)
    entries = _walked(made).filter(_FILTERS[group]).select_related("account", "transfer__version").order_by("pk")
    after = 0
    while rows := list(entries.filter(pk__gt=after)[:CHUNK]):
        yield from booked_lines(viewer, rows)
        after = rows[-1].pk


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of a statement's lines, newest first, with the cursors of those before and after it."""

    lines: list[Line]
    older: str
    newer: str


def lines_page(viewer: Viewer, made: Statement, cursor: str, size: int = 100) -> Lines:
    """The lines of a statement on a page."""
    _check_own(viewer, made)
    rows = _walked(made).select_related("account", "transfer__version")
    page: Page[Entry] = paginate(rows, key="id", cursor=cursor, size=size)
    return Lines(booked_lines(viewer, page.rows), page.older, page.newer)


def payments(member_id: int, first: date, last: date) -> tuple[Paid, ...]:
    """What was paid between two days (both included), oldest first."""
    zone = ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])
    # A day of the operator's begins and ends in its zone.
    between = (datetime.combine(first, time.min, zone), datetime.combine(last, time.max, zone))
    found = Payout.objects.filter(member_id=member_id, state=Payout.State.PAID, finished_at__range=between)
    return tuple(_paid(payout) for payout in found.order_by("finished_at", "pk"))


def paid_ever(member_id: int) -> list[Paid]:
    """All that was paid, oldest first: one row for each run at most."""
    found = Payout.objects.filter(member_id=member_id, state=Payout.State.PAID, finished_at__isnull=False)
    return [_paid(payout) for payout in found.order_by("finished_at", "pk")]


def run_statement_of(member_id: int, run: PayoutRun, today: date) -> Statement:
    """The days of a payout run."""
    return statement_of(member_id, run.starts_on, run.ends_on, today)


def year_begins() -> tuple[int, int]:
    """Month and day on which a tax year begins here."""
    return begins(settings.ENTRAIDE["TAX_YEAR_BEGINS"])


def year(number: int) -> TaxYear | None:
    """The tax year of that number; None for one that no calendar has."""
    return tax_year(number, year_begins()) if 1 < number < 9998 else None


def years_of(member_id: int, today: date) -> list[TaxYear]:
    """The tax years in which something of a member's was settled, paid or lost, the latest first."""
    first = (
        Entry.objects.filter(account__member_id=member_id, account__kind=SETTLED)
        .order_by("pk")
        .values_list("transfer__booked_on", flat=True)
        .first()
    )
    if first is None:
        return []
    start, end = tax_year_of(first, year_begins()).number, tax_year_of(today, year_begins()).number
    return [tax_year(number, year_begins()) for number in range(end, start - 1, -1)]


def _paid(payout: Payout) -> Paid:
    assert payout.finished_at
    return Paid(booked_on(payout.finished_at), payout.choice, payout.amount, payout.value, payout.currency)


def _entries(member_id: int, first: date, last: date, newest: int) -> QuerySet[Entry]:
    return Entry.objects.filter(
        account__member_id=member_id, account__kind=SETTLED, transfer__booked_on__range=(first, last), pk__lte=newest
    )


def _walked(made: Statement) -> QuerySet[Entry]:
    """The same entries for whoever reads some of them in order.

    They are walked along the account's own index. Joined to the days, a database would fetch and sort all of them for
    each page.
    """
    in_days = Transfer.objects.filter(pk=OuterRef("transfer_id"), booked_on__range=(made.first, made.last))
    account = Account.objects.filter(member_id=made.member_id, kind=SETTLED).values("pk")[:1]
    return Entry.objects.filter(Exists(in_days), account=Subquery(account), pk__lte=made.newest)


def _balance(member_id: int, kind: str, day: date, newest: int) -> int:
    """What was on a member's account at the end of a day."""
    account = Account.objects.filter(member_id=member_id, kind=kind).first()
    if account is None:
        return 0
    before = Entry.objects.filter(account=account, transfer__booked_on__lte=day, pk__lte=newest)
    return before.order_by("-pk").values_list("balance_after", flat=True).first() or 0


def _check_own(viewer: Viewer, made: Statement) -> None:
    if not viewer.is_member(made.member_id):
        raise ValueError("a statement's lines are read by its member alone")
