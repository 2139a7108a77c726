"""What was sealed is counted into the sums by month, once; and payees by the year, with a word to operators."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from accounts.jobs import Job
from accounts.models import Member
from notifications.notify import notify
from rewards.chain import Range
from rewards.figures import payees, sums
from rewards.ledger import booked_on
from rewards.models import BookedMonth, Counted, EarnerMonth, Entry, LotMonth, PayeeYear, Seal
from rewards.queries import version_in_force
from rewards.reporting import NEAR, OVER, Reporting
from rewards.sealed import header_of

# Less than the time of a background task.
SECONDS = 200.0
# Ranges of keys in one query.
_RANGES = 200
_ROWS = 500


def count_sealed(*, seconds: float = SECONDS, progress: Callable[[int], object] | None = None) -> bool:
    """Count every seal that is not counted yet, a transaction each; whether there are more once time is out.

    Killed at any moment it goes on where it stopped; of two at once, the second waits and counts the next.
    """
    until = time.monotonic() + seconds
    while (done := _count_next()) is not None:
        if progress:
            progress(done)
        if time.monotonic() > until:
            return True
    return False


def _count_next() -> int | None:
    """How many transfers the next seal covers; None when all are counted."""
    with transaction.atomic():
        Counted.objects.get_or_create(pk=1)
        counted = Counted.objects.select_for_update().get(pk=1)
        seal = Seal.objects.filter(number=counted.seal + 1).defer("leaves").first()
        if seal is None:
            return None
        booked: dict[sums.Key, int] = {}
        lots: dict[date, int] = {}
        earners: dict[tuple[date, int], int] = {}
        ranges = _covered(seal)
        for start in range(0, len(ranges), _RANGES):
            where = _within(ranges[start : start + _RANGES])
            sums.add(booked, sums.booked_of(Entry.objects.filter(where("transfer_id"))))
            sums.add(lots, sums.lots_of(where))
            sums.add(earners, sums.earners_of(where))
        _add(BookedMonth, ("month", "account", "kind", "reason"), [(*key, n) for key, n in booked.items()])
        _add(LotMonth, ("month",), list(lots.items()))
        _add(EarnerMonth, ("month", "member_id"), [(*key, n) for key, n in sorted(earners.items())])
        counted.seal, counted.last = seal.number, seal.last
        counted.save(update_fields=["seal", "last"])
        return seal.count


def _covered(seal: Seal) -> list[Range]:
    """The ranges of keys of the transfers under a seal."""
    header = header_of(seal)
    found, start = [], header.first
    for low, high in header.gaps:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= header.last:
        found.append((start, header.last))
    return [*found, *((key, key) for key in header.late)]


def _within(ranges: Sequence[Range]) -> Callable[[str], Q]:
    def where(column: str) -> Q:
        found = Q()
        for low, high in ranges:
            found |= Q(**{f"{column}__gte": low, f"{column}__lte": high})
        return found

    return where


def _add(model: Any, keys: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Add amounts (the last of each row) to what is kept under these keys, or keep them."""
    table, names = model._meta.db_table, ", ".join(keys)
    days = connection.ops.adapt_datefield_value
    values = [[days(value) if isinstance(value, date) else value for value in row] for row in rows]
    with connection.cursor() as cursor:
        # The names are this module's own.
        cursor.executemany(
            f"INSERT INTO {table} ({names}, amount) VALUES ({', '.join(['%s'] * (len(keys) + 1))}) "
            f"ON CONFLICT ({names}) DO UPDATE SET amount = {table}.amount + excluded.amount",
            values,
        )


def count_payees(*, now: datetime) -> int:
    """Count what was paid to each member in this calendar year and the last, and tell operators once of whoever came
    near a threshold of the rules in force, and once of whoever came over it; how many they were told of.

    One transaction a year. A payment that came back is not counted any more; what operators were told stays told.
    """
    version = version_in_force(now)
    terms = Reporting.read(version.rules) if version else Reporting()
    year = booked_on(now).year
    return sum(_count_year(each, terms, now) for each in (year - 1, year))


def _count_year(year: int, terms: Reporting, now: datetime) -> int:
    with transaction.atomic():
        # One counts at a time.
        Counted.objects.get_or_create(pk=1)
        Counted.objects.select_for_update().get(pk=1)
        paid = payees.payments(year).order_by().values_list("member_id", "currency").annotate(sum=Sum("value"))
        lines = payees.lines_of(year).order_by().values_list("lot__member_id")
        counts = dict(lines.annotate(count=Count("lot_id", distinct=True)))
        values = {(member, currency): value for member, currency, value in paid if member}
        rows = {(row.member_id, row.currency): row for row in PayeeYear.objects.filter(year=year)}
        made: list[PayeeYear] = []
        changed: list[PayeeYear] = []
        told = {NEAR: 0, OVER: 0}
        for key in sorted({*values, *rows}):
            row = rows.get(key) or PayeeYear(year=year, member_id=key[0], currency=key[1], value=0, lines=0)
            value, count = values.get(key, 0), counts.get(key[0], 0) if key in values else 0
            if row.pk and (row.value, row.lines, row.level) == (value, count, terms.level(value, count)):
                continue
            row.value, row.lines, row.level = value, count, terms.level(value, count)
            if row.level == OVER and row.over_told_at is None:
                row.over_told_at = now
                told[OVER] += 1
            elif row.level == NEAR and row.near_told_at is None and row.over_told_at is None:
                row.near_told_at = now
                told[NEAR] += 1
            (changed if row.pk else made).append(row)
        PayeeYear.objects.bulk_create(made, batch_size=_ROWS)
        names = ["value", "lines", "level", "near_told_at", "over_told_at"]
        PayeeYear.objects.bulk_update(changed, names, batch_size=_ROWS)
        if any(told.values()):
            notify(
                members=_operators(),
                kind="payees_to_report",
                path=f"credits/figures/payees/?year={year}&list=alerts",
                key=f"payees_to_report:{year}:{now.isoformat()}",
                now=now,
                data={"year": year, "near": told[NEAR], "over": told[OVER]},
            )
        return sum(told.values())


def _operators() -> list[int]:
    found = Member.objects.present().filter(user__groups__name=Job.OPERATOR, user__is_active=True)
    return list(found.values_list("pk", flat=True))
