"""Adopting an idea, and taking that back: a page each, on which the team says why."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.viewer import viewer_of
from community import permissions as rights
from community.actions import adopting
from community.forms import Entry
from community.models import Thread
from community.views.common import find_thread, go, now, signed_in, started
from community.views.moderating import FORM, Words
from core.errors import Invalid, Refused

ADOPT = Words(
    _("Adopt this idea"),
    _("Adopt the idea"),
    _("Everybody reads that the team adopted it, and its author is told. What the programme pays for it is pending."),
)
UNADOPT = Words(
    _("No longer adopted"),
    _("Take the adoption back"),
    _("The idea stands as it did before, and its author is told why. What it earned is taken back."),
)


@require_http_methods(FORM)
@signed_in
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Adopt an idea, with words for its page where somebody wants to say some."""
    thread = find_thread(request, pk)
    rights.check_may_adopt(thread, viewer_of(request), now())

    def act(entry: Entry) -> None:
        adopting.adopt(thread=thread, by=viewer_of(request), words=entry.values["text"], now=now())

    return _page(request, thread, started(request, ("text",)), ADOPT, act)


@require_http_methods(FORM)
@signed_in
def unadopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an adoption back, and say why."""
    thread = find_thread(request, pk)
    rights.check_may_revoke_adoption(thread, viewer_of(request), now())

    def act(entry: Entry) -> None:
        reason = entry.values["reason"]
        adopting.revoke_adoption(thread=thread, by=viewer_of(request), reason=reason, now=now())

    return _page(request, thread, started(request, ("reason",)), UNADOPT, act)


def _page(
    request: HttpRequest, thread: Thread, entry: Entry, words: Words, act: Callable[[Entry], None]
) -> HttpResponse:
    """The page that asks for words, and the act once they are said."""
    code = 200
    if request.method == "POST":
        try:
            act(entry)
        except (Invalid, Refused) as error:
            entry.refuse(error)
            code = 422 if isinstance(error, Invalid) else 403
        else:
            return go(request, thread.get_absolute_url())
    context = {"target": thread, "entry": entry, "words": words, "adopts": words is ADOPT}
    return render(request, "community/reason.html", context, status=code)
