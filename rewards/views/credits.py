"""A member's own credits, and why some were withheld."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.viewer import viewer_of
from community.permissions import may
from community.views.common import signed_in, started
from core.errors import Invalid, Refused
from rewards import desk
from rewards.actions import reviewing
from rewards.advice import advice
from rewards.amounts import minor, money, whole
from rewards.forecast import forecast
from rewards.ledger import booked_on
from rewards.permissions import check_may_appeal
from rewards.queries import balance_of, settling, statement, version_shown
from rewards.rules import Rules
from rewards.runs import payouts_of, window_of
from rewards.statements import Paid, paid_ever, year_begins
from rewards.years import tax_year_of


@never_cache
@require_safe
def credits(request: HttpRequest) -> HttpResponse:
    """Balance and statement of who asks; there is no address at which anybody reads another's."""
    viewer = viewer_of(request)
    if viewer.member is None:
        return redirect_to_login(request.get_full_path())
    now = timezone.now()
    balance = balance_of(viewer.member.pk)
    version = version_shown(now)
    waits = settling(viewer.member.pk)
    today = booked_on(now)
    page = statement(viewer, cursor=request.GET.get("from", ""))
    first = not page.newer
    paid = paid_ever(viewer.member.pk)
    year = tax_year_of(today, year_begins())
    return render(
        request,
        "rewards/credits.html",
        {
            "balance": balance,
            "window": window_of(viewer.member.pk, now),
            "payouts": payouts_of(viewer.member.pk),
            # Whole numbers, for the plural.
            "settled": whole(balance.settled),
            "pending": whole(balance.pending),
            "waits": waits,
            "owed": whole(balance.owed),
            "worth": money(balance.settled, value_micros=version.value_micros, currency=version.currency)
            if version
            else "",
            "one_credit": money(1000, value_micros=version.value_micros, currency=version.currency) if version else "",
            "rules": Rules.read(version.rules) if version else None,
            "page": page,
            "today": today,
            "currency": version.currency if version else "",
            "paid": _sums(paid),
            "paid_this_year": _sums([each for each in paid if each.on >= year.first]),
            "year": year,
            # What lies ahead stands on the first page alone.
            "ahead": forecast(viewer.member.pk, balance, version, today) if version and first else None,
            "advice": advice(viewer, get_language() or "en", now) if first else None,
        },
    )


def _sums(paid: list[Paid]) -> str:
    """What was paid, gifts with it, in words: "€12.40", and each currency by itself where there are several."""
    sums: dict[str, int] = {}
    for each in paid:
        sums[each.currency] = sums.get(each.currency, 0) + each.value
    return ", ".join(minor(value, currency) for currency, value in sorted(sums.items()))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withheld(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of reasons for what was withheld of one's own, the appeal, and what became of it."""
    viewer, now = viewer_of(request), timezone.now()
    found = desk.withheld(viewer, pk)
    if found is None:
        raise Http404
    entry = started(request, ("text",))
    code = 200
    if request.method == "POST":
        try:
            reviewing.appeal(review=found.review, by=viewer, text=entry.values["text"], now=now)
        except (Invalid, Refused) as error:
            entry.refuse(error)
            code = 422 if isinstance(error, Invalid) else 403
        else:
            messages.success(request, _("Your appeal was sent: another person looks at it, and you are told."))
            return redirect("rewards:withheld", pk)
    context = {
        "found": found,
        "review": found.review,
        "entry": entry,
        "may_appeal": may(check_may_appeal, found.review, viewer, now),
    }
    return render(request, "rewards/withheld.html", context, status=code)
