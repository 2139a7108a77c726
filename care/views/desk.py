"""The staff desk: cases on the left, the one being worked on at the right."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import Viewer
from care import permissions, queries
from care.actions import cases
from care.models import Case
from community.forms import Entry
from community.permissions import may
from community.views.common import keep, kept, sign_in, signed_in
from core import ratelimits
from core.errors import Invalid, Refused

Errors = dict[str, "str | Promise"]


@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """The queue, with its most urgent case opened."""
    return _page(request, None)


@require_safe
@signed_in
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case, beside the queue; with the answer that was typed before an expired session, once."""
    return _page(request, _found(request, pk), kept(request, request.path))


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever comes second is told who was first."""
    found = _found(request, pk)
    try:
        cases.take(case=found, by=_viewer(request), now=timezone.now())
    except Refused as refused:
        if refused.code != "taken":
            raise
        messages.warning(request, str(refused.reason))
        return redirect("care:case", found.pk)
    return _back(found.pk, queries.Queue.MINE)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the queue."""
    cases.release(case=_found(request, pk), by=_viewer(request), now=timezone.now())
    return redirect("care:desk")


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer everybody, or the asker alone. What was typed is kept whatever happens."""
    if not _viewer(request).is_signed_in:
        path, entry = reverse("care:case", args=[pk]), Entry.of(request.POST, ("body", "token"))
        keep(request, path=path, label=_("Your answer"), entry=entry)
        return sign_in(request, path)
    found = _found(request, pk)
    given = {name: request.POST.get(name, "") for name in ("body", "to", "token")}
    ratelimits.check(request, "answer")
    try:
        cases.reply(case=found, by=_viewer(request), now=timezone.now(), **given)
    except Invalid as invalid:
        return _page(request, found, given, invalid.errors, status=422)
    except Refused as refused:
        return _page(request, _found(request, pk), given, {"": refused.reason}, status=403)
    return _back(found.pk, queries.Queue.MINE)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Done, with a reason."""
    found, reason = _found(request, pk), request.POST.get("reason", "")
    try:
        cases.close(case=found, by=_viewer(request), reason=reason, now=timezone.now())
    except Invalid as invalid:
        return _page(request, found, {"reason": reason}, invalid.errors, status=422)
    return redirect("care:desk")


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined,no-any-return]


def _found(request: HttpRequest, pk: int) -> Case:
    """The case, for those who may see the desk; 404 where there is none. Raises Refused."""
    permissions.check_may_read_desk(_viewer(request))
    return get_object_or_404(Case.objects.for_desk(), pk=pk)


def _back(pk: int, queue: str) -> HttpResponse:
    response = redirect("care:case", pk)
    response["Location"] += f"?queue={queue}"
    return response


def _page(
    request: HttpRequest,
    shown: Case | None,
    given: dict[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer, now = _viewer(request), timezone.now()
    permissions.check_may_read_desk(viewer)
    queue = queries.queue_of(request.GET.get("queue", ""), viewer)
    rows = queries.desk_cases(viewer, queue)
    shown = shown or (rows[0] if rows else None)
    counts = queries.desk_counts(viewer)
    found: dict[str, Any] = {
        "now": now,
        "queue": queue,
        "counts": counts,
        "total": getattr(counts, queue.value),
        "rows": rows,
        "case": shown,
        "given": given or {},
        "errors": errors or {},
    }
    if shown is not None:
        found |= {
            "posts": queries.case_posts(shown, viewer),
            "earlier": queries.cases_before(shown),
            "owned": queries.products_of(shown),
            "may_take": not shown.is_taken and may(permissions.check_may_take, shown, viewer, now),
            "may_reply": may(permissions.check_may_reply, shown, viewer, now),
            "may_release": may(permissions.check_may_release, shown, viewer, now),
            "may_close": may(permissions.check_may_close, shown, viewer, now),
            "token": (given or {}).get("token") or secrets.token_urlsafe(16),
        }
    return render(request, "care/desk.html", found, status=status)
