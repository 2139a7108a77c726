"""A member's credits over time: by month as a chart, by tax year and payout run as statements, on pages and as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer, viewer_of
from community.views.common import signed_in
from core import brand
from core.ratelimits import check
from rewards import printed
from rewards.amounts import minor
from rewards.ledger import booked_on
from rewards.months import chart_of, months_of
from rewards.runs import own_payout, payouts_of
from rewards.statements import Statement, lines_page, run_statement_of, statement_of, year, years_of
from rewards.years import TaxYear


@never_cache
@require_safe
@signed_in
def over_time(request: HttpRequest) -> HttpResponse:
    """The last twelve months, and each statement there is."""
    member_id, today = _member_id(request), booked_on(timezone.now())
    years = years_of(member_id, today)
    context = {
        "chart": chart_of(months_of(member_id, today)) if years else None,
        "years": years,
        "payouts": payouts_of(member_id),
        "today": today,
    }
    return render(request, "rewards/over_time.html", context)


@never_cache
@require_safe
@signed_in
def year_page(request: HttpRequest, number: int) -> HttpResponse:
    """One tax year of who asks."""
    viewer = viewer_of(request)
    found, made = _year(viewer, number)
    context = {
        "year": found,
        "statement": made,
        "paid": [minor(value, currency) for currency, value in sorted(made.paid.items())],
        "page": lines_page(viewer, made, request.GET.get("from", "")),
        "years": years_of(made.member_id, made.until),
    }
    return render(request, "rewards/year.html", context)


@never_cache
@require_safe
@signed_in
def year_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The same on paper."""
    viewer = viewer_of(request)
    found, made = _year(viewer, number)
    check(request, "paper")
    return _download(printed.year_pdf(viewer, made, found, brand.current()), "year", number)


@never_cache
@require_safe
@signed_in
def run_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """A payout run of who asks, on paper."""
    viewer = viewer_of(request)
    payout = own_payout(viewer, number)
    if payout is None:
        raise Http404
    check(request, "paper")
    made = run_statement_of(_member_id(request), payout.run, booked_on(timezone.now()))
    return _download(printed.run_pdf(viewer, made, payout, brand.current()), "run", number)


def _year(viewer: Viewer, number: int) -> tuple[TaxYear, Statement]:
    """A year that has begun; raises Http404 for any other."""
    today = booked_on(timezone.now())
    found = year(number)
    if found is None or found.first > today or viewer.member_id is None:
        raise Http404
    return found, statement_of(viewer.member_id, found.first, found.last, today)


def _member_id(request: HttpRequest) -> int:
    member_id = viewer_of(request).member_id
    assert member_id is not None
    return member_id


def _download(made: bytes, what: str, number: int) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    # Nothing of it was typed by anybody.
    name = printed.file_name(what, number, get_language() or "en", "pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
