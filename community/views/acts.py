"""One-button acts on a thread or a post. All are POST; htmx swaps the thread, a browser comes back to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.viewer import viewer_of
from community.actions import acceptance, feedback
from community.views.common import find_post, find_thread, go, now, post_path, signed_in
from core.ratelimits import check


@require_POST
@signed_in
def helpful(request: HttpRequest, pk: int) -> HttpResponse:
    """ "This helped", and taking it back (`on` is "0")."""
    post = find_post(request, pk)
    check(request, "vote")
    feedback.set_helpful(post=post, by=viewer_of(request), on=_on(request), now=now())
    return go(request, post_path(post))


@require_POST
@signed_in
def me_too(request: HttpRequest, pk: int) -> HttpResponse:
    """ "I have this problem too" or "I want this too", and taking it back."""
    thread = find_thread(request, pk)
    check(request, "vote")
    feedback.set_me_too(thread=thread, by=viewer_of(request), on=_on(request), now=now())
    return go(request, thread.get_absolute_url())


@require_POST
@signed_in
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Hear of what happens in a thread, or no longer."""
    thread = find_thread(request, pk)
    check(request, "vote")
    feedback.set_follow(thread=thread, by=viewer_of(request), on=_on(request), now=now())
    return go(request, thread.get_absolute_url())


@require_POST
@signed_in
def not_solved(request: HttpRequest, pk: int) -> HttpResponse:
    """ "This did not solve it": the promise runs again."""
    thread = find_thread(request, pk)
    check(request, "vote")
    feedback.say_not_solved(thread=thread, by=viewer_of(request), now=now())
    return go(request, thread.get_absolute_url())


@require_POST
@signed_in
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept an answer; another one that was accepted is replaced."""
    post = find_post(request, pk)
    acceptance.accept(answer=post, by=viewer_of(request), now=now())
    return go(request, post_path(post))


@require_POST
@signed_in
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the acceptance that stands in a thread."""
    thread = find_thread(request, pk)
    acceptance.revoke(thread=thread, by=viewer_of(request), now=now())
    return go(request, thread.get_absolute_url())


def _on(request: HttpRequest) -> bool:
    return request.POST.get("on", "1") == "1"
