"""Reading what the books sum to: what is kept by month, and what came after, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Q, Sum

from rewards import sealed
from rewards.figures.cuts import OF_EARNERS, Cut
from rewards.models import BookedMonth, Counted, Entry, Lot, LotMonth, LotUse
from rewards.ways import month_of

Key = tuple[date, str, str, str]
T = TypeVar("T")
# Looks at what is kept, before it is believed that the counting never stops.
_TRIES = 5


@dataclass(slots=True)
class Sums:
    """All that the books sum to at one moment, in thousandths of a credit."""

    # By month, kind of account, kind of transfer and reason.
    booked: dict[Key, int] = field(default_factory=dict)
    # What is left in lots, by the month in which it settled.
    lots: dict[date, int] = field(default_factory=dict)

    def of(self, cut: Cut, first: date | None = None, last: date | None = None) -> int:
        """What a cut comes to in the months that lie between two days (None: any)."""
        return cut.sign * sum(
            amount
            for (month, account, kind, reason), amount in self.booked.items()
            if (first is None or month >= month_of(first))
            and (last is None or month <= last)
            and cut.takes(account, kind, reason)
        )

    def first_month(self, default: date) -> date:
        """The month of the oldest booking."""
        return min((key[0] for key in self.booked), default=default)


def read() -> Sums:
    """At most nine queries: a few hundred rows, and what was booked since the last seal was counted."""
    return settled_on(lambda counted: _read(counted))


def settled_on(look: Callable[[Counted], T]) -> T:
    """What `look` finds while nothing more is counted: else part of it would be there twice, or not at all."""
    counted = Counted.objects.first() or Counted()
    for _try in range(_TRIES):
        found = look(counted)
        after = Counted.objects.first() or Counted()
        if after.seal == counted.seal:
            return found
        counted = after
    return found


def _read(counted: Counted) -> Sums:
    sums = Sums()
    for month, account, kind, reason, amount in BookedMonth.objects.values_list(
        "month", "account", "kind", "reason", "amount"
    ):
        sums.booked[month, account, kind, reason] = amount
    for month, amount in LotMonth.objects.values_list("month", "amount"):
        sums.lots[month] = amount
    tail = not_counted(counted)
    add(sums.booked, booked_of(Entry.objects.filter(tail("transfer_id"))))
    add(sums.lots, lots_of(tail))
    return sums


def not_counted(counted: Counted) -> Callable[[str], Q]:
    """By the name of a column of transfers' keys: those that are not counted yet."""
    late = sealed.came_late(counted.seal) if counted.seal else []

    def where(column: str) -> Q:
        after = Q(**{f"{column}__gt": counted.last})
        return after | Q(**{f"{column}__in": late}) if late else after

    return where


def add(sums: dict[T, int], more: Iterable[tuple[T, int]]) -> None:
    for key, amount in more:
        sums[key] = sums.get(key, 0) + amount


def booked_of(entries: object) -> list[tuple[Key, int]]:
    """What these entries sum to, by month, account, kind and reason; one query."""
    rows = (
        entries.order_by()  # type: ignore[attr-defined]
        .values_list("transfer__booked_on", "account__kind", "transfer__kind", "transfer__reason")
        .annotate(sum=Sum("amount"))
    )
    return [((month_of(day), account, kind, reason), amount) for day, account, kind, reason, amount in rows]


def lots_of(where: Callable[[str], Q]) -> list[tuple[date, int]]:
    """What these transfers put into lots, less what they took, by the month in which it settled; two queries."""
    made = Lot.objects.filter(where("origin_id")).order_by().values_list("earned_on").annotate(sum=Sum("amount"))
    used = LotUse.objects.filter(where("transfer_id")).order_by().values_list("lot__earned_on")
    return [
        *((month_of(day), amount) for day, amount in made),
        *((month_of(day), -amount) for day, amount in used.annotate(sum=Sum("amount"))),
    ]


def earners_of(where: Callable[[str], Q]) -> list[tuple[tuple[date, int], int]]:
    """What these transfers gave members and took back, by month and member; one query."""
    rows = (
        Entry.objects.filter(where("transfer_id"), entries_in(OF_EARNERS), account__member__isnull=False)
        .order_by()
        .values_list("transfer__booked_on", "account__member_id")
        .annotate(sum=Sum("amount"))
    )
    return [((month_of(day), member), amount) for day, member, amount in rows]


def entries_in(cut: Cut, transfer: str = "transfer__", account: str = "account__") -> Q:
    """The entries of a cut, as a filter on entries."""
    return Q(**{f"{account}kind__in": cut.accounts}) & transfers_in(cut, transfer)


def transfers_in(cut: Cut, prefix: str = "") -> Q:
    """The transfers that may have entries of a cut."""
    found = Q(**{f"{prefix}kind__in": cut.kinds})
    if cut.reasons:
        return found & Q(**{f"{prefix}reason__in": cut.reasons})
    return found & ~Q(**{f"{prefix}reason__in": cut.without}) if cut.without else found
