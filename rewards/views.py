"""A member's own credits."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.viewer import viewer_of
from rewards.amounts import money, whole
from rewards.ledger import booked_on
from rewards.queries import balance_of, settling, statement, version_shown
from rewards.rules import Rules


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
    count, first, last = settling(viewer.member.pk)
    page = statement(viewer, cursor=request.GET.get("from", ""))
    return render(
        request,
        "rewards/credits.html",
        {
            "balance": balance,
            # Whole numbers, for the plural.
            "settled": whole(balance.settled),
            "pending": whole(balance.pending),
            "owed": whole(balance.owed),
            "worth": money(balance.settled, value_micros=version.value_micros, currency=version.currency)
            if version
            else "",
            "one_credit": money(1000, value_micros=version.value_micros, currency=version.currency) if version else "",
            "rules": Rules.read(version.rules) if version else None,
            "waiting_count": count,
            "settles_first": first,
            "settles_last": last,
            "page": page,
            "today": booked_on(now),
        },
    )
