"""What is kept by month is what the books sum to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from rewards.figures import sums
from rewards.models import BookedMonth, EarnerMonth, Entry, LotMonth, Transfer
from rewards.sealed import open_gaps
from rewards.verify.report import Report, ranges

Kept = tuple[dict[Any, int], dict[Any, int], dict[Any, int]]


def months(report: Report) -> None:
    """All that was counted, read again from entries, lots and what was taken of them."""
    kept, counted = sums.settled_on(lambda counted: (_kept(), counted))
    booked: dict[sums.Key, int] = {}
    lots: dict[date, int] = {}
    earners: dict[tuple[date, int], int] = {}
    # What comes late into a gap meanwhile is not counted.
    gaps = open_gaps(counted.seal)
    for first, last in ranges(Transfer):
        if first > counted.last:
            break
        end = min(last, counted.last)

        def where(column: str, low: int = first, high: int = end) -> Q:
            found = Q(**{f"{column}__gte": low, f"{column}__lte": high})
            for begin, stop in gaps:
                if begin <= high and stop >= low:
                    found &= ~Q(**{f"{column}__gte": begin, f"{column}__lte": stop})
            return found

        sums.add(booked, sums.booked_of(Entry.objects.filter(where("transfer_id"))))
        sums.add(lots, sums.lots_of(where))
        sums.add(earners, sums.earners_of(where))
    _compare("booked", kept[0], booked, report)
    _compare("lots", kept[1], lots, report)
    _compare("earners", kept[2], earners, report)


def _kept() -> Kept:
    return (
        {row[:-1]: row[-1] for row in BookedMonth.objects.values_list("month", "account", "kind", "reason", "amount")},
        dict(LotMonth.objects.values_list("month", "amount")),
        {row[:-1]: row[-1] for row in EarnerMonth.objects.values_list("month", "member_id", "amount")},
    )


def _compare(name: str, kept: Mapping[Any, int], true: Mapping[Any, int], report: Report) -> None:
    for key in sorted({*kept, *true}, key=str):
        if kept.get(key, 0) != true.get(key, 0):
            parts = key if isinstance(key, tuple) else (key,)
            where = " ".join(f"{part:%Y-%m}" if isinstance(part, date) else str(part) for part in parts)
            report.add("month", f"{name} {where}", f"{kept.get(key, 0)} kept, the books sum to {true.get(key, 0)}")
