"""The first page and those that stand still."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.viewer import viewer_of
from community.models import State, Thread
from community.queries import home as queries
from community.queries import lists
from community.views.common import now
from community.views.lists import drawn_rows
from core import charts
from core.text import listed
from core.visitors import same_for_visitors


@require_safe
@same_for_visitors
def home(request: HttpRequest) -> HttpResponse:
    """One field; what people ask now about what this person owns; where they could help, and why them."""
    viewer = viewer_of(request)
    tree = lists.Tree.read(viewer)
    langs = lists.languages(viewer, get_language() or "en")
    helpable = queries.could_help(viewer, tree, langs) if viewer.is_signed_in else []
    asked = queries.asked_now(tree, langs, beside={thread.pk for thread, _why, _solved in helpable})
    keys = [(thread.pk, thread.version) for thread in lists.versions(asked)]
    context = {
        "now": now(),
        "owned": listed([product.name for product in tree.products if product.pk in tree.owned]),
        "rows": drawn_rows(keys, now(), level=3),
        "helpable": helpable,
    }
    return render(request, "pages/home.html", context)


@require_safe
@same_for_visitors
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/terms.html", {"version": date.fromisoformat(settings.ENTRAIDE["TERMS_VERSION"])})


@require_safe
@same_for_visitors
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@require_safe
@same_for_visitors
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@require_safe
@same_for_visitors
def shortcuts(request: HttpRequest) -> HttpResponse:
    """The keys that lead somewhere; a script shows the same list in a dialogue."""
    return render(request, "pages/shortcuts.html")


@require_safe
@same_for_visitors
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component by itself, in each of its states, drawn by the product's own templates."""
    at = now()
    return render(
        request,
        "pages/styleguide.html",
        {
            "now": at,
            "threads": _examples(at),
            "charts": _charts(),
            "wrong": {
                "f1": _("Give it a title."),
                "f2": _("Write the whole address, for example camille.roy@example.com."),
            },
        },
    )


def _charts() -> list[charts.Chart]:
    """One of each kind, of the same numbers."""
    names = (_("Open"), _("Answered"), _("Solved"))
    series = tuple(charts.Series(name, look) for name, look in zip(names, charts.LOOKS[:3], strict=True))
    columns = [
        charts.Column(
            label=formats.date_format(date(2026, month, 1), "M"),
            name=formats.date_format(date(2026, month, 1), "F Y"),
            cells=tuple(charts.Cell(count, str(count), "#charts") for count in row),
        )
        for month, row in enumerate(((9, 12, 31), (7, 18, 28), (0, 0, 0), (11, 9, 40)), 1)
    ]
    about, head = _("A bar or a point for each month."), _("Month")
    given: dict[str, Any] = {"about": about, "head": head, "series": series, "columns": columns}
    return [
        charts.bars(key="stacked", title=_("Stacked"), **given),
        charts.bars(key="beside", title=_("Beside each other"), stacked=False, **given),
        charts.lines(key="lines", title=_("Lines"), **given),
    ]


def _examples(moment: datetime) -> list[Thread]:
    """Threads in every state; none of them is in the database."""
    ahead, behind = moment + timedelta(hours=4), moment - timedelta(hours=4)
    given: list[dict[str, object]] = [
        {"state": State.OPEN, "promise_from": behind, "promised_at": ahead},
        {"state": State.ANSWERED, "answer_count": 2},
        {
            "state": State.ANSWERED,
            "answer_count": 1,
            "not_solved_count": 1,
            "promise_from": behind,
            "promised_at": ahead,
        },
        {"state": State.OPEN, "promise_from": behind - timedelta(hours=4), "promised_at": behind},
        {"state": State.WITH_PERSON, "promise_from": behind, "promised_at": ahead},
        {"state": State.SOLVED, "solved_at": moment, "me_too_count": 64, "answer_count": 3},
        {"state": State.UNCONFIRMED, "answer_count": 1},
        {"state": State.DUPLICATE},
        {"state": State.IDEA, "kind": Thread.Kind.IDEA, "me_too_count": 3},
        {"state": State.ADOPTED, "kind": Thread.Kind.IDEA, "me_too_count": 12},
    ]
    return [
        Thread(pk=number, title=str(State(str(row["state"])).label), created_at=behind, **row)
        for number, row in enumerate(given, 1)
    ]


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read, and where the sitemap is."""
    lines = ["User-agent: *"]
    for code, _name in settings.LANGUAGES:
        # The two doors themselves, and the empty search, are pages like any other.
        lines += [f"Allow: /{code}/account/{door}/$" for door in ("login", "signup")]
        lines += [f"Disallow: /{code}/account/", f"Allow: /{code}/search/$", f"Disallow: /{code}/search/"]
    lines += [f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
