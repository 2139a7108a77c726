"""Who was paid how much in a calendar year: what tax reports ask for. Here alone people are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractQuarter

from accounts.models import Member
from core.paging import Page, paginate
from rewards.actions.payouts.books import SUBJECT
from rewards.models import LotUse, PayeeRecord, PayeeYear, Payout, Transfer
from rewards.reporting import Reporting

QUARTERS = (1, 2, 3, 4)


@dataclass(slots=True)
class Payee:
    """One member in one year and currency: `value` in hundredths of its unit, in all and by quarter."""

    member: Member
    year: int
    currency: str
    name: str
    value: int = 0
    payments: int = 0
    # How many credited contributions were paid for.
    lines: int = 0
    level: str = ""
    quarters: dict[int, int] = field(default_factory=lambda: dict.fromkeys(QUARTERS, 0))
    paid_at: list[tuple[str, str]] = field(default_factory=list)
    keep_until: date | None = None


def payments(year: int) -> QuerySet[Payout]:
    """What was paid to members themselves in a year of the operator's zone, and did not come back."""
    zone = _zone()
    begin, end = (datetime.combine(date(each, 1, 1), time(), zone) for each in (year, year + 1))
    return Payout.objects.filter(
        state=Payout.State.PAID,
        choice__in=[Payout.Choice.BILL, Payout.Choice.CASH],
        member__isnull=False,
        finished_at__gte=begin,
        finished_at__lt=end,
    )


def lines_of(year: int) -> QuerySet[LotUse]:
    """What the payments of a year took of what each contribution settled."""
    paid = payments(year).values("pk")
    return LotUse.objects.filter(
        transfer__kind=Transfer.Kind.PAYOUT, transfer__subject_type=SUBJECT, transfer__subject_id__in=paid
    )


@dataclass(frozen=True, slots=True)
class YearTotal:
    """All payments of a year in one currency."""

    currency: str
    value: int
    payments: int
    payees: int


def totals(year: int) -> list[YearTotal]:
    """One query."""
    rows = (
        payments(year)
        .order_by("currency")
        .values_list("currency")
        .annotate(value=Sum("value"), payments=Count("pk"), payees=Count("member_id", distinct=True))
    )
    return [YearTotal(*row) for row in rows]


def years() -> list[int]:
    """The years in which somebody was paid, the last first. One query."""
    ends = Payout.objects.filter(state=Payout.State.PAID, member__isnull=False, finished_at__isnull=False)
    zone = _zone()
    found = {moment.astimezone(zone).year for moment in ends.datetimes("finished_at", "month", tzinfo=zone)}
    return sorted(found, reverse=True)


def page(
    year: int, terms: Reporting, *, cursor: str = "", alerts: bool = False, size: int = 30
) -> tuple[list[Payee], Page[PayeeYear]]:
    """The payees of a year, who was paid most (when last counted) first; or those near and over a threshold.

    What is shown of each is read from the payments. Five queries, however many there are.
    """
    rows = PayeeYear.objects.filter(year=year).select_related("member__payee_record")
    levels = [PayeeYear.Level.NEAR, PayeeYear.Level.OVER]
    found = paginate(rows, key="value", cursor=cursor, size=size, among={"level": levels} if alerts else None)
    return read(year, terms, found.rows), found


def read(year: int, terms: Reporting, rows: Iterable[PayeeYear]) -> list[Payee]:
    """These payees with what their payments come to."""
    made = {(row.member_id, row.currency): Payee(row.member, year, row.currency, name_of(row.member)) for row in rows}
    _fill(year, terms, made, Q(member_id__in={member for member, _currency in made}))
    return list(made.values())


def everybody(year: int, terms: Reporting) -> list[Payee]:
    """All payees of a year, by their number: for the report."""
    keys = payments(year).order_by().values_list("member_id", "currency").distinct()
    wanted = sorted((member, currency) for member, currency in keys if member)
    members = {
        member.pk: member
        for member in Member.objects.filter(pk__in=payments(year).values("member_id")).select_related("payee_record")
    }
    made = {
        (member, currency): Payee(members[member], year, currency, name_of(members[member]))
        for member, currency in wanted
    }
    _fill(year, terms, made, Q())
    return list(made.values())


def _fill(year: int, terms: Reporting, made: dict[tuple[int, str], Payee], whose: Q) -> None:
    zone = _zone()
    paid = (
        payments(year)
        .filter(whose)
        .order_by()
        .annotate(quarter=ExtractQuarter("finished_at", tzinfo=zone))
        .values_list("member_id", "currency", "quarter", "provider", "payee")
        .annotate(sum=Sum("value"), count=Count("pk"))
    )
    for member, currency, quarter, provider, reference, value, count in paid:
        payee = made.get((member or 0, currency))
        if payee is None:
            continue
        payee.value += value
        payee.payments += count
        payee.quarters[quarter] += value
        if (provider, reference) not in payee.paid_at:
            payee.paid_at.append((provider, reference))
    members = {member for member, _currency in made}
    of_lots = lines_of(year).filter(lot__member_id__in=members) if whose else lines_of(year)
    counted = of_lots.order_by().values_list("lot__member_id").annotate(count=Count("lot_id", distinct=True))
    lines = dict(counted)
    for (member, _currency), payee in made.items():
        payee.lines = lines.get(member, 0)
        payee.level = terms.level(payee.value, payee.lines)
        record = getattr(payee.member, "payee_record", None)
        if isinstance(record, PayeeRecord):
            payee.keep_until = record.keep_until
            payee.paid_at = [(each["provider"], each["reference"]) for each in record.paid_at]


def name_of(member: Member) -> str:
    """The name; of somebody erased, that which tax law has kept."""
    record = getattr(member, "payee_record", None)
    return record.name if record else member.shown_name


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])
