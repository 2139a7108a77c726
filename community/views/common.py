"""What the community's views share: finding things, coming back, keeping what somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.viewer import viewer_of
from community.forms import Entry
from community.models import Comment, Post, Thread
from community.queries import threads
from core.errors import Invalid, Refused, TooMany
from core.ratelimits import check
from core.views import told_when
from core.written import written

# Every field of the forms that are kept while somebody signs in.
TYPED = ("title", "body", "text", "reason", "version", "cause", "verdict", "product", "topic", "of", "rule")
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def now() -> datetime:
    """The moment of the request, UTC: what actions are given."""
    return timezone.now()


def find_thread(request: HttpRequest, pk: int) -> Thread:
    """A thread that this person may see, or 404."""
    return _found(Thread.objects.visible_to(viewer_of(request)).for_page().filter(pk=pk).first())


def find_post(request: HttpRequest, pk: int) -> Post:
    """A post that this person may see, with its thread, or 404."""
    posts = Post.objects.visible_to(viewer_of(request))
    return _found(
        posts.select_related("author", "thread__author", "thread__product", "thread__topic").filter(pk=pk).first()
    )


def find_comment(request: HttpRequest, pk: int) -> Comment:
    """A comment that this person may see, under a post that they may see, or 404."""
    comments = Comment.objects.visible_to(viewer_of(request))
    comment = _found(comments.select_related("author", "post__thread__product").filter(pk=pk).first())
    find_post(request, comment.post_id)
    return comment


def find_target(request: HttpRequest, kind: str, pk: int) -> Post | Comment:
    """What is reported: `kind` is "post" or "comment"."""
    if kind == "post":
        return find_post(request, pk)
    if kind == "comment":
        return find_comment(request, pk)
    raise Http404


def _found(row: Any) -> Any:
    if row is None:
        raise Http404
    return row


def post_path(post: Post) -> str:
    """The address of a post on the page of its thread that shows it."""
    after = threads.place(post)
    query = f"?after={after}" if after else ""
    return f"{post.thread.get_absolute_url()}{query}#{post.anchor}"


def go(request: HttpRequest, to: str) -> HttpResponse:
    """To another page of this site, for htmx as for a browser."""
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        to = reverse("home")
    return HttpResponseRedirect(to)


def answered_by(response: HttpResponse, error: Refused | Invalid | TooMany) -> HttpResponse:
    """A form shown again, with the status of why: 422 for what was typed, 403 for who, 429 for how often."""
    response.status_code = 422 if isinstance(error, Invalid) else 429 if isinstance(error, TooMany) else 403
    return told_when(response, error) if isinstance(error, TooMany) else response


def sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """To the sign-in page, and from there to `back`."""
    next_page = QueryDict(mutable=True)
    next_page["next"] = back
    to = f"{resolve_url(settings.LOGIN_URL)}?{next_page.urlencode()}"
    # A swap would put the sign-in page into this one, so htmx is told to leave the page.
    return HttpResponseClientRedirect(to) if request.htmx else HttpResponseRedirect(to)  # type: ignore[attr-defined]


def signed_in(view: View[P]) -> View[P]:
    """Sends somebody who is not signed in to the sign-in page, and back to where they were.

    What they had typed is kept: their form comes back with it (see `started`).
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if viewer_of(request).is_signed_in:
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return sign_in(request, request.get_full_path())
        if written(request).words:
            keep(request, path=request.path, label=_("Your words"), entry=Entry.of(request.POST, TYPED))
            return sign_in(request, request.path)
        return sign_in(request, _page_behind(request))

    return wrapper


def started(request: HttpRequest, fields: Iterable[str]) -> Entry:
    """A form as it was sent or, where it is asked for, as it was before signing in."""
    if request.method == "POST":
        return Entry.of(request.POST, fields)
    data = kept(request, request.path)
    return Entry.of(data or {}, fields, kept=bool(data))


def _page_behind(request: HttpRequest) -> str:
    """The page that a form was on: where a button brings nothing, its page does."""
    match = request.resolver_match
    pk = match.kwargs.get("pk") if match else None
    if pk and "/posts/" in request.path:
        return reverse("community:post", args=[pk])
    if pk and "/t/" in request.path:
        return reverse("community:thread", args=[str(pk)])
    return request.path


def keep(request: HttpRequest, *, path: str, label: str, entry: Entry) -> None:
    """Remember what somebody wrote while they sign in. `path` is the page whose form shows it again.

    Raises TooMany: it costs room that nobody answers for yet.
    """
    check(request, "keep")
    request.session["kept"] = {"path": path, "label": label, "data": entry.values}


def kept(request: HttpRequest, path: str) -> dict[str, str] | None:
    """What was remembered for this page, once."""
    # Reading the session of somebody without one would make it set a cookie and cost a query.
    if not viewer_of(request).is_signed_in:
        return None
    found = request.session.get("kept")
    if not found or found.get("path") != path:
        return None
    del request.session["kept"]
    data = found.get("data")
    return data if isinstance(data, dict) else None
