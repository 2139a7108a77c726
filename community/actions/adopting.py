"""Adopting an idea, and taking that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.viewer import Viewer
from community import signals
from community.actions.ground import as_of_now, lock_thread, path_to, restate, save_thread, settled, tell_settled
from community.models import Adoption, State, Thread
from community.permissions import check_may_adopt, check_may_revoke_adoption
from core.text import check_reason
from events.record import record
from notifications.notify import notify


def adopt(*, thread: Thread, by: Viewer, now: datetime, words: str = "") -> Adoption:
    """Adopt an idea, with words that its page shows where there are some: by agents and operators.

    Locks the thread. Adopting an adopted idea again changes nothing. Its author is told, unless it is they who adopt.
    Sends `idea_adopted`, then `thread_settled`. Raises Invalid and Refused.
    """
    said = check_reason(words, field="text") if words.strip() else ""
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_adopt(thread, by, now)
        standing = standing_adoption(thread)
        if standing is not None:
            return standing
        was_settled = settled(thread)
        adoption = Adoption.objects.create(thread=thread, adopted_by=by.member, adopted_at=now, words=said)
        thread.state = State.ADOPTED
        restate(thread, now)
        save_thread(thread)
        record(verb="thread.adopted", actor=by.member, obj=thread, now=now)
        if not by.is_member(thread.author_id):
            notify(
                members=[thread.author_id],
                kind="idea_adopted",
                path=path_to(thread),
                key=f"idea-adopted:{adoption.pk}",
                now=now,
                data={"title": thread.title, "words": said},
            )
        signals.idea_adopted.send(Adoption, adoption=adoption, by=by, now=now)
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        return adoption


def revoke_adoption(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> None:
    """Take the adoption of an idea back, with a reason that its author is sent: by agents and operators.

    Locks the thread; nothing happens where it is not adopted. Sends `idea_adoption_revoked`, then `thread_reopened`.
    Raises Invalid and Refused.
    """
    why = check_reason(reason)
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_revoke_adoption(thread, by, now)
        standing = standing_adoption(thread)
        if standing is None:
            return
        was_settled = settled(thread)
        standing.revoked_at, standing.revoked_by, standing.revoked_reason = now, by.member, why
        standing.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        thread.state = State.IDEA
        restate(thread, now)
        save_thread(thread)
        record(verb="thread.unadopted", actor=by.member, obj=thread, now=now, reason=why)
        if not by.is_member(thread.author_id):
            notify(
                members=[thread.author_id],
                kind="adoption_revoked",
                path=path_to(thread),
                key=f"adoption-revoked:{standing.pk}",
                now=now,
                data={"title": thread.title, "reason": why},
            )
        signals.idea_adoption_revoked.send(Adoption, adoption=standing, reason=why, by=by, now=now)
        tell_settled(thread, was_settled=was_settled, by=by, now=now)


def standing_adoption(thread: Thread) -> Adoption | None:
    """The adoption that stands of a locked thread, locked, with that very thread on it."""
    if not thread.is_adopted:
        return None
    standing = Adoption.objects.select_for_update(of=("self",)).filter(thread=thread, revoked_at=None).first()
    if standing is not None:
        standing.thread = thread
    return standing
