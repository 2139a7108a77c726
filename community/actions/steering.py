"""What moderators do with a whole thread."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from community import signals
from community.actions.asking import wrong_place
from community.actions.ground import as_of_now, lock_thread, lock_threads, restate, save_thread, settled, tell_settled
from community.models import Product, State, Thread, Topic, Visibility
from community.permissions import check_may_moderate, check_needs_person
from core.errors import Invalid, Refused
from core.text import check_reason
from events.record import record
from search.outbox import changed


def lock(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """Take no more answers and comments from customers. Raises Invalid and Refused."""
    return _set_lock(thread, by=by, reason=reason, now=now, at=now, verb="thread.locked")


def unlock(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """Let customers write again. Raises Invalid and Refused."""
    return _set_lock(thread, by=by, reason=reason, now=now, at=None, verb="thread.unlocked")


def move(
    *, thread: Thread, by: Viewer, product: Product | None, topic: Topic | None, reason: str, now: datetime
) -> Thread:
    """Put a thread under another product or topic. Sends `thread_moved` when the product changed.

    Raises Invalid and Refused.
    """
    why = check_reason(reason)
    errors: dict[str, str | Promise] = wrong_place(product, topic)
    with transaction.atomic():
        thread, by = _locked(thread, by, now)
        if errors or product is None:
            raise Invalid(errors)
        before = thread.product
        if (before.pk, thread.topic_id) == (product.pk, topic.pk if topic else None):
            return thread
        was = {"product": before.pk, "topic": thread.topic_id}
        thread.product, thread.topic = product, topic
        save_thread(thread, "product", "topic")
        record(
            verb="thread.moved", actor=by.member, obj=thread, now=now, reason=why, before=was,
            after={"product": product.pk, "topic": thread.topic_id},
        )  # fmt: skip
        if before.pk != product.pk:
            signals.thread_moved.send(Thread, thread=thread, before=before, by=by, now=now)
        return thread


def mark_duplicate(*, thread: Thread, of: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """Say that the same was asked before in `of`, where readers are sent from now on.

    `of` is not itself a duplicate, both are questions or both ideas, and what pointed to `thread` points to `of` now:
    no chain, so no circle. Locks both. Sends `thread_settled`. Raises Invalid and Refused.
    """
    why = check_reason(reason)
    with transaction.atomic():
        rows = lock_threads([thread.pk, of.pk])
        by = as_of_now(by)
        check_may_moderate(by, now)
        found, first = rows.get(thread.pk), rows.get(of.pk)
        if found is None or found.removed_at:
            raise Refused(_("This thread was removed."), code="removed")
        thread = found
        if first is None or first.removed_at or first.visibility != Visibility.PUBLIC:
            raise Invalid({"of": _("There is no such thread.")})
        if first.pk == thread.pk:
            raise Invalid({"of": _("A thread cannot be a duplicate of itself.")})
        if first.duplicate_of_id is not None:
            raise Invalid({"of": _("That thread is itself a duplicate: choose the one where it was first asked.")})
        if first.is_idea != thread.is_idea:
            raise Invalid({"of": _("An idea can only lead to another idea, and a question to a question.")})
        if thread.is_adopted:
            raise Refused(_("This idea is adopted: take that back first."), code="adopted")
        if thread.duplicate_of_id == first.pk:
            return thread
        was_settled = settled(thread)
        thread.duplicate_of = first
        restate(thread, now)
        save_thread(thread, "duplicate_of")
        others = list(Thread.objects.filter(duplicate_of=thread).values_list("pk", flat=True))
        if others:
            Thread.objects.filter(pk__in=others).update(duplicate_of=first)
            changed("thread", others)
        record(verb="thread.marked_duplicate", actor=by.member, obj=thread, now=now, reason=why, after={"of": first.pk})
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        return thread


def unmark_duplicate(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """It was not asked before after all. Sends `thread_reopened` with an open thread. Raises Invalid and Refused."""
    why = check_reason(reason)
    with transaction.atomic():
        thread, by = _locked(thread, by, now)
        if thread.duplicate_of_id is None:
            return thread
        was_settled, before = settled(thread), thread.duplicate_of_id
        thread.duplicate_of = None
        restate(thread, now)
        save_thread(thread, "duplicate_of")
        record(
            verb="thread.unmarked_duplicate", actor=by.member, obj=thread, now=now, reason=why, before={"of": before}
        )
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        return thread


def escalate(*, thread: Thread, by: Viewer, reason: str, now: datetime) -> Thread:
    """Hand a thread that is not settled to a person now, no idea: `thread_escalated` tells who takes it.

    Raises Invalid and Refused.
    """
    why = check_reason(reason)
    with transaction.atomic():
        thread, by = _locked(thread, by, now)
        check_needs_person(thread)
        if settled(thread):
            raise Refused(_("This thread is closed: nobody needs to take it."), code="settled")
        if thread.state == State.WITH_PERSON:
            raise Refused(_("A person has this already."), code="with_person")
        record(verb="thread.escalated", actor=by.member, obj=thread, now=now, reason=why)
        signals.thread_escalated.send(Thread, thread=thread, reason=why, by=by, now=now)
        thread.refresh_from_db()
        return thread


def _locked(thread: Thread, by: Viewer, now: datetime) -> tuple[Thread, Viewer]:
    """The thread, locked, for a moderator. Raises Refused."""
    thread = lock_thread(thread.pk)
    by = as_of_now(by)
    check_may_moderate(by, now)
    if thread.removed_at:
        raise Refused(_("This thread was removed."), code="removed")
    return thread, by


def _set_lock(thread: Thread, *, by: Viewer, reason: str, now: datetime, at: datetime | None, verb: str) -> Thread:
    why = check_reason(reason)
    with transaction.atomic():
        thread, by = _locked(thread, by, now)
        if (thread.locked_at is None) == (at is None):
            return thread
        thread.locked_at = at
        save_thread(thread, "locked_at")
        record(verb=verb, actor=by.member, obj=thread, now=now, reason=why)
        return thread
