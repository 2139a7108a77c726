"""The page of results, and the suggestions that hang from a field while somebody types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import viewer_of
from core import ratelimits
from core.text import TITLE_MAX, clean_line
from search import counting, find
from search.documents import PRODUCTS, TOPICS, Choice
from search.engine import Counts, Unavailable

# Longer questions are cut: what is searched is a sentence, not a page.
TEXT_MAX = 300
KINDS = ("thread", "article")
# Fewer letters suggest nothing that is worth reading.
TYPED_MIN = 3


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Everything that matches, in one list. All of it is in the address, so that it can be shared."""
    text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
    products = PRODUCTS["read"]()
    product = _product(request.GET.get("product", ""), products)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in KINDS else ""
    topics = TOPICS["read"](product.id) if product else ()
    topic = next((each for each in topics if each.slug == request.GET.get("topic")), None)
    solved = request.GET.get("solved") == "1"
    context: dict[str, Any] = {
        "text": text,
        "products": products,
        "product": product,
        "topics": topics,
        "topic": topic,
        "kind": kind,
        "kinds": [(value, name, None) for value, name in _kinds()],
        "solved": solved,
        "narrowed": bool(product or kind or solved),
        "ask_url": f"{reverse('community:ask')}?{urlencode({'title': text[:TITLE_MAX]})}",
    }
    if text:
        ratelimits.check(request, "search")
        page = _number(request.GET.get("page", ""), default=1)
        lang = get_language() or "en"
        try:
            context["results"] = results = find.query(
                text=text,
                viewer=viewer_of(request),
                kinds=[kind] if kind else None,
                product=product.id if product else None,
                topic=topic.id if topic else None,
                solved=solved or None,
                lang=lang,
                page=page,
                count=True,
            )
        except Unavailable:
            context["resting"] = True
        else:
            if results.counts is not None:
                context |= _counted(results.counts, context)
            # Whoever turns pages is still at the same search.
            context["mark"] = request.GET.get("was", "")
            if not _is_ahead(request) and results.page == 1:
                found = results.hits[0].product_id if results.hits else None
                mark = counting.searched(
                    text=text,
                    lang=lang,
                    product=(product.id if product else found) or 0,
                    results=len(results.hits) if results.total is None else results.total,
                    was=request.GET.get("was", ""),
                    now=timezone.now(),
                )
                context["mark"] = mark.signed() if mark else ""
    return render(request, "search/results.html", context)


@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """What may already answer the question in the ask form; nothing at all when nothing fits."""
    title = clean_line(request.GET.get("title", ""))[:TEXT_MAX]
    body = request.GET.get("details", "")[:2_000]
    if len(title) < TYPED_MIN:
        return HttpResponse("")
    ratelimits.check(request, "search")
    product = _product(request.GET.get("product", ""), PRODUCTS["read"]())
    try:
        hits = find.similar(
            title=title,
            body=body,
            product=product.id if product else None,
            viewer=viewer_of(request),
            lang=get_language() or "en",
        )
    except Unavailable:
        hits = []
    # What settles the question comes first; within that the best match does.
    hits = sorted(hits, key=lambda hit: not (hit.shown.solved or hit.shown.kind == "article"))
    return render(request, "search/similar.html", {"hits": hits}) if hits else HttpResponse("")


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What a search would find, while it is typed."""
    text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
    if len(text) < TYPED_MIN:
        return HttpResponse("")
    ratelimits.check(request, "search")
    # Whether the last word is complete shows in the space after it, which cleaning takes off.
    typed = text + " " if request.GET.get("q", "")[-1:].isspace() else text
    try:
        hits = find.suggest(text=typed, viewer=viewer_of(request), lang=get_language() or "en")
    except Unavailable:
        hits = []
    if not hits:
        return HttpResponse("")
    mark = counting.typed(text=text, lang=get_language() or "en", now=timezone.now())
    return render(request, "search/suggest.html", {"hits": hits, "text": text, "mark": mark.signed() if mark else ""})


@require_POST
def followed(request: HttpRequest) -> HttpResponse:
    """What came of a search, told by the page as it is left: see `search.counting`. Nothing is said back."""
    ratelimits.check(request, "seen")
    counting.followed(mark=request.POST.get("mark", ""), how=request.POST.get("how", ""), now=timezone.now())
    return HttpResponse(status=204)


def _kinds() -> list[tuple[str, str]]:
    return [("", _("Everything")), ("thread", _("Questions")), ("article", _("Help articles"))]


def _counted(counts: Counts, context: dict[str, Any]) -> dict[str, object]:
    """The choices of each filter with how many each would find; those that would find nothing are left out.

    What is chosen stays, so that it can be seen and taken back.
    """

    def those(choices: Sequence[Choice], found: Mapping[int, int], chosen: Choice | None) -> list[Choice]:
        return [replace(each, count=found.get(each.id, 0)) for each in choices if each.id in found or each == chosen]

    return {
        "kinds": [
            (value, name, counts.kinds.get(value, 0) if value else sum(counts.kinds.values()))
            for value, name in _kinds()
        ],
        "products": those(context["products"], counts.products, context["product"]),
        "topics": those(context["topics"], counts.topics, context["topic"]),
        "solved_count": counts.solved,
    }


def _is_ahead(request: HttpRequest) -> bool:
    """Whether a browser fetches the page before anybody asked for it."""
    return "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))


def _product(given: str, products: Sequence[Choice]) -> Choice | None:
    """By slug, as shared addresses have it, or by key, as the ask form has it; None for any other."""
    return next((each for each in products if given and given in (each.slug, str(each.id))), None)


def _number(given: str, *, default: int) -> int:
    """A page number; anything else gives the default."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else default
