"""A member's own requests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from care import permissions, queries
from care.status import request_of
from community.views.common import signed_in


@require_safe
@signed_in
def requests(request: HttpRequest) -> HttpResponse:
    """Own threads, those that need somebody first: who has each, and until when."""
    permissions.check_may_read_requests(request.viewer)  # type: ignore[attr-defined]
    now = timezone.now()
    page, cases = queries.requests_page(request.viewer, request.GET.get("at", ""))  # type: ignore[attr-defined]
    rows = [request_of(thread, cases.get(thread.pk), now) for thread in page.rows]
    found = {
        "page": page,
        "open": [row for row in rows if not row.is_settled],
        "settled": [row for row in rows if row.is_settled],
    }
    return render(request, "care/requests.html", found)
