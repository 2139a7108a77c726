"""What is settled and lies unused is carried over once, warned of, and then expires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from core.times import noon
from notifications.notify import notify
from rewards import ledger, rules
from rewards.ledger import SETTLED, Draft, Move
from rewards.models import Account, Lot, LotQuerySet, Transfer
from rewards.queries import version_in_force

# Members in one transaction.
BATCH = 100


@dataclass(slots=True)
class Outcome:
    """How many lots were carried over, warned of and lost."""

    rolled_over: int = 0
    warned: int = 0
    expired: int = 0


def expire_due(*, now: datetime, progress: Callable[[int], object] | None = None) -> Outcome:
    """Carry over, warn of and expire every lot whose day has come.

    Each batch of members is one transaction: interrupted, it goes on where it stopped, and running it again does
    nothing twice. Nothing expires that its member was not warned of in time. `progress` is told how many lots
    each batch dealt with.
    """
    today = ledger.booked_on(now)
    version = version_in_force(now)
    days = rules.Rules.read(version.rules).warning_days if version else ()
    outcome = Outcome()
    steps: list[tuple[str, Callable[[], LotQuerySet], Callable[[list[int]], int]]] = [
        ("rolled_over", lambda: _to_roll_over(today), lambda members: _roll_over(members, today)),
        *(
            (
                "warned",
                lambda level=level: _to_warn(today, level),
                lambda m, level=level: _warn(m, level, today, days, now),
            )
            for level in sorted(days)
        ),
        ("expired", lambda: Lot.objects.lost_by(today), lambda members: _expire(members, today, days, now)),
    ]
    for name, candidates, step in steps:
        after = 0
        while members := _members(candidates(), after):
            with transaction.atomic():
                done = step(members)
            setattr(outcome, name, getattr(outcome, name) + done)
            if progress:
                progress(done)
            after = members[-1]
    return outcome


def _members(lots: LotQuerySet, after: int) -> list[int]:
    found = lots.filter(member_id__gt=after).order_by("member_id").values_list("member_id", flat=True)
    return list(found.distinct()[:BATCH])


def _to_roll_over(today: date) -> LotQuerySet:
    return Lot.objects.due(today).filter(rolled_over=False, rolls_to__isnull=False)


def _roll_over(members: list[int], today: date) -> int:
    ledger.lock(members)
    return _to_roll_over(today).filter(member_id__in=members).update(expires_on=F("rolls_to"), rolled_over=True)


def _to_warn(today: date, level: int) -> LotQuerySet:
    """Those that are lost within so many days and were not told so yet, or only longer before."""
    lost = Lot.objects.lost_by(today + timedelta(days=level))
    return lost.exclude(warned_days__lte=level)


def _warn(members: list[int], level: int, today: date, days: tuple[int, ...], now: datetime) -> int:
    ledger.lock(members)
    found = list(_to_warn(today, level).filter(member_id__in=members).order_by("member_id", "expires_on"))
    sums: dict[tuple[int, date], int] = {}
    for lot in found:
        assert lot.expires_on
        # One whose warning is late lasts as long after it as it should have.
        day = max(lot.expires_on, today + timedelta(days=min(days)))
        sums[lot.member_id, day] = sums.get((lot.member_id, day), 0) + lot.remaining
    for (member_id, day), amount in sums.items():
        if amount < rules.CREDIT:
            continue  # nobody reads of a part of a credit
        notify(
            members=[member_id],
            kind="credits_expiring",
            path="credits/",
            key=f"credits_expiring:{day.isoformat()}:{level}",
            now=now,
            data={"amount": amount, "expires_at": noon(day)},
        )
    Lot.objects.filter(pk__in=[lot.pk for lot in found]).update(warned_on=today, warned_days=level)
    return len(found)


def _expire(members: list[int], today: date, days: tuple[int, ...], now: datetime) -> int:
    books = ledger.lock(members)
    found = [
        lot
        for lot in Lot.objects.lost_by(today).filter(member_id__in=members).oldest_first().select_related("origin")
        if rules.may_expire(today, warned_on=lot.warned_on, warning_days=days)
    ]
    ledger.post_many(books=books, drafts=[_draft(lot) for lot in found], now=now)
    sums: dict[int, int] = {}
    for lot in found:
        sums[lot.member_id] = sums.get(lot.member_id, 0) + lot.remaining
    for member_id, amount in sums.items():
        if amount < rules.CREDIT:
            continue
        notify(
            members=[member_id],
            kind="credits_expired",
            path="credits/",
            key=f"credits_expired:{today.isoformat()}",
            now=now,
            data={"amount": amount},
        )
    return len(found)


def _draft(lot: Lot) -> Draft:
    return Draft.about(
        lot.origin,
        key=f"expiry:{lot.pk}",
        kind=Transfer.Kind.EXPIRY,
        reason=Transfer.Reason.EXPIRED,
        lot_id=lot.pk,
        moves=(
            Move(SETTLED, -lot.remaining, lot.member_id, line=True),
            Move(Account.Kind.BREAKAGE, lot.remaining),
        ),
    )
