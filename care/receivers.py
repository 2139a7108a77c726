"""What the desk does when the community tells it something. Each runs in the sender's transaction, under its lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import Member
from accounts.signals import member_erased, member_exported
from accounts.viewer import Viewer
from care.actions import cases, promises
from care.models import Calendar, Case, Target
from care.queries import forget_levels
from community import signals
from community.models import Post, Product, Thread


@receiver(signals.thread_asked)
def on_asked(*, thread: Thread, now: datetime, **kwargs: object) -> None:
    promises.start(thread=thread, now=now)


@receiver(signals.answer_posted)
def on_answer(*, thread: Thread, post: Post, by: Viewer, now: datetime, **kwargs: object) -> None:
    promises.wait(thread=thread, now=now)
    cases.answered(thread=thread, post=post, by=by, now=now)


@receiver(signals.not_solved)
def on_not_solved(*, thread: Thread, by: Viewer, now: datetime, **kwargs: object) -> None:
    if not cases.not_solved(thread=thread, by=by, now=now):
        promises.start(thread=thread, now=now)


@receiver(signals.thread_escalated)
def on_escalated(*, thread: Thread, reason: str, by: Viewer, now: datetime, **kwargs: object) -> None:
    cases.open_case(thread=thread, reason=Case.Reason.ESCALATED, note=reason, by=by, now=now)


@receiver(signals.thread_settled)
def on_settled(*, thread: Thread, by: Viewer, now: datetime, **kwargs: object) -> None:
    promises.stop(thread=thread, now=now)
    cases.close_with_thread(thread=thread, by=by, now=now)


@receiver(signals.thread_reopened)
def on_reopened(*, thread: Thread, now: datetime, **kwargs: object) -> None:
    promises.resume(thread=thread, now=now)


@receiver(signals.thread_moved)
def on_moved(*, thread: Thread, before: Product, now: datetime, **kwargs: object) -> None:
    promises.move(thread=thread, now=now)
    cases.move(thread=thread, now=now)


@receiver(signals.threads_imported)
def on_imported(*, threads: list[Thread], by: Viewer, now: datetime, **kwargs: object) -> None:
    """Their operator asked for it: people take them up."""
    cases.open_imported(threads=threads, by=by, now=now)


@receiver([post_save, post_delete], sender=Calendar)
@receiver([post_save, post_delete], sender=Target)
def on_level_changed(**kwargs: object) -> None:
    forget_levels()


@receiver(member_exported)
def export(*, member: Member, export: dict[str, Any], **kwargs: object) -> None:
    """Adds the cases of the member's own threads: who had them, and how they ended."""
    rows = Case.objects.filter(thread__author=member).select_related("thread", "taken_by").order_by("pk")
    export["care"] = [
        {
            "thread": row.thread.canonical_path,
            "reason": row.reason,
            "state": row.state,
            "opened_at": row.opened_at.isoformat(),
            "due_at": row.due_at.isoformat(),
            "taken_by": row.taken_by.shown_name if row.taken_by else None,
            "closed_at": row.closed_at.isoformat() if row.closed_at else None,
            "closed_reason": row.closed_reason,
        }
        for row in rows.iterator(chunk_size=2000)
    ]


@receiver(member_erased)
def erase(*, member: Member, now: datetime, **kwargs: object) -> None:
    """Words about the member go; cases they had taken go back to the desk, so that nobody waits in vain."""
    Case.objects.filter(thread__author=member).exclude(note="", closed_reason="").update(note="", closed_reason="")
    for case in Case.objects.filter(taken_by=member, state=Case.State.TAKEN).order_by("thread_id", "pk"):
        cases.release(case=case, by=Viewer.system(), now=now)
