"""What a member earned, lost and was paid, month by month, as a chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import formats
from django.utils.translation import gettext as _

from core.charts import Cell, Chart, Column, Series, bars
from rewards.amounts import credits
from rewards.figures.cuts import months_to
from rewards.ledger import SETTLED
from rewards.models import Entry, Transfer
from rewards.rules import CREDIT

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """Thousandths of a credit, each zero or more. `paid` is what did not come back."""

    first: date
    earned: int = 0
    taken_back: int = 0
    expired: int = 0
    paid: int = 0


def months_of(member_id: int, today: date, count: int = MONTHS) -> list[Month]:
    """The last months, this one with them, oldest first. One query, whose cost grows with what was booked in them."""
    firsts = months_to(today, count)
    reversal, came_back = Q(transfer__kind=Transfer.Kind.REVERSAL), Q(transfer__reason=Transfer.Reason.PAYOUT_CAME_BACK)
    rows = (
        Entry.objects.filter(
            account__member_id=member_id, account__kind=SETTLED, transfer__booked_on__range=(firsts[0], today)
        )
        .annotate(month=TruncMonth("transfer__booked_on"))
        .values("month")
        .annotate(
            earned=Sum("amount", filter=Q(amount__gt=0) & ~came_back, default=0),
            taken_back=Sum("amount", filter=Q(amount__lt=0) & reversal, default=0),
            expired=Sum("amount", filter=Q(amount__lt=0, transfer__kind=Transfer.Kind.EXPIRY), default=0),
            paid=Sum("amount", filter=Q(transfer__kind=Transfer.Kind.PAYOUT) | came_back, default=0),
        )
        .order_by("month")
    )
    found = {
        row["month"]: Month(row["month"], row["earned"], -row["taken_back"], -row["expired"], max(0, -row["paid"]))
        for row in rows
    }
    return [found.get(first, Month(first)) for first in firsts]


def chart_of(months: list[Month]) -> Chart:
    """Bars beside each other; what expired has some only where something did."""
    series = [
        (Series(_("Earned and settled"), "full"), "earned"),
        (Series(_("Taken back"), "held"), "taken_back"),
        (Series(_("Paid out"), "outline"), "paid"),
    ]
    if any(month.expired for month in months):
        series.append((Series(_("Expired"), "pale"), "expired"))
    facts = {name: credits(sum(getattr(month, name) for month in months)) for _series, name in series}
    about = _("In these months: %(earned)s credits earned, %(taken_back)s taken back, %(paid)s paid out.") % facts
    return bars(
        key="months",
        title=_("Credits by month"),
        about=about,
        head=_("Month"),
        series=[each for each, _name in series],
        columns=[
            Column(
                label=formats.date_format(month.first, "M"),
                name=formats.date_format(month.first, "YEAR_MONTH_FORMAT"),
                cells=tuple(
                    Cell(getattr(month, name) / CREDIT, credits(getattr(month, name))) for _series, name in series
                ),
            )
            for month in months
        ],
        stacked=False,
        axis=lambda value: formats.number_format(round(value), use_l10n=True, force_grouping=True),
    )
