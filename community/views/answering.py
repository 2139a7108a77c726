"""Answers and comments."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import viewer_of
from community.actions import answering, commenting
from community.forms import Entry
from community.models import Visibility
from community.queries import threads
from community.views.common import answered_by, find_post, find_thread, go, keep, kept, now, post_path, sign_in
from community.views.threads import page
from core.errors import Invalid, Refused, TooMany
from core.ratelimits import count, look


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Post an answer. Somebody whose session ended signs in first and finds their text again."""
    viewer = viewer_of(request)
    entry = Entry.of(request.POST, ("body", "token", "as_staff", "visibility"))
    thread = find_thread(request, pk)
    if not viewer.is_signed_in:
        back = thread.get_absolute_url()
        keep(request, path=back, label=_("Your answer to “%(title)s”") % {"title": thread.title}, entry=entry)
        return sign_in(request, f"{back}#answer")
    try:
        look(request, "answer")
        post = answering.answer(
            thread=thread,
            by=viewer,
            body=entry.values["body"],
            now=now(),
            as_staff=entry.values["as_staff"] == "on",
            visibility=entry.values["visibility"] or Visibility.PUBLIC,
            token=entry.values["token"],
        )
    except (Invalid, Refused, TooMany) as error:
        entry.refuse(error)
        # Read again with what the page shows beside the thread's own columns.
        shown = threads.thread(pk, viewer)
        if shown is None:
            raise Http404 from error
        return answered_by(page(request, shown, threads.Own.read(pk, viewer), entry=entry), error)
    count(request, "answer")
    return go(request, post_path(post))


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a comment under a post (htmx puts it there), and its sending."""
    viewer, post = viewer_of(request), find_post(request, pk)
    if request.method != "POST":
        data = kept(request, request.path)
        return _comment_form(request, post, Entry.of(data or {}, ("text",), kept=bool(data)))
    entry = Entry.of(request.POST, ("text", "token"))
    if not viewer.is_signed_in:
        label = _("Your comment on “%(title)s”") % {"title": post.thread.title}
        keep(request, path=request.path, label=label, entry=entry)
        return sign_in(request, request.path)
    try:
        look(request, "comment")
        commenting.comment(post=post, by=viewer, text=entry.values["text"], now=now(), token=entry.values["token"])
    except (Invalid, Refused, TooMany) as error:
        entry.refuse(error)
        return answered_by(_comment_form(request, post, entry), error)
    count(request, "comment")
    return go(request, post_path(post))


def _comment_form(request: HttpRequest, post: object, entry: Entry) -> HttpResponse:
    context = {"post": post, "entry": entry, "error": entry.errors.get("comment") or entry.errors.get("text")}
    return render(request, "community/comment.html", context)
