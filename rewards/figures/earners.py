"""How much of what is earned goes to how few. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from rewards.figures import sums
from rewards.figures.cuts import first_of, share
from rewards.models import Counted, EarnerMonth

TOPS = (1, 10)
Late = Mapping[tuple[date, int], int]


@dataclass(frozen=True, slots=True)
class Concentration:
    """Of the months from `first` to `last`: how many earned something, how much, and what the top of them did.

    `tops` by the per cent: how many they are and what they earned, in thousandths.
    """

    first: date
    last: date
    count: int
    amount: int
    tops: dict[int, tuple[int, int]]

    def share(self, top: int) -> float:
        return share(self.tops[top][1], self.amount)


def concentration(periods: list[tuple[date, date]]) -> list[Concentration]:
    """Two queries a period, three where something was booked since the last counting; what earned less than nothing
    (taken back of earlier months) is no earner's.
    """

    def look(counted: Counted) -> list[Concentration]:
        more = late(counted)
        return [_period(first, last, more) for first, last in periods]

    return sums.settled_on(look)


def late(counted: Counted) -> Late:
    """What members earned that is not counted yet, by month."""
    found: dict[tuple[date, int], int] = {}
    sums.add(found, sums.earners_of(sums.not_counted(counted)))
    return found


def _period(first: date, last: date, more: Late) -> Concentration:
    kept = _kept(first, last)
    found = kept.filter(sum__gt=0).aggregate(count=Count("member_id"), all=Sum("sum"))
    count, amount = found["count"], found["all"] or 0
    added, before = _merged(first, last, more)
    for member, new in added.items():
        old = max(before.get(member, 0), 0)
        count += (new > 0) - (old > 0)
        amount += max(new, 0) - old
    most = first_of(count, max(TOPS))
    ranked = _ranked(kept, added, most)
    tops = {
        top: (first_of(count, top), sum(value for _member, value in ranked[: first_of(count, top)])) for top in TOPS
    }
    return Concentration(first, last, count, amount, tops)


def members_in_top(first: date, last: date, top: int, more: Late) -> Q:
    """Who the top so many per cent of earners are, as a filter on `member_id`."""
    kept = _kept(first, last)
    added, before = _merged(first, last, more)
    if top == 100:
        earning = Q(member_id__in=kept.filter(sum__gt=0).values("member_id"))
        earning &= ~Q(member_id__in=[member for member, new in added.items() if new <= 0])
        return earning | Q(member_id__in=[member for member, new in added.items() if new > 0])
    count = kept.filter(sum__gt=0).count()
    count += sum((new > 0) - (before.get(member, 0) > 0) for member, new in added.items())
    ranked = _ranked(kept, added, first_of(count, top))
    return Q(member_id__in=[member for member, _value in ranked])


def _kept(first: date, last: date) -> QuerySet[Any, Any]:
    rows = EarnerMonth.objects.filter(month__range=(first, last)).order_by()
    return rows.values("member_id").annotate(sum=Sum("amount"))


def _merged(first: date, last: date, more: Late) -> tuple[dict[int, int], dict[int, int]]:
    """What those earned in all of whom something is not counted yet, and what of it was kept."""
    added: dict[int, int] = {}
    sums.add(added, [(member, amount) for (month, member), amount in more.items() if first <= month <= last])
    if not added:
        return {}, {}
    before = {row["member_id"]: row["sum"] for row in _kept(first, last).filter(member_id__in=added)}
    return {member: amount + before.get(member, 0) for member, amount in added.items()}, before


def _ranked(kept: QuerySet[Any, Any], added: Mapping[int, int], most: int) -> list[tuple[int, int]]:
    """The first so many, by what they earned; of equals, by their key."""
    rows = kept.filter(sum__gt=0).order_by("-sum", "member_id")[: most + len(added)]
    found = {row["member_id"]: row["sum"] for row in rows} | dict(added)
    ranked = sorted(
        ((member, value) for member, value in found.items() if value > 0), key=lambda row: (-row[1], row[0])
    )
    return ranked[:most]
