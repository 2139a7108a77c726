"""The transfers that a figure sums, in pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from community.models import Thread
from core.paging import Page, paginate
from rewards.actions.payouts.books import SUBJECT
from rewards.figures import cuts, earners, owed, payees, sums
from rewards.figures.selection import NONE, Selection
from rewards.models import Account, Entry, Hold, Lot, LotUse, Payout, Transfer

ROWS = 50


@dataclass(frozen=True, slots=True)
class Booked:
    """One transfer, and what of it the figure sums: thousandths, or (`currency` named) hundredths of its unit."""

    transfer: Transfer
    amount: int
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Booked]
    older: str
    newer: str


def listing(selection: Selection, today: date, *, cursor: str = "", size: int = ROWS) -> Listing:
    """One page, newest first; at most six queries, however deep it lies."""
    if selection.figure in ("pending", "held"):
        holds = paginate(_holds(selection, today).select_related("award"), key="id", cursor=cursor, size=size)
        return _listed(holds, (Booked(hold.award, hold.amount) for hold in holds.rows))
    if selection.figure == "settled":
        lots = paginate(_lots(selection, today).select_related("origin"), key="id", cursor=cursor, size=size)
        return _listed(lots, (Booked(lot.origin, lot.remaining) for lot in lots.rows))
    if selection.figure == "lines":
        uses = paginate(_uses(selection).select_related("lot__origin"), key="id", cursor=cursor, size=size)
        return _listed(uses, (Booked(use.lot.origin, use.amount) for use in uses.rows))
    cut, where, whose = _transfers(selection, today)
    among = {"kind": cut.kinds}
    page = paginate(Transfer.objects.filter(where), key="booked_on", cursor=cursor, size=size, among=among)
    return _listed(page, _amounts(selection, cut, whose, page.rows))


def every(selection: Selection, today: date) -> Iterator[Booked]:
    """All of them, newest first: for an export."""
    cursor = ""
    while True:
        page = listing(selection, today, cursor=cursor, size=1_000)
        yield from page.rows
        if not page.older:
            return
        cursor = page.older


def _listed(page: Page[Any], rows: Iterable[Booked]) -> Listing:
    return Listing(list(rows), page.older, page.newer)


def _days(selection: Selection, today: date, column: str) -> Q:
    """What is of the selection's months or age."""
    first, last = selection.in_age.days(today) if selection.in_age else selection.days
    found = Q()
    if first:
        found &= Q(**{f"{column}__gte": first})
    # What is of a day to come is as new as today's.
    if last and not (selection.in_age and not selection.in_age.first):
        found &= Q(**{f"{column}__lte": last})
    return found


def _holds(selection: Selection, today: date) -> QuerySet[Hold]:
    found = owed.waiting(held=selection.figure == "held")
    return found.filter(_days(selection, today, "award__booked_on"))


def _lots(selection: Selection, today: date) -> QuerySet[Lot]:
    return Lot.objects.left().filter(_days(selection, today, "earned_on"))


def _uses(selection: Selection) -> QuerySet[LotUse]:
    return payees.lines_of(selection.year or 0).filter(lot__member_id=selection.member or 0)


def _transfers(selection: Selection, today: date) -> tuple[cuts.Cut, Q, Q]:
    """The cut, the transfers of it (its kinds apart), and whose entries count."""
    whose = Q()
    if selection.figure == "on-its-way":
        cut = _OUT
        where = Q(pk__in=owed.payouts_under_way().values("pk"))
    elif selection.figure == "payee":
        cut = _OUT
        paid = payees.payments(selection.year or 0)
        if selection.member:
            paid = paid.filter(member_id=selection.member)
        where = Q(subject_type=SUBJECT, subject_id__in=paid.values("pk"))
    elif selection.figure == "top":
        assert selection.first and selection.last and selection.top
        first, last, top = selection.first, selection.last, selection.top
        cut, where = cuts.OF_EARNERS, Q()
        members = sums.settled_on(lambda counted: earners.members_in_top(first, last, top, earners.late(counted)))
        whose = Q(account__in=Account.objects.filter(members, kind__in=cuts.MEMBERS).values("pk"))
    elif selection.figure == "debt":
        cut, where, whose = cuts.RECEIVABLE, Q(), Q(account__member_id=selection.member)
    else:
        cut, where = cuts.CUTS[selection.figure], Q()
    where &= _days(selection, today, "booked_on") & sums.transfers_in(cut)
    if selection.product:
        threads = Thread.objects.filter(product_id=selection.product) if selection.product != NONE else None
        where &= Q(thread_id=None) if threads is None else Q(thread_id__in=threads.values("pk"))
    mine = Entry.objects.filter(whose, transfer_id=OuterRef("pk"), account__kind__in=cut.accounts)
    return cut, where & Q(Exists(mine)), whose


# What was taken for payments, whoever's.
_OUT = cuts.Cut((Account.Kind.PAYOUTS.value,), (Transfer.Kind.PAYOUT.value,), 1)


def _amounts(selection: Selection, cut: cuts.Cut, whose: Q, transfers: list[Transfer]) -> Iterator[Booked]:
    if selection.figure == "payee":
        paid = {payout.pk: payout for payout in Payout.objects.filter(pk__in=[row.subject_id for row in transfers])}
        for transfer in transfers:
            payout = paid[transfer.subject_id or 0]
            yield Booked(transfer, payout.value, payout.currency)
        return
    rows = Entry.objects.filter(whose, transfer__in=transfers, account__kind__in=cut.accounts)
    found = dict(rows.order_by().values_list("transfer_id").annotate(sum=Sum("amount")))
    for transfer in transfers:
        yield Booked(transfer, cut.sign * found[transfer.pk])
