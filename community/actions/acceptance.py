"""Accepting an answer, and taking that back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction

from accounts.models import Member
from accounts.viewer import Viewer
from community import signals
from community.actions.ground import (
    as_of_now,
    count,
    lock_post,
    lock_thread,
    path_to,
    restate,
    save_thread,
    settled,
    tell_settled,
)
from community.models import Acceptance, Post, Standing, Thread
from community.permissions import check_may_accept, check_may_revoke
from core.text import check_reason
from events.record import record
from notifications.notify import notify


def accept(*, answer: Post, by: Viewer, now: datetime) -> Acceptance:
    """Accept an answer: the thread is solved. By the asker, or a moderator.

    Locks the thread, then the post. One acceptance stands for a thread: another's is revoked first, with
    its signal. Accepting the accepted answer again changes nothing. Sends `answer_accepted`, and
    `thread_settled` where the thread was not settled before. Raises Refused.
    """
    with transaction.atomic():
        thread = lock_thread(answer.thread_id)
        post = lock_post(answer.pk, thread)
        by = as_of_now(by)
        check_may_accept(thread, post, by, now)
        was_settled = settled(thread)
        standing = _standing(thread)
        if standing is not None and standing.post_id == post.pk:
            return standing
        if standing is not None:
            _revoke(standing, by=by, reason="", now=now)
        steps = Counter({post.author_id: 1})
        if standing is not None:
            steps[standing.post.author_id] -= 1
        if len(steps) > 1:
            # Both are told below, one after the other: locked here, in key order, as all locks are.
            list(Member.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=steps).order_by("pk"))
        for member_id in sorted(steps):
            count(member_id, accepted=steps[member_id])
        acceptance = Acceptance.objects.create(thread=thread, post=post, accepted_by=by.member, accepted_at=now)
        thread.solved_at = now
        restate(thread, now)
        save_thread(thread, "solved_at")
        record(verb="answer.accepted", actor=by.member, obj=post, subject=thread, now=now)
        if not by.is_member(post.author_id):
            notify(
                members=[post.author_id],
                kind="answer_accepted",
                path=path_to(thread, f"#{post.anchor}"),
                key=f"accepted:{acceptance.pk}",
                now=now,
                data={"title": thread.title, "asker": thread.author.shown_name, "first": _is_first(post.author_id)},
            )
        if standing is not None:
            signals.acceptance_revoked.send(Acceptance, acceptance=standing, reason="replaced", by=by, now=now)
        signals.answer_accepted.send(Acceptance, acceptance=acceptance, by=by, now=now)
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        return acceptance


def revoke(*, thread: Thread, by: Viewer, now: datetime, reason: str = "") -> None:
    """Take the thread's acceptance back; nothing happens where there is none. By the asker, or a moderator.

    Sends `acceptance_revoked`, then `thread_reopened`. Raises Refused.
    """
    reason = check_reason(reason) if reason else ""
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_revoke(thread, by, now)
        revoke_locked(thread, by=by, now=now, reason=reason)


def revoke_locked(thread: Thread, *, by: Viewer, now: datetime, reason: str) -> None:
    """`revoke` for an action that holds the thread's lock and asked its own right."""
    standing = _standing(thread)
    if standing is None:
        return
    was_settled = settled(thread)
    _revoke(standing, by=by, reason=reason, now=now)
    count(standing.post.author_id, accepted=-1)
    thread.solved_at = None
    restate(thread, now)
    save_thread(thread, "solved_at")
    signals.acceptance_revoked.send(Acceptance, acceptance=standing, reason=reason, by=by, now=now)
    tell_settled(thread, was_settled=was_settled, by=by, now=now)


def _is_first(member_id: int) -> bool:
    """Whether the one accepted answer that a member has is their first."""
    return Standing.objects.filter(pk=member_id, accepted=1).exists()


def _standing(thread: Thread) -> Acceptance | None:
    standing = (
        Acceptance.objects.select_for_update(of=("self",))
        .select_related("post")
        .filter(thread=thread, revoked_at=None)
        .first()
    )
    if standing is not None:
        standing.thread = standing.post.thread = thread
    return standing


def _revoke(standing: Acceptance, *, by: Viewer, reason: str, now: datetime) -> None:
    """Write it down; the signal is its caller's, once the thread is saved."""
    standing.revoked_at, standing.revoked_by, standing.revoked_reason = now, by.member, reason
    standing.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    record(
        verb="answer.unaccepted", actor=by.member, obj=standing.post, subject=standing.thread, now=now, reason=reason
    )
