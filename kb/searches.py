"""What customers search for, what is to be written because of it, and being told of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Member
from accounts.viewer import viewer_of
from community.models import Product
from community.permissions import may
from community.views.common import signed_in
from core import charts, ratelimits
from core.errors import Invalid
from core.text import clean_line
from kb import queries
from kb.actions import gaps
from kb.models import Article, EditorialTask
from kb.permissions import check_may_plan, check_may_read_searches
from search import asked
from search.counting import day_of
from search.documents import PRODUCTS

PERIODS = (7, 28, 90)
KINDS = ("failed", "abandoned", "rising", "top")


@require_safe
@signed_in
def searches(request: HttpRequest) -> HttpResponse:
    """The whole page, for a period, a language and a product: all of it is in the address."""
    viewer = viewer_of(request)
    check_may_read_searches(viewer)
    now = timezone.now()
    days = next((each for each in PERIODS if str(each) == request.GET.get("days")), PERIODS[1])
    lang = request.GET.get("lang") if request.GET.get("lang") in dict(settings.LANGUAGES) else None
    products = PRODUCTS["read"]()
    product = next((each for each in products if each.slug == request.GET.get("product")), None)
    keys: list[int] | None = None
    if product is not None:
        under = Product.objects.filter(path__contains=f"/{product.id}/").values_list("pk", flat=True)
        keys = [product.id, *under]
    period = asked.Period(end=day_of(now), days=days, lang=lang, products=keys)
    lists = [(kind, asked.listed(period, kind)) for kind in KINDS]
    context = {
        "days": days,
        "periods": PERIODS,
        "lang": lang,
        "languages": settings.LANGUAGES,
        "products": products,
        "product": product,
        "lists": lists,
        "tasks_open": queries.open_tasks({row.digest for _kind, rows in lists for row in rows}),
        "totals": asked.totals(period),
        "chart": _chart(asked.days(period)),
        "tasks": queries.tasks(lang=lang),
        "wanted": queries.wanted(lang=lang),
        "may_plan": may(check_may_plan, viewer, now),
    }
    return render(request, "kb/searches.html", context)


def _chart(by_day: Sequence[asked.Day]) -> charts.Chart:
    """Each day's searches, by what they led to."""
    return charts.bars(
        key="searches",
        title=_("Searches each day"),
        about=_(
            "A bar for each day: at the bottom what led on, then what found nothing, on top what was left without a "
            "step."
        ),
        head=_("Day"),
        series=(
            charts.Series(_("Led on"), "full"),
            charts.Series(_("Found nothing"), "held"),
            charts.Series(_("Left without a step"), "outline"),
        ),
        columns=[
            charts.Column(
                label=formats.date_format(day.day, "j M"),
                name=formats.date_format(day.day, "j F"),
                cells=tuple(charts.Cell(count, str(count)) for count in (day.led_on, day.failed, day.abandoned)),
            )
            for day in by_day
        ],
    )


@require_POST
@signed_in
def open_task(request: HttpRequest) -> HttpResponse:
    """Have a search answered: by whoever presses it, until somebody else is named."""
    viewer = viewer_of(request)
    lang = request.POST.get("lang", "")
    key = _key(request.POST.get("product", ""))
    try:
        task = gaps.open_task(
            text=request.POST.get("text", ""),
            lang=lang if lang in dict(settings.LANGUAGES) else get_language() or "en",
            product=Product.objects.filter(pk=key).first() if key else None,
            owner=viewer.member,
            by=viewer,
            now=timezone.now(),
        )
    except Invalid:
        # No button sends nothing; whoever does is where the buttons are.
        return redirect("kb:searches")
    return redirect("kb:task", pk=task.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One search that is to be answered: who writes, which article answers, or that none will."""
    viewer = viewer_of(request)
    check_may_read_searches(viewer)
    found = get_object_or_404(EditorialTask.objects.select_related("owner", "product", "article"), pk=pk)
    now = timezone.now()
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _changed(request, found, now)
        except Invalid as invalid:
            errors = invalid.errors
    context = {
        "task": found,
        "errors": errors,
        "editors": queries.editors(),
        "articles": queries.articles_for(found),
        "waiting": queries.waiting_for(found),
        "may_plan": may(check_may_plan, viewer, now),
    }
    return render(request, "kb/task.html", context, status=422 if errors else 200)


def _changed(request: HttpRequest, found: EditorialTask, now: datetime) -> HttpResponse:
    viewer = viewer_of(request)
    if request.POST.get("drop"):
        gaps.drop_task(task=found, by=viewer, now=now)
        messages.success(request, _("No article is written for this search."))
        return redirect("kb:searches")
    owner, article = _key(request.POST.get("owner", "")), _key(request.POST.get("article", ""))
    changed = gaps.change_task(
        task=found,
        owner=Member.objects.filter(pk=owner).first() if owner else None,
        article=Article.objects.filter(pk=article, locale__language_code=found.lang).first() if article else None,
        by=viewer,
        now=now,
    )
    if changed.state == EditorialTask.State.DONE:
        messages.success(request, _("This search is answered. Whoever asked to be told is told now."))
    else:
        messages.success(request, _("Kept."))
    return redirect("kb:task", pk=found.pk)


@require_POST
@signed_in
def want(request: HttpRequest) -> HttpResponse:
    """Be told when an article answers a search, or no longer."""
    ratelimits.check(request, "vote")
    text, on = clean_line(request.POST.get("q", ""))[:200], request.POST.get("on") == "1"
    try:
        gaps.want(text=text, lang=get_language() or "en", by=viewer_of(request), on=on, now=timezone.now())
    except Invalid as invalid:
        messages.error(request, str(invalid.errors["q"]))
        return redirect("search:results")
    if on:
        messages.success(
            request,
            _(
                "We tell you here and by mail when a help article answers “%(text)s”. "
                "Editors see these words, not your name."
            )
            % {"text": text},
        )
    else:
        messages.success(request, _("You are no longer told of an answer to “%(text)s”.") % {"text": text})
    return redirect(f"{reverse('search:results')}?{urlencode({'q': text})}")


def _key(text: str) -> int:
    """A row's key as a form has it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
