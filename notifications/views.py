"""The page of what one was told."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from accounts.viewer import viewer_of
from core.paging import paginate
from notifications.actions.reading import mark_read
from notifications.models import Notification
from notifications.words import subject_of


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first."""
    page = paginate(
        Notification.objects.filter(member_id=viewer_of(request).member_id or 0),
        key="created_at",
        cursor=request.GET.get("page", ""),
    )
    language = get_language()
    rows = [{"told": row, "words": subject_of(row), "url": f"/{language}/{row.path}"} for row in page.rows]
    return render(request, "notifications/index.html", {"page": page, "rows": rows})


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Marks one (its key under "id") or all as read."""
    given = request.POST.get("id", "")
    ids = None
    if given:
        ids = [int(given)] if given.isascii() and given.isdigit() and len(given) < 19 else []
    mark_read(by=viewer_of(request), now=timezone.now(), ids=ids)
    return HttpResponseRedirect(reverse("notifications:index"))
