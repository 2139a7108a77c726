"""The rules by which all earn, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rewards.explained import explained
from rewards.queries import versions


@require_safe
def rules(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """What earns, what does not and when: the version in force or another one, what comes, what was. One query."""
    now = timezone.now()
    current, coming, before = versions(now)
    every = [*coming, *([current] if current else []), *before]
    chosen = current if number is None else next((each for each in every if each.number == number), None)
    if number is not None and chosen is None:
        raise Http404
    return render(
        request,
        "rewards/rules.html",
        {
            "shown": explained(chosen, max(now, chosen.starts_at)) if chosen else None,
            "state": "" if chosen is None or chosen == current else "coming" if chosen in coming else "before",
            "current": explained(current, now) if current else None,
            "coming": [explained(version, version.starts_at) for version in coming],
            "before": [explained(version, version.starts_at) for version in before],
        },
    )
