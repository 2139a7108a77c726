"""What customers ask, as editors read it: sums over a stretch of days. Each costs one query, however much was asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from search.models import Asked

LISTED = 15


@dataclass(frozen=True, slots=True)
class Period:
    """The days up to and with `end`, and as many before them to compare with. Narrowed to what is not None."""

    end: date
    days: int
    lang: str | None = None
    # The keys of a product and of those under it.
    products: Collection[int] | None = None

    @property
    def start(self) -> date:
        return self.end - timedelta(days=self.days - 1)

    @property
    def before(self) -> date:
        return self.start - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Row:
    """One phrase: how often it was searched in the period and in the one before, and what came of it."""

    phrase: int
    digest: str
    text: str
    lang: str
    searches: int
    before: int
    failed: int
    abandoned: int
    # On average; of each day what the last search found.
    results: int

    @property
    def more(self) -> int:
        """How many more times than in the period before."""
        return self.searches - self.before


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the chart: searches that led on, that found nothing, and that were left without a step."""

    day: date
    searches: int
    failed: int
    abandoned: int

    @property
    def led_on(self) -> int:
        return max(0, self.searches - self.failed - self.abandoned)


@dataclass(frozen=True, slots=True)
class Totals:
    """All of a period; `unkept` of the searches were too rare for their words to be kept."""

    searches: int
    failed: int
    abandoned: int
    reworded: int
    unkept: int


def _rows(period: Period) -> QuerySet[Asked]:
    rows = Asked.objects.filter(day__gt=period.before - timedelta(days=1), day__lte=period.end)
    if period.lang is not None:
        rows = rows.filter(phrase__lang=period.lang)
    if period.products is not None:
        rows = rows.filter(product__in=period.products)
    return rows


def listed(period: Period, kind: str) -> list[Row]:
    """The phrases that lead in one way: "top", "rising", "failed" or "abandoned"."""
    now = Q(day__gte=period.start)
    # In two steps: what a row has as a name cannot be its sum's name too.
    rows = (
        _rows(period)
        .exclude(phrase__text="")
        .values("phrase_id", "phrase__digest", "phrase__text", "phrase__lang")
        .annotate(
            all_now=Coalesce(Sum("searches", filter=now), 0),
            all_before=Coalesce(Sum("searches", filter=~now), 0),
            failed_now=Coalesce(Sum("failed", filter=now), 0),
            left_now=Coalesce(Sum("abandoned", filter=now), 0),
            results_now=Avg("results", filter=now & Q(searches__gt=0)),
        )
    )
    if kind == "rising":
        rows = rows.annotate(rise=F("all_now") - F("all_before")).filter(rise__gt=0, all_now__gte=2 * F("all_before"))
        rows = rows.order_by("-rise", "phrase_id")
    else:
        by = {"top": "all_now", "failed": "failed_now", "abandoned": "left_now"}[kind]
        rows = rows.filter(**{f"{by}__gt": 0}).order_by(f"-{by}", "phrase_id")
    return [
        Row(
            phrase=row["phrase_id"],
            digest=row["phrase__digest"],
            text=row["phrase__text"],
            lang=row["phrase__lang"],
            searches=row["all_now"],
            before=row["all_before"],
            failed=row["failed_now"],
            abandoned=max(0, row["left_now"]),
            results=round(row["results_now"] or 0),
        )
        for row in rows[:LISTED]
    ]


def days(period: Period) -> list[Day]:
    """Every day of the period, those without a search too."""
    rows = (
        _rows(period)
        .filter(day__gte=period.start)
        .values("day")
        .annotate(all=Sum("searches"), none=Sum("failed"), left=Sum("abandoned"))
    )
    by_day = {row["day"]: row for row in rows}
    found = []
    for number in range(period.days):
        day = period.start + timedelta(days=number)
        row = by_day.get(day, {"all": 0, "none": 0, "left": 0})
        found.append(Day(day, row["all"], row["none"], max(0, row["left"])))
    return found


def totals(period: Period) -> Totals:
    sums = (
        _rows(period)
        .filter(day__gte=period.start)
        .aggregate(
            all=Sum("searches"),
            none=Sum("failed"),
            left=Sum("abandoned"),
            other=Sum("reworded"),
            rare=Sum("searches", filter=Q(phrase__text="")),
        )
    )
    return Totals(
        searches=sums["all"] or 0,
        failed=sums["none"] or 0,
        abandoned=max(0, sums["left"] or 0),
        reworded=sums["other"] or 0,
        unkept=sums["rare"] or 0,
    )
