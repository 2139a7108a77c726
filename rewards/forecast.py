"""What a member may expect: what settles on which day, and what that makes by the next payout run. No promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Sum

from rewards.models import Hold, Lot, PayoutRun, ProgrammeVersion
from rewards.payable import Terms, period, worth
from rewards.queries import Balance

# Days that are listed one by one.
DAYS = 7
# What expires within so many days is worth a word.
SOON = 90


@dataclass(frozen=True, slots=True)
class SettlingDay:
    """What settles by itself on one day, in thousandths."""

    on: date
    amount: int
    count: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What expires on one day unless it is used, in thousandths."""

    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Amounts in thousandths, `value` in hundredths of the version's currency."""

    days: tuple[SettlingDay, ...]
    more_days: int
    # The last day whose settlements are in the next payout run.
    run_ends_on: date
    settles_by_then: int
    settles_later: int
    expires_by_then: int
    expected: int
    value: int
    # The first loss that nears; None where none does.
    loss: Loss | None


def expected(*, settled: int, settles: int, owed: int, expires: int) -> int:
    """What there is once so much has settled, if nothing is taken back, used or paid out: a debt is recovered first."""
    return max(0, settled + max(0, settles - owed) - expires)


def forecast(member_id: int, balance: Balance, version: ProgrammeVersion, today: date) -> Forecast:
    """Three queries. What a person looks at first is left out: nobody knows its day."""
    days = [
        SettlingDay(max(on, today), amount, count)
        for on, amount, count in Hold.objects.pending()
        .filter(member_id=member_id)
        .values("settles_on")
        .annotate(amount=Sum("amount"), count=Count("pk"))
        .order_by("settles_on")
        .values_list("settles_on", "amount", "count")
    ]
    ends_on = _run_ends_on(version, today)
    settles = sum(each.amount for each in days if each.on <= ends_on)
    losses = _losses(member_id, max(ends_on, today + timedelta(days=SOON)))
    expires = min(sum(each.amount for each in losses if each.on <= ends_on), balance.settled)
    comes_to = expected(settled=balance.settled, settles=settles, owed=balance.owed, expires=expires)
    near = [each for each in losses if each.on <= today + timedelta(days=SOON)]
    return Forecast(
        days=tuple(days[:DAYS]),
        more_days=max(0, len(days) - DAYS),
        run_ends_on=ends_on,
        settles_by_then=settles,
        settles_later=sum(each.amount for each in days) - settles,
        expires_by_then=expires,
        expected=comes_to,
        value=worth(comes_to, version.value_micros).value,
        loss=near[0] if near else None,
    )


def _run_ends_on(version: ProgrammeVersion, today: date) -> date:
    """The last day of the run that is being earned for; by the rules where none was opened yet."""
    found = PayoutRun.objects.filter(state=PayoutRun.State.ACCRUING, ends_on__gte=today)
    ends_on = found.order_by("-number").values_list("ends_on", flat=True).first()
    return ends_on or period(today, Terms.read(version.rules).months)[1]


def _losses(member_id: int, until: date) -> list[Loss]:
    rows = Lot.objects.lost_by(until).filter(member_id=member_id).values("expires_on").annotate(amount=Sum("remaining"))
    return [Loss(row["expires_on"], row["amount"]) for row in rows.order_by("expires_on") if row["expires_on"]]
