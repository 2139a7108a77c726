"""What the apps above and the clock do to a thread.

A receiver of one of our signals may call these on the thread that it was given: it is locked again in
the same transaction, and what changed is copied onto the given object.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community.actions.ground import STATE_FIELDS, as_of_now, lock_thread, restate, save_thread, settled, tell_settled
from community.models import Comment, Post, State, Thread
from community.permissions import check_may_hand_over, check_needs_person
from community.states import is_silent
from core.errors import Refused
from events.record import record

# Threads that a sweep reads at a time.
AT_ONCE = 200


def set_promise(*, thread: Thread, starts: datetime | None, at: datetime | None, now: datetime) -> Thread:
    """Show that a person takes over at `at`, counted from `starts`; with both None the promise does not run.

    For the app that makes promises: it asks nobody's right.
    """
    with transaction.atomic():
        row = lock_thread(thread.pk)
        if (row.promise_from, row.promised_at) != (starts, at):
            row.promise_from, row.promised_at = starts, at
            save_thread(row, "promise_from", "promised_at")
        return _mirror(row, thread, "promise_from", "promised_at")


def hand_to_person(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """A person has it from now on: by staff, or the product itself when a promise is due.

    Nothing changes where one has it already. Raises Refused for a thread that needs nobody, and for an idea.
    """
    with transaction.atomic():
        row = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_hand_over(by, now)
        check_needs_person(row)
        if settled(row):
            raise Refused(_("This thread is closed: nobody needs to take it."), code="settled")
        if row.state != State.WITH_PERSON:
            before = row.state
            row.state = State.WITH_PERSON
            save_thread(row)
            record(
                verb="thread.handed_over", actor=by.member, obj=row, now=now, reason=reason, before={"state": before}
            )
        return _mirror(row, thread)


def hand_back(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """The person is done with it and it is open again, or answered: by staff. Raises Refused."""
    with transaction.atomic():
        row = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_hand_over(by, now)
        if row.state == State.WITH_PERSON:
            row.state = State.OPEN
            restate(row, now)
            save_thread(row)
            record(
                verb="thread.handed_back", actor=by.member, obj=row, now=now, reason=reason, after={"state": row.state}
            )
        return _mirror(row, thread)


def close_unconfirmed(*, thread: Thread, now: datetime) -> bool:
    """Close an answered thread whose asker has been silent for SILENT_DAYS days; whether it did.

    Never while a promise runs. Sends `thread_settled`.
    """
    by = Viewer.system()
    with transaction.atomic():
        row = lock_thread(thread.pk)
        if row.state != State.ANSWERED or row.removed_at or row.promised_at:
            return False
        days = settings.ENTRAIDE["SILENT_DAYS"]
        if not is_silent(
            last_answer_at=row.last_answer_at, asker_last_wrote_at=_asker_last_wrote(row), now=now, days=days
        ):
            return False
        row.state, row.closed_at = State.UNCONFIRMED, now
        save_thread(row)
        record(verb="thread.closed_unconfirmed", actor=None, obj=row, now=now, after={"silent_days": days})
        tell_settled(row, was_settled=False, by=by, now=now)
        _mirror(row, thread)
        return True


def close_silent(*, now: datetime) -> int:
    """Every answered thread that `close_unconfirmed` would close, each in its own transaction; how many."""
    days = settings.ENTRAIDE["SILENT_DAYS"]
    old = Thread.objects.filter(
        state=State.ANSWERED, removed_at=None, promised_at=None, last_answer_at__lte=now - timedelta(days=days)
    )
    closed = last = 0
    while page := list(old.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        closed += sum(close_unconfirmed(thread=thread, now=now) for thread in page)
        last = page[-1].pk
    return closed


def link_article(*, thread: Thread, path: str, title: str, now: datetime) -> Thread:
    """Show the help article that came of this thread; again with another path, it replaces it."""
    return _link(thread, path=path, title=title, at=now, now=now, verb="thread.linked")


def unlink_article(*, thread: Thread, now: datetime) -> Thread:
    """The article is gone."""
    return _link(thread, path="", title="", at=None, now=now, verb="thread.unlinked")


def _link(thread: Thread, *, path: str, title: str, at: datetime | None, now: datetime, verb: str) -> Thread:
    fields = ("article_path", "article_title", "article_at")
    with transaction.atomic():
        row = lock_thread(thread.pk)
        if (row.article_path, row.article_title) != (path[:300], title[:255]):
            before = {"path": row.article_path}
            row.article_path, row.article_title, row.article_at = path[:300], title[:255], at
            save_thread(row, *fields)
            record(verb=verb, actor=None, obj=row, now=now, before=before, after={"path": row.article_path})
        return _mirror(row, thread, *fields)


def _asker_last_wrote(thread: Thread) -> datetime | None:
    """When the asker last wrote anything in the thread, or said that it was not solved."""
    asker = thread.author_id
    times = [
        Post.objects.filter(thread=thread, author_id=asker).aggregate(at=Max("created_at"))["at"],
        Comment.objects.filter(post__thread=thread, author_id=asker).aggregate(at=Max("created_at"))["at"],
        thread.not_solved_rows.filter(member_id=asker).aggregate(at=Max("created_at"))["at"],
    ]
    return max((at for at in times if at is not None), default=None)


def _mirror(row: Thread, thread: Thread, *fields: str) -> Thread:
    """Let the caller's object tell the same as the row that was saved."""
    if thread is not row:
        for name in (*STATE_FIELDS, *fields):
            setattr(thread, name, getattr(row, name))
    return thread
