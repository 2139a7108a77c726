"""The page of one thread, and the permanent addresses of its posts."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer, viewer_of
from community import links, news
from community import permissions as rights
from community.actions import seeing
from community.forms import Entry, new_token
from community.models import Post, Thread, Visibility
from community.permissions import may
from community.queries import threads
from community.status import meanwhile, status
from community.story import story
from community.structured import structured
from community.views.common import find_post, find_thread, kept, now, post_path, signed_in
from core import drawn, frames
from core.errors import Refused
from core.ratelimits import check
from core.shelf import Shelf
from core.text import plain
from core.visitors import same_for_visitors
from search import find
from search.engine import Unavailable
from search.ranking import NEAR

_NEVER = datetime.min.replace(tzinfo=UTC)
_REF = re.compile(r"(?P<pk>[1-9][0-9]{0,17})(-[-\w]*)?")


@require_safe
@same_for_visitors
def thread(request: HttpRequest, ref: str) -> HttpResponse:
    """A thread under its readable address; any other slug is sent to the right one for good."""
    match = _REF.fullmatch(ref)
    if match is None:
        raise Http404
    pk, viewer = int(match["pk"]), viewer_of(request)
    own = threads.Own.read(pk, viewer)
    draft = kept(request, request.path) or own.draft
    shared = None if draft else _Shared.of(request, viewer, own)
    if shared and (frame := shared.frame()):
        return frame.filled(request, {"token": new_token()})
    found = threads.thread(pk, viewer)
    if found is None:
        raise Http404
    if request.path != found.get_absolute_url():
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(found.get_absolute_url() + (f"?{query}" if query else ""))
    # An agent answers for the company unless they said otherwise.
    given = {"as_staff": "on"} | draft
    entry = Entry.of(given, ("body", "as_staff", "visibility"), kept=bool(draft))
    return page(request, found, own, entry=entry, shared=shared)


@dataclass(frozen=True, slots=True)
class _Shared:
    """The frame of a thread's page, where nothing on it but the rooms would be the reader's own; see `core.frames`."""

    key: str
    # The thread's version, as read before anything else of it.
    stamp: int
    # Up to when the reader has read the thread; None before their first visit.
    seen_at: datetime | None

    @classmethod
    def of(cls, request: HttpRequest, viewer: Viewer, own: threads.Own) -> _Shared | None:
        """For a customer who may answer and has said nothing in the thread."""
        if own.open_version is None or not own.is_nothing or viewer.is_team:
            return None
        if not frames.is_possible(request) or not may(check_may_take_part, viewer, now()):
            return None
        key = drawn.key("thread page", request.get_full_path(), viewer.kind, own.seen_at is None)
        return cls(key, own.open_version, own.seen_at)

    def frame(self) -> frames.Frame | None:
        found = frames.shelf.get(self.key, self.stamp)
        return found if found and self.suits(found.about) else None

    def suits(self, seen_to: datetime) -> bool:
        """Whether nothing on a page that shows all up to `seen_to` is marked as new to this reader."""
        return self.seen_at is None or self.seen_at >= seen_to


def page(
    request: HttpRequest, found: Thread, own: threads.Own, *, entry: Entry, shared: _Shared | None = None
) -> HttpResponse:
    """The thread with its posts, what the viewer may do, and the answer that they are writing.

    `found` comes from `threads.thread`. At most 6 queries for somebody signed in, whatever the thread holds; 4 where
    its finished words are kept and the reader has said nothing in it, 2 where its frame is.
    """
    viewer, at = viewer_of(request), now()
    # Whoever neither works here nor said anything sees what a visitor sees.
    as_anybody = own.is_nothing and not viewer.is_team and not viewer.is_member(found.author_id) and _is_public(found)
    parts = _drawn(found, *((Viewer(), threads.Own()) if as_anybody else (viewer, own)), _after(request), at)
    posts = news.laid_over(parts.posts, parts.answers, news.first_unread(found, parts.answers, viewer, own))
    context = {
        "thread": found,
        "drawn": parts,
        "posts": posts,
        # Read up to here, once the page was really seen; empty where that is known already.
        "seen_to": parts.seen_to if viewer.is_signed_in and (own.seen_at or _NEVER) < parts.seen_to else None,
        "entry": entry,
        "by_asker": viewer.is_member(found.author_id),
        "may_moderate": viewer.is_moderator,
        "may_hand_over": viewer.is_team,
        "answer_refused": _answer_refused(found, viewer, at),
        "may_adopt": found.is_idea and not found.is_adopted and may(rights.check_may_adopt, found, viewer, at),
        "may_revoke_adoption": found.is_adopted and may(rights.check_may_revoke_adoption, found, viewer, at),
        "canonical": f"{settings.PUBLIC_URL}{found.canonical_path}",
        "is_public": _is_public(found),
    }
    if shared and as_anybody and shared.suits(parts.seen_to):
        context |= {"viewer": viewer.unnamed(), "entry": Entry({"token": frames.room("token")})}
        frame = frames.drawn_for_many(
            request, "community/thread.html", context, key=shared.key, stamp=shared.stamp, about=parts.seen_to
        )
        return frame.filled(request, {"token": entry.values["token"]})
    return render(request, "community/thread.html", context)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The finished parts of a thread's page: its posts, its story, and what machines read of it."""

    stamp: int  # the thread's version
    posts: SafeString
    story: SafeString
    structured: SafeString
    description: str
    # Those on this page, in its order; and the moment up to which somebody who read it has read the thread.
    answers: tuple[news.Shown, ...]
    seen_to: datetime

    @property
    def has_answers(self) -> bool:
        return bool(self.answers)

    @property
    def size(self) -> int:
        return 2 * (len(self.posts) + len(self.story) + len(self.structured))


