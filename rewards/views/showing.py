"""What everybody may read of members' help: levels and badges explained, and the board of the last 30 days."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import viewer_of
from community.views.common import signed_in
from core.visitors import same_for_visitors
from rewards import badges, board
from rewards.actions.showing import show_on_board
from rewards.levels import LEVELS, level_of, next_level
from rewards.merits import is_of_customers
from rewards.models import Badge


@require_safe
@same_for_visitors
def levels(request: HttpRequest) -> HttpResponse:
    """Each level with its threshold, each badge with its rule; and how far who asks has come."""
    member = viewer_of(request).member
    standing = getattr(member, "standing", None) if member and is_of_customers(member) else None
    accepted = standing.accepted if standing else 0
    following = next_level(accepted)
    context = {
        "levels": LEVELS,
        "badges": Badge.Kind.choices,
        "rules": badges,
        "patient_hours": int(badges.PATIENT_AFTER.total_seconds()) // 3600,
        "own": level_of(accepted) if standing else None,
        "following": following if standing else None,
        "lacking": following.accepted - accepted if standing and following else 0,
        "board_days": board.DAYS,
    }
    return render(request, "rewards/levels.html", context)


@require_safe
@same_for_visitors
def board_page(request: HttpRequest) -> HttpResponse:
    """Who helped the most different people lately."""
    viewer = viewer_of(request)
    places, crowded = board.on_board()
    member = viewer.member
    context = {
        "places": places,
        "crowded": crowded,
        "days": board.DAYS,
        "own": board.own(member.pk) if member and is_of_customers(member) else None,
    }
    return render(request, "rewards/board.html", context)


@never_cache
@require_POST
@signed_in
def board_choice(request: HttpRequest) -> HttpResponse:
    """Whether one wants to be on the board."""
    shown = request.POST.get("shown") == "1"
    show_on_board(shown=shown, by=viewer_of(request), now=timezone.now())
    words = _("You are on the board from its next count on, within the hour.")
    messages.success(request, words if shown else _("You are no longer on the board."))
    return HttpResponseRedirect(reverse("rewards:board"))
