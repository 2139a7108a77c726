"""What is owed now: by where it stands, and by how old it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet, Sum

from rewards.actions.payouts.books import SUBJECT
from rewards.figures.cuts import AGES, RECEIVABLE, Age, age_of
from rewards.figures.sums import Sums
from rewards.models import Account, Entry, Hold, Payout, PayoutRun, Transfer


@dataclass(slots=True)
class Owed:
    """One state; amounts in thousandths, in all and by age."""

    figure: str
    total: int = 0
    by_age: dict[str, int] = field(default_factory=lambda: {age.name: 0 for age in AGES})

    def add(self, day: date, amount: int, today: date) -> None:
        self.total += amount
        self.by_age[age_of(day, today).name] += amount

    def cells(self) -> Iterable[tuple[Age, int]]:
        return ((age, self.by_age[age.name]) for age in AGES)


def owed(sums: Sums, today: date) -> list[Owed]:
    """Pending, held, settled, on its way to be paid, and what members owe. Two queries beside the sums.

    What waits is as old as its award, what settled as its settling, a payment as its freezing; what members owe as its
    booking, less what was recovered then.
    """
    found = {name: Owed(name) for name in ("pending", "held", "settled", "on-its-way", "receivable")}
    waiting = Hold.objects.waiting().order_by().values_list("state", "award__booked_on").annotate(sum=Sum("amount"))
    for state, day, amount in waiting:
        found["held" if state == Hold.State.HELD else "pending"].add(day, amount, today)
    for month, amount in sums.lots.items():
        found["settled"].add(month, amount, today)
    on_its_way = Entry.objects.filter(transfer__in=payouts_under_way(), account__kind=Account.Kind.PAYOUTS)
    for day, amount in on_its_way.order_by().values_list("transfer__booked_on").annotate(sum=Sum("amount")):
        found["on-its-way"].add(day, amount, today)
    for (month, account, kind, reason), amount in sums.booked.items():
        if RECEIVABLE.takes(account, kind, reason):
            found["receivable"].add(month, RECEIVABLE.sign * amount, today)
    return list(found.values())


def payouts_under_way() -> QuerySet[Transfer]:
    """The transfers that took the credits of payments without a last word: all of runs that are not closed."""
    open_runs = PayoutRun.objects.open().values("pk")
    payouts = Payout.objects.under_way().filter(run__in=open_runs)
    return Transfer.objects.filter(kind=Transfer.Kind.PAYOUT, subject_type=SUBJECT, subject_id__in=payouts.values("pk"))


def waiting(*, held: bool) -> QuerySet[Hold]:
    states = Q(state=Hold.State.HELD) if held else Q(state=Hold.State.PENDING)
    return Hold.objects.filter(states)