_parts: Shelf[Drawn] = Shelf("PARTS_BYTES")


def _is_public(thread: Thread) -> bool:
    return thread.visibility == Visibility.PUBLIC and thread.removed_at is None


def _drawn(found: Thread, viewer: Viewer, own: threads.Own, after: int, at: datetime) -> Drawn:
    """Kept for each version, language, time zone, step of the clock and those to whom it looks the same.

    Another app that shows something of its own on a post raises the thread's version (`ground.draw_anew`).
    """
    # A promise is missed at its moment, not when the clock takes its next step.
    is_late = found.promised_at is not None and found.promised_at <= at
    key = drawn.key("thread", found.pk, after, found.promised_at, is_late, *_alike(found, viewer, own))
    parts = _parts.get(key, found.version)
    if parts is None:
        parts = _draw(found, viewer, own, after, at)
        _parts.put(key, parts)
    return parts


def _alike(found: Thread, viewer: Viewer, own: threads.Own) -> tuple[Hashable, ...]:
    """What tells apart readers whose posts of this thread differ: nothing for visitors."""
    if not viewer.is_signed_in:
        return ()
    standing = (viewer.kind, viewer.verified, viewer.suspended_until)
    return (viewer.member_id, *standing, own.me_too, own.follows, own.said_not_solved, own.wrote, own.votes, own.flags)


