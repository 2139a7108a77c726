"""What readers say of a thread or an answer by one press."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community import signals
from community.actions.ground import (
    as_of_now,
    count,
    lock_post,
    lock_thread,
    save_thread,
    settled,
    tell_settled,
    writer,
)
from community.models import Follow, MeToo, NotSolved, Post, State, Thread, Visibility, Vote
from community.permissions import check_may_follow, check_may_me_too, check_may_say_not_solved, check_may_vote
from community.states import counts_as_not_solved
from core.errors import Refused
from events.record import record


def set_helpful(*, post: Post, by: Viewer, on: bool, now: datetime) -> None:
    """Say that an answer helped, or take it back; saying it twice counts once. Raises Refused."""
    with transaction.atomic():
        thread = lock_thread(post.thread_id)
        post = lock_post(post.pk, thread)
        by = as_of_now(by)
        check_may_vote(post, by, now)
        step = _set(Vote, "helpful", by, on, now, post=post)
        if step:
            post.helpful_count = max(0, post.helpful_count + step)
            post.save(update_fields=["helpful_count"])
            if post.visibility == Visibility.PUBLIC:
                count(post.author_id, helpful=step)
            save_thread(thread)


def set_me_too(*, thread: Thread, by: Viewer, on: bool, now: datetime) -> None:
    """Say that one has this problem too, or take it back. Raises Refused."""
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_me_too(thread, by, now)
        step = _set(MeToo, "me_too", by, on, now, thread=thread)
        if step:
            thread.me_too_count = max(0, thread.me_too_count + step)
            save_thread(thread, "me_too_count")


def set_follow(*, thread: Thread, by: Viewer, on: bool, now: datetime) -> None:
    """Hear of what happens in a thread, or no longer. Shows on no page but the reader's own. Raises Refused."""
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        if on:  # whoever may no longer see a thread may still stop hearing of it
            check_may_follow(thread, by, now)
        _set(Follow, "follow", by, on, now, thread=thread)


def say_not_solved(*, thread: Thread, by: Viewer, now: datetime) -> None:
    """Say that the answers there are did not solve it: the asker, or one who has the problem too.

    The asker's word sets the promise running again by `not_solved`, each time that new answers came since
    their last; the word of enough others does so once. Reopens a thread that was closed unconfirmed.
    Said twice of the same answers, it changes nothing. Raises Refused.
    """
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        member = writer(by)
        is_asker = by.is_member(thread.author_id)
        me_too = not is_asker and MeToo.objects.filter(thread=thread, member=member).exists()
        check_may_say_not_solved(thread, by, now, me_too)
        if thread.last_answer_at is None:
            raise Refused(_("Nobody has answered yet."), code="open")
        said = NotSolved.objects.filter(thread=thread, created_at__gte=thread.last_answer_at)
        if said.filter(member=member).exists():
            return
        before = said.exclude(member_id=thread.author_id).count()
        NotSolved.objects.update_or_create(thread=thread, member=member, defaults={"created_at": now})
        thread.not_solved_count += 1
        was_settled = settled(thread)
        heard = counts_as_not_solved(is_asker=is_asker, before=before, after=before + (not is_asker))
        if heard and thread.state == State.UNCONFIRMED:
            thread.state, thread.closed_at = State.ANSWERED, None
        save_thread(thread, "not_solved_count")
        record(verb="thread.not_solved", actor=member, obj=thread, now=now, after={"heard": heard})
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        if heard:
            signals.not_solved.send(Thread, thread=thread, by=by, now=now)


def _set(kind: type[Vote | MeToo | Follow], verb: str, by: Viewer, on: bool, now: datetime, **of: Model) -> int:
    """Make or delete one's row; how the count changes: 1, 0 or -1. The thread's lock makes it safe."""
    member = writer(by)
    row = kind.objects.filter(member=member, **of).first()
    if (row is not None) == on:
        return 0
    if row is None:
        row = kind.objects.create(member=member, created_at=now, **of)
    after = {name: value.pk for name, value in of.items()}
    record(verb=f"{verb}.{'on' if on else 'off'}", actor=member, obj=row, now=now, after=after)
    if not on:
        row.delete()
    return 1 if on else -1
