"""What a solved question costs: what was awarded less what was taken back, by the questions solved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncMonth

from community.models import Product, Thread
from rewards.figures.cuts import NET, last_day
from rewards.figures.sums import Sums, transfers_in
from rewards.models import Transfer
from rewards.rules import months_after


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a month, or of a product in one; `amount` in thousandths."""

    month: date
    amount: int
    solved: int
    product: Product | None = None

    @property
    def each(self) -> int | None:
        """Thousandths a solved question, rounded down; None where none was solved."""
        return self.amount // self.solved if self.solved else None


def by_month(sums: Sums, months: list[date]) -> list[Cost]:
    """One query beside the sums: it counts the questions that are solved since then."""
    zone = _zone()
    counted = (
        Thread.objects.filter(_solved(months[0], months[-1]))
        .order_by()
        .annotate(month=TruncMonth("solved_at", tzinfo=zone))
        .values_list("month")
        .annotate(count=Count("pk"))
    )
    solved = {moment.astimezone(zone).date(): count for moment, count in counted}
    return [Cost(month, sums.of(NET, month, month), solved.get(month, 0)) for month in months]


def by_product(month: date) -> list[Cost]:
    """The products of one month, the dearest first; last what is of none. Three queries, of that month alone."""
    product = Thread.objects.filter(pk=OuterRef("thread_id")).values("product_id")[:1]
    awarded = dict(
        Transfer.objects.filter(transfers_in(NET), booked_on__range=(month, last_day(month)))
        .order_by()
        .values_list(Subquery(product))
        .annotate(sum=Sum("entries__amount", filter=Q(entries__account__kind__in=NET.accounts)))
    )
    solved = dict(
        Thread.objects.filter(_solved(month, month)).order_by().values_list("product_id").annotate(count=Count("pk"))
    )
    products: dict[Any, Product] = Product.objects.in_bulk([pk for pk in {*awarded, *solved} if pk])
    found = [
        Cost(month, NET.sign * (awarded.get(pk) or 0), solved.get(pk, 0), products.get(pk))
        for pk in {*awarded, *solved}
    ]
    return sorted(found, key=lambda cost: (cost.product is None, -(cost.each or 0), -cost.amount, str(cost.product)))


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])


def _solved(first: date, last: date) -> Q:
    """Threads solved in these months, in the operator's zone, and still so."""
    zone = _zone()
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(months_after(last, 1), time(), zone)
    return Q(solved_at__gte=begin, solved_at__lt=end)