def _draw(found: Thread, viewer: Viewer, own: threads.Own, after: int, at: datetime) -> Drawn:
    """Two queries, whatever the thread holds, and one more for a duplicate and for an adopted idea."""
    original = threads.original(found, viewer)
    posts, following = threads.posts(found, viewer, own, after=after)
    comments = threads.comments(posts, viewer)
    for post in posts:
        _say_what_may_be_done(post, viewer, at)
        post.shown_comments = comments.get(post.pk, [])  # type: ignore[attr-defined]
    opening = next((post for post in posts if post.is_opening), None)
    accepted = next((post for post in posts if post.accepted), None)  # type: ignore[attr-defined]
    others = [post for post in posts if not post.is_opening and post is not accepted]
    by_asker = viewer.is_member(found.author_id)
    context = {
        "thread": found,
        "viewer": viewer,
        "own": own,
        "now": at,
        "status": status(found, at),
        "opening": opening,
        "accepted": accepted,
        "others": others,
        "others_title": _others_title(found, others, accepted),
        "following": following,
        "is_later_page": bool(after),
        "original": original,
        "adoption": threads.adoption(found),
        "story": story(
            found,
            shows_answers=bool(after or accepted or others),
            first_by=_first_by(found, posts),
            original=original,
        ),
        "by_asker": by_asker,
        "may_me_too": not by_asker and not found.removed_at,
        "may_say_not_solved": may(rights.check_may_say_not_solved, found, viewer, at, own.me_too),
        "may_revoke": accepted is not None and may(rights.check_may_revoke, found, viewer, at),
        "may_moderate": viewer.is_moderator,
        "titles": links.titles_in(posts),
        "meanwhile": meanwhile(found, at) if by_asker else "",
    }
    shown = [post for post in (accepted, *others) if post is not None]
    ld = structured(found, posts, settings.PUBLIC_URL) if _is_public(found) and not after else SafeString("")
    return Drawn(
        stamp=found.version,
        posts=render_to_string("community/parts/posts.html", context),
        story=render_to_string("community/parts/story.html", context),
        structured=ld,
        description=plain(opening.html)[:155] if opening else "",
        answers=tuple(news.Shown(post.pk, post.author_id, post.created_at) for post in shown),
        seen_to=others[-1].created_at if following else found.last_activity_at,
    )


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The permanent address of a post: to the page of its thread that shows it."""
    return HttpResponseRedirect(post_path(find_post(request, pk)))


def _after(request: HttpRequest) -> int:
    given = request.GET.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _say_what_may_be_done(post: Any, viewer: Viewer, at: datetime) -> None:
    """Marks a post with what this viewer is offered; the actions ask again, under their locks."""
    own = viewer.is_member(post.author_id)
    there = post.removed_at is None
    post.own = own
    # Visitors see these too: pressing one leads through the sign-in page and back.
    post.may_vote = there and not own and not post.is_opening
    post.may_flag = there and not own
    post.may_comment = there and (viewer.is_team or not post.thread.locked_at)
    post.may_accept = (
        not post.is_opening and not post.accepted and may(rights.check_may_accept, post.thread, post, viewer, at)
    )
    post.may_edit = there and (own or viewer.is_moderator) and may(rights.check_may_edit, post, viewer, at)
    post.may_remove = (
        there and (own or viewer.is_moderator) and may(rights.check_may_remove, post, viewer, at, post.accepted)
    )
    post.may_restore = not there and viewer.is_moderator


def _answer_refused(thread: Thread, viewer: Viewer, at: datetime) -> str:
    """Why there is no field for an answer; empty when there is one (visitors sign in when they send it)."""
    asking = viewer if viewer.is_signed_in else Viewer(verified=True)
    if not asking.is_signed_in:
        return str(_("This thread takes no more answers.")) if thread.is_closed or thread.removed_at else ""
    try:
        rights.check_may_answer(thread, viewer, at)
    except Refused as refused:
        return str(refused.reason)
    return ""


def _others_title(thread: Thread, others: list[Post], accepted: Post | None) -> str:
    """What stands above the answers that are not accepted; counts what the whole thread holds."""
    count = thread.answer_count
    if accepted is not None:
        more = max(count - 1, len(others))
        return ngettext("One more answer", "%(count)s more answers", more) % {"count": more} if more else ""
    if not others:
        return ""
    # That none is accepted is said above, where the thread stands.
    count = max(count, len(others))
    if thread.is_idea:
        return ngettext("One reply", "%(count)s replies", count) % {"count": count}
    return ngettext("One answer", "%(count)s answers", count) % {"count": count}


def _first_by(thread: Thread, posts: list[Post]) -> str:
    for post in posts:
        if not post.is_opening and post.created_at == thread.first_answer_at:
            return post.author.shown_name
    return ""


@require_POST
@signed_in
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a thread was really looked at: a script says so, since browsers also fetch pages nobody sees."""
    found = find_thread(request, pk)
    check(request, "seen")
    try:
        to = datetime.fromisoformat(request.POST.get("to", ""))
    except ValueError:
        return HttpResponse(status=422)
    if to.tzinfo is None:
        return HttpResponse(status=422)
    seeing.mark_seen(thread=found, by=viewer_of(request), to=to)
    return HttpResponse(status=204)


@require_safe
def near(request: HttpRequest, pk: int) -> HttpResponse:
    """What is like a thread, as a fragment: asked for when somebody scrolls to it."""
    thread = find_thread(request, pk)
    check(request, "search")
    try:
        hits = find.similar(
            title=thread.title,
            product=thread.product_id,
            viewer=viewer_of(request),
            lang=thread.lang.split("-")[0],
            limit=6,
            least=NEAR,
        )
    except Unavailable:
        hits = []
    others = [hit for hit in hits if (hit.shown.kind, hit.shown.object_id) != ("thread", pk)][:5]
    return render(request, "community/parts/near.html", {"thread": thread, "hits": others})
