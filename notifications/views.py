"""The page of what one was told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.viewer import viewer_of
from core.errors import Refused
from core.paging import paginate
from notifications.actions.choosing import choose_mails, stop_mails, told_by
from notifications.actions.reading import mark_read
from notifications.kinds import Mails
from notifications.models import Notification, Silence
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
    stopped = set(Silence.objects.filter(member_id=viewer_of(request).member_id or 0).values_list("mails", flat=True))
    choices = [{"name": sort.value, "words": sort.label, "wanted": sort not in stopped} for sort in _offered(request)]
    return render(request, "notifications/index.html", {"page": page, "rows": rows, "choices": choices})


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


@require_POST
@login_required
def mails(request: HttpRequest) -> HttpResponse:
    """Keeps the mails whose boxes are ticked; those that were not offered stay as they are."""
    offered = {sort.value for sort in _offered(request)}
    wanted = {sort.value for sort in Mails} - offered | set(request.POST.getlist("mails"))
    choose_mails(by=viewer_of(request), wanted=wanted, now=timezone.now())
    messages.success(request, _("Your mails are changed."))
    return HttpResponseRedirect(reverse("notifications:index"))


@csrf_exempt  # the token is the proof: mail programs post here by themselves
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in a mail leads to: asks once, then stops mails of that sort; offers to take it back."""
    try:
        sort = told_by(token)[1]
        done = request.method == "POST"
        on_again = request.POST.get("on") == "1"
        if done:
            stop_mails(token=token, now=timezone.now(), stopped=not on_again)
    except Refused:
        raise Http404 from None
    context = {"sort": sort, "token": token, "done": done, "on_again": on_again}
    response = render(request, "notifications/stop.html", context)
    # The address is a key to these mails: it is told to nobody that this page links to.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _offered(request: HttpRequest) -> list[Mails]:
    """The sorts of mails that this person can get at all."""
    viewer = viewer_of(request)
    asked = {
        Mails.REVIEWS: viewer.is_moderator or viewer.is_operator,
        Mails.DESK: viewer.is_agent or viewer.is_operator,
    }
    return [sort for sort in Mails if asked.get(sort, True)]
