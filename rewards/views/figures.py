"""The operator's figures, each leading to its transfers, and all of them as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import viewer_of
from community.models import Thread
from community.views.common import signed_in
from core.errors import Invalid
from rewards.actions.fetching import fetch
from rewards.figures import cost, cuts, drawn, earners, flows, lists, owed, payees, sums, words
from rewards.figures.selection import NONE, Selection, month, read, year
from rewards.ledger import booked_on
from rewards.permissions import check_may_see_figures
from rewards.queries import version_in_force
from rewards.reporting import Reporting
from rewards.ways import month_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_operators(view: View[P]) -> View[P]:
    """Sends whoever is not signed in to sign in; raises Refused for who is no operator."""

    @never_cache
    @signed_in
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        check_may_see_figures(viewer_of(request))
        return view(request, *args, **kwargs)

    return wrapper


@require_safe
@for_operators
def figures(request: HttpRequest) -> HttpResponse:
    """What is owed now by state and age, and what twelve months come to."""
    now = timezone.now()
    today, version, found = booked_on(now), version_in_force(now), sums.read()
    rows = owed.owed(found, today)
    (year_to_now,) = flows.rolling(found, [month_of(today)])
    earned, breakage = found.of(cuts.EARNED), found.of(cuts.BREAKAGE)
    context = {
        "today": today,
        "version": version,
        "ages": [words.age_words(age) for age in cuts.AGES],
        "rows": [
            (
                words.NAMES[row.figure],
                row.total,
                Selection(row.figure).url(),
                [(amount, Selection(row.figure, age=age.name).url()) for age, amount in row.cells()],
            )
            for row in rows
        ],
        "owed": sum(row.total for row in rows if row.figure != "receivable"),
        "chart": drawn.owed_by_age(rows),
        "rolling": _flow(year_to_now),
        "since": year_to_now.first,
        "breakage": breakage,
        "breakage_url": Selection("breakage").url(),
        "earned": earned,
        "earned_url": Selection("earned").url(),
        "breakage_share": drawn.percent(cuts.share(breakage, earned)),
    }
    return render(request, "rewards/figures/owed.html", context)


def _flow(row: flows.Flow) -> list[tuple[Any, int, str]]:
    return [
        (words.NAMES[name], amount, Selection(name, row.first, row.last).url()) for name, amount in row.amounts.items()
    ]


@require_safe
@for_operators
def by_month(request: HttpRequest) -> HttpResponse:
    """Earned, taken back, expired, paid …: of the last twelve months, or of a calendar year."""
    today, found = booked_on(timezone.now()), sums.read()
    this, chosen = month_of(today), year(request.GET.get("year", ""))
    months = cuts.months_to(date(chosen, 12, 1) if chosen else this, flows.YEAR)
    months = [each for each in months if each <= this] or [this]
    rows = flows.by_month(found, months)
    context = {
        "year": chosen,
        "years": range(this.year, found.first_month(this).year - 1, -1),
        "names": [words.NAMES[name] for name in cuts.FLOWS],
        "rows": [(row.first, _flow(row)) for row in reversed(rows)],
        "total": _flow(
            flows.Flow(months[0], months[-1], {name: sum(r.amounts[name] for r in rows) for name in cuts.FLOWS})
        ),
        "chart": drawn.flows_by_month(rows),
        "rolling": drawn.rolling(flows.rolling(found, months)),
    }
    return render(request, "rewards/figures/months.html", context)


@require_safe
@for_operators
def costs(request: HttpRequest) -> HttpResponse:
    """What a solved question costs, by month, and in one month by product."""
    this = month_of(booked_on(timezone.now()))
    months = cuts.months_to(this, flows.YEAR)
    chosen = month(request.GET.get("month", ""))
    chosen = chosen if chosen in months else this
    rows = cost.by_month(sums.read(), months)
    products = [
        (
            row,
            Selection("net", chosen, chosen, product=str(row.product.pk) if row.product else NONE).url(),
        )
        for row in cost.by_product(chosen)
    ]
    context = {
        "rows": [(row, Selection("net", row.month, row.month).url()) for row in reversed(rows)],
        "chart": drawn.costs(rows),
        "chosen": chosen,
        "products": products,
    }
    return render(request, "rewards/figures/cost.html", context)


@require_safe
@for_operators
def concentration(request: HttpRequest) -> HttpResponse:
    """How much of what is earned goes to how few, by month and over twelve."""
    months = cuts.months_to(month_of(booked_on(timezone.now())), flows.YEAR)
    *rows, whole = earners.concentration([*((each, each) for each in months), (months[0], months[-1])])
    context = {
        "whole": _concentration(whole),
        "rows": [_concentration(row) for row in reversed(rows)],
        "chart": drawn.concentrations(rows),
    }
    return render(request, "rewards/figures/earners.html", context)


def _concentration(row: earners.Concentration) -> dict[str, Any]:
    return {
        "first": row.first,
        "last": row.last,
        "count": row.count,
        "amount": row.amount,
        "url": Selection("top", row.first, row.last, top=100).url(),
        "tops": [
            {
                "words": words.top_words(top),
                "count": row.tops[top][0],
                "amount": row.tops[top][1],
                "share": drawn.percent(row.share(top)),
                "url": Selection("top", row.first, row.last, top=top).url(),
            }
            for top in earners.TOPS
        ],
    }


@require_safe
@for_operators
def payee_list(request: HttpRequest) -> HttpResponse:
    """Who was paid how much in a year, for tax reports."""
    now = timezone.now()
    this = booked_on(now).year
    chosen = year(request.GET.get("year", "")) or this
    version = version_in_force(now)
    terms = Reporting.read(version.rules) if version else Reporting()
    alerts = request.GET.get("list") == "alerts"
    rows, page = payees.page(chosen, terms, cursor=request.GET.get("from", ""), alerts=alerts)
    context = {
        "year": chosen,
        "years": sorted({this, chosen, *payees.years()}, reverse=True),
        "alerts": alerts,
        "terms": terms,
        "near": drawn.percent(terms.near_percent),
        "currency": version.currency if version else "",
        "totals": [(total, Selection("payee", year=chosen).url()) for total in payees.totals(chosen)],
        "rows": [
            (
                row,
                Selection("payee", year=chosen, member=row.member.pk).url(),
                Selection("lines", year=chosen, member=row.member.pk).url(),
            )
            for row in rows
        ],
        "page": page,
    }
    return render(request, "rewards/figures/payees.html", context)


@require_safe
@for_operators
def transfers(request: HttpRequest) -> HttpResponse:
    """What one figure sums."""
    selection = read(request.GET.dict())
    if selection is None:
        raise Http404
    today = booked_on(timezone.now())
    found = lists.listing(selection, today, cursor=request.GET.get("at", ""))
    wanted = {row.transfer.thread_id for row in found.rows if row.transfer.thread_id}
    threads = Thread.objects.visible_to(viewer_of(request)).in_bulk(wanted)
    context = {
        "selection": selection,
        "query": selection.query(),
        "name": words.name_of(selection),
        "time": words.time_of(selection),
        "rows": [(row, threads.get(row.transfer.thread_id or 0)) for row in found.rows],
        "found": found,
    }
    return render(request, "rewards/figures/transfers.html", context)


@never_cache
@require_POST
@signed_in
def file(request: HttpRequest) -> HttpResponse:
    """A page's figures as CSV. By a button: that it was fetched is recorded."""
    what = request.POST.get("what", "")
    try:
        lines = fetch(
            what=what,
            by=viewer_of(request),
            now=timezone.now(),
            selection=read(request.POST.dict()),
            year=year(request.POST.get("year", "")),
        )
    except Invalid as error:
        raise Http404 from error
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="credits-{what}.csv"'
    return response  # type: ignore[return-value]
