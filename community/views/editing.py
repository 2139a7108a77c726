"""Changing a post, and how it read before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Member
from accounts.viewer import viewer_of
from community import permissions as rights
from community.actions import editing
from community.diffs import Piece, compare
from community.forms import Entry
from community.models import Post
from community.views.common import find_post, go, now, post_path, signed_in, started
from core.errors import Invalid, Refused
from core.ratelimits import check

FIELDS = ("title", "body", "reason", "version", "withhold")


@dataclass(frozen=True, slots=True)
class Change:
    """One edit as the history page shows it."""

    number: int
    at: datetime
    by: Member
    reason: str
    title: list[list[Piece]]
    body: list[list[Piece]]
    # Whether what went out is kept from this reader.
    withheld: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words of a post; a question's title with it."""
    viewer, post = viewer_of(request), find_post(request, pk)
    rights.check_may_edit(post, viewer, now())
    if request.method != "POST":
        before = started(request, FIELDS)
        values = {"title": post.thread.title, "body": post.body, "version": str(post.version)}
        return _form(request, post, before if before.kept else Entry.of(values, FIELDS))
    entry = Entry.of(request.POST, FIELDS)
    version = entry.values["version"]
    known = version.isascii() and version.isdigit() and len(version) < 10
    check(request, "answer")
    try:
        editing.edit(
            post=post,
            by=viewer,
            body=entry.values["body"],
            now=now(),
            title=entry.values["title"] if post.is_opening else None,
            reason=entry.values["reason"],
            # 0 is no version: what started from nowhere writes over nothing.
            version=int(version) if known else 0,
            withhold=entry.values["withhold"] == "on",
        )
    except (Invalid, Refused) as error:
        entry.refuse(error)
        return _form(request, post, entry, code=422 if isinstance(error, Invalid) else 403)
    # The title may have changed, and the address with it.
    return go(request, post_path(find_post(request, pk)))


def _form(request: HttpRequest, post: Post, entry: Entry, *, code: int = 200) -> HttpResponse:
    body_error = entry.errors.get("body") or entry.errors.get("details")
    context = {"post": post, "entry": entry, "body_error": body_error}
    return render(request, "community/edit.html", context, status=code)


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every edit of a post, newest first: what went out and what came in."""
    post = find_post(request, pk)
    return render(
        request, "community/history.html", {"post": post, "changes": _changes(post, sees_all=_sees_all(request, post))}
    )


def _sees_all(request: HttpRequest, post: Post) -> bool:
    viewer = viewer_of(request)
    return viewer.is_team or viewer.is_member(post.author_id)


def _changes(post: Post, *, sees_all: bool) -> list[Change]:
    """Between each wording and the next; a revision says who wrote it and why, the post says it of the last.

    Of a wording that was withheld, only those who see all learn more than that it changed.
    """
    revisions = list(post.revisions.select_related("written_by").order_by("number"))
    kept_back = [r.withheld and not sees_all for r in revisions]
    wordings = [(r.title, r.body, r.written_at, r.written_by, r.reason) for r in revisions]
    title = post.thread.title if post.is_opening else ""
    wordings.append(
        (title, post.body, post.edited_at or post.created_at, post.edited_by or post.author, post.edited_reason)
    )
    changes = [
        Change(
            number=number,
            at=after[2],
            by=after[3],
            reason=after[4],
            title=compare(before[0], after[0]) if before[0] != after[0] and not withheld else [],
            body=[] if withheld else compare(before[1], after[1]),
            withheld=withheld,
        )
        for number, ((before, after), withheld) in enumerate(zip(pairwise(wordings), kept_back, strict=True), start=1)
    ]
    return changes[::-1]
