"""A moderator hands a thread to a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from care import permissions
from community.actions import steering
from community.models import Thread
from community.views.common import signed_in, started
from core.errors import Invalid


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def escalate(request: HttpRequest, thread: int) -> HttpResponse:
    """The form on a page of its own, and where every such form is sent."""
    viewer, now = request.viewer, timezone.now()  # type: ignore[attr-defined]
    found = get_object_or_404(Thread.objects.visible_to(viewer).for_page(), pk=thread)
    permissions.check_may_escalate(found, viewer, now)
    reason, errors = started(request, ("reason",)).values["reason"], {}
    if request.method == "POST":
        try:
            steering.escalate(thread=found, by=viewer, reason=reason, now=now)
        except Invalid as invalid:
            errors = invalid.errors
        else:
            return redirect(found)
    return render(
        request,
        "care/escalate.html",
        {"thread": found, "reason": reason, "error": errors.get("reason")},
        status=422 if errors else 200,
    )
