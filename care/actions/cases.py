"""A case's life: opened, taken, answered, released, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from care import permissions
from care.models import Case
from care.queries import agent_ids, level_of_path
from community.actions import lifecycle
from community.actions.answering import answer
from community.actions.ground import as_of_now, lock_thread, path_to
from community.models import Post, State, Thread, Visibility
from core.errors import Invalid, Refused
from core.text import check_reason
from events.record import record
from notifications.notify import notify


def open_case(*, thread: Thread, reason: str, by: Viewer, now: datetime, note: str = "") -> Case:
    """Hand a thread to the desk: its state becomes "with a person", and every agent is told, once; the asker
    reads by when they are answered.

    The caller holds the thread's lock. A thread that has a case gets no second: that one needs a person again.
    """
    case = _current(thread)
    if case is not None:
        due_at = level_of_path(thread.product.path).answered_at(now)
        _needs_answer(case, reason=reason, note=note, due_at=due_at, by=by, now=now)
        return case
    case = _open(thread, reason=reason, note=note, by=by, now=now)
    agents = agent_ids()
    # Both are told below, one after the other: locked here, in key order, as all locks are.
    told = Member.objects.select_for_update(of=("self",), no_key=True).filter(pk__in={*agents, thread.author_id})
    list(told.order_by("pk"))
    notify(
        members=[thread.author_id],
        kind="case_waits",
        path=path_to(thread),
        key=f"case-waits:{case.pk}",
        now=now,
        data={"title": thread.title, "reason": reason, "due_at": case.due_at.isoformat()},
    )
    notify(
        members=agents,
        kind="case_opened",
        path=path_to(thread),
        key=f"case-opened:{case.pk}",
        now=now,
        data={
            "title": thread.title,
            "asker": thread.author.shown_name,
            "reason": reason,
            "due_at": case.due_at.isoformat(),
        },
    )
    return case


def open_imported(*, threads: Sequence[Thread], by: Viewer, now: datetime) -> list[Case]:
    """Hand threads that were just imported to the desk: agents are told of them together, and by no mail.

    In the import's transaction, which made the threads: nobody else sees them yet, and none has a case.
    """
    cases = []
    for thread in threads:
        reason = Case.Reason.UNSOLVED if thread.last_answer_at else Case.Reason.UNANSWERED
        cases.append(_open(thread, reason=reason, note="", by=by, now=now))
    if cases:
        notify(
            members=agent_ids(),
            kind="cases_imported",
            path="desk/",
            key=f"cases-imported:{cases[0].pk}",
            now=now,
            data={"count": len(cases)},
            mail=False,
        )
    return cases


def take(*, case: Case, by: Viewer, now: datetime) -> Case:
    """Take a case. One agent wins; another is told who did. Taking one's own again changes nothing.

    Locks the thread, then the case. The asker is told who has it. Raises Refused.
    """
    with transaction.atomic():
        thread, case = _lock(case)
        by = as_of_now(by)
        permissions.check_may_take(case, by, now)
        if case.is_taken:
            return case
        case.state, case.taken_by, case.taken_at = Case.State.TAKEN, by.member, now
        _save(case, "state", "taken_by", "taken_at")
        record(verb="case.taken", actor=by.member, obj=case, subject=thread, now=now)
        if by.member and not by.is_member(thread.author_id):
            notify(
                members=[thread.author_id],
                kind="case_taken",
                path=path_to(thread),
                key=f"case-taken:{case.pk}:{by.member.pk}",
                now=now,
                data={"title": thread.title, "agent": by.member.shown_name, "due_at": case.due_at.isoformat()},
            )
        return case


def reply(*, case: Case, by: Viewer, body: str, to: str, now: datetime, token: str = "") -> Post:
    """Answer for the company, to everybody (`to` "public") or to the asker alone ("asker").

    The case waits for the asker's word from then on. Locks the thread, then the case. The same `token` again
    gives the first answer. Raises Refused and Invalid.
    """
    if to not in permissions.REPLY_TO:
        raise Invalid({"to": _("Choose who reads your answer.")})
    with transaction.atomic():
        thread, case = _lock(case)
        by = as_of_now(by)
        permissions.check_may_reply(case, by, now)
        return answer(
            thread=thread, by=by, body=body, now=now, as_staff=True, visibility=Visibility(to).value, token=token
        )


def release(*, case: Case, by: Viewer, now: datetime) -> Case:
    """Give a case back to the desk; its due time stays. Locks the thread, then the case. Raises Refused."""
    with transaction.atomic():
        thread, case = _lock(case)
        by = as_of_now(by)
        permissions.check_may_release(case, by, now)
        before = case.taken_by_id
        case.state, case.taken_by, case.taken_at = Case.State.OPEN, None, None
        _save(case, "state", "taken_by", "taken_at")
        record(verb="case.released", actor=by.member, obj=case, subject=thread, now=now, before={"taken_by": before})
        return case


def close(*, case: Case, by: Viewer, reason: str, now: datetime) -> Case:
    """Close an answered case: the thread is no longer with a person, and waits for the asker's word.

    The asker, saying that it is not solved, sets the promise running again. Locks the thread, then the case.
    Raises Refused, also where nobody has answered, and Invalid without a reason.
    """
    reason = check_reason(reason)
    with transaction.atomic():
        _thread, case = _lock(case)
        by = as_of_now(by)
        permissions.check_may_close(case, by, now)
        _end(case, reason=reason, by=by, now=now)
        return case


def close_silent(*, case: Case, now: datetime) -> bool:
    """Close a case whose asker never said a word about the company's answer; whether it did. For the clock."""
    with transaction.atomic():
        _thread, case = _lock(case)
        if case.is_closed or case.answered_at is None:
            return False
        _end(case, reason=_("Answered, and the asker did not come back."), by=Viewer.system(), now=now)
        return True


def close_with_thread(*, thread: Thread, by: Viewer, now: datetime) -> None:
    """The thread needs nobody any more. The caller holds its lock."""
    case = _current(thread)
    if case is not None:
        reason = _("The thread was removed.") if thread.removed_at else str(State(thread.state).label)
        _close(case, reason=reason, by=by, now=now)


def answered(*, thread: Thread, post: Post, by: Viewer, now: datetime) -> None:
    """The company answered: the thread's case, if it has one, waits for the asker. The caller holds its lock."""
    case = _current(thread) if post.as_staff else None
    if case is None or case.answered_at is not None:
        return
    case.answered_at = now
    _save(case, "answered_at")
    lifecycle.set_promise(thread=thread, starts=None, at=None, now=now)
    record(verb="case.answered", actor=by.member, obj=case, subject=thread, now=now)


def not_solved(*, thread: Thread, by: Viewer, now: datetime) -> bool:
    """The answers did not solve it: whether there is a case, which needs an answer again. The caller holds the lock."""
    case = _current(thread)
    if case is None:
        return False
    due_at = level_of_path(thread.product.path).answered_at(now)
    _needs_answer(case, reason=Case.Reason.UNSOLVED, note="", due_at=due_at, by=by, now=now)
    return True


def move(*, thread: Thread, now: datetime) -> None:
    """The thread came to another product: its case is due by that product's target. The caller holds its lock."""
    case = _current(thread)
    if case is not None and case.answered_at is None and thread.promise_from is not None:
        case.due_at = level_of_path(thread.product.path).answered_at(thread.promise_from)
        _save(case, "due_at")
        lifecycle.set_promise(thread=thread, starts=thread.promise_from, at=case.due_at, now=now)


def _open(thread: Thread, *, reason: str, note: str, by: Viewer, now: datetime) -> Case:
    """A new case, and the state and promise of its thread, whose lock the caller holds."""
    due_at = level_of_path(thread.product.path).answered_at(now)
    case = Case.objects.create(thread=thread, reason=reason, note=note, opened_at=now, due_at=due_at)
    words = note or str(Case.Reason(reason).label)
    lifecycle.hand_to_person(thread=thread, by=by, reason=words, now=now)
    lifecycle.set_promise(thread=thread, starts=now, at=due_at, now=now)
    record(
        verb="case.opened", actor=by.member, obj=case, subject=thread, now=now, reason=note, after={"reason": reason}
    )
    return case


def _lock(case: Case) -> tuple[Thread, Case]:
    """Thread, then case, as they are now. Raises Refused where either is gone."""
    thread = lock_thread(case.thread_id)
    locked = Case.objects.select_for_update(of=("self",)).select_related("taken_by").filter(pk=case.pk).first()
    if locked is None:
        raise Refused(_("This case is closed."), code="closed_case")
    locked.thread = thread
    return thread, locked


def _current(thread: Thread) -> Case | None:
    """The thread's case that is not closed, locked. The caller holds the thread's lock."""
    case = Case.objects.current().select_for_update(of=("self",)).filter(thread=thread).first()
    if case is not None:
        case.thread = thread
    return case


def _needs_answer(case: Case, *, reason: str, note: str, due_at: datetime, by: Viewer, now: datetime) -> None:
    """An answered case has its clock set anew; one that was not answered yet keeps it."""
    if case.answered_at is None:
        return
    case.reason, case.note, case.answered_at, case.due_at = reason, note or case.note, None, due_at
    _save(case, "reason", "note", "answered_at", "due_at")
    lifecycle.set_promise(thread=case.thread, starts=now, at=due_at, now=now)
    record(
        verb="case.needs_answer", actor=by.member, obj=case, subject=case.thread, now=now, reason=note,
        after={"reason": reason},
    )  # fmt: skip
    if case.taken_by_id:
        notify(
            members=[case.taken_by_id],
            kind="case_back",
            path=path_to(case.thread),
            key=f"case-back:{case.pk}:{case.version}",
            now=now,
            data={"title": case.thread.title, "due_at": case.due_at.isoformat()},
        )


def _end(case: Case, *, reason: str, by: Viewer, now: datetime) -> None:
    """Close the case of a thread that is not settled: it is with a person no more."""
    _close(case, reason=reason, by=by, now=now)
    lifecycle.set_promise(thread=case.thread, starts=None, at=None, now=now)
    lifecycle.hand_back(thread=case.thread, by=by, reason=reason, now=now)


def _close(case: Case, *, reason: str, by: Viewer, now: datetime) -> None:
    case.state, case.closed_at, case.closed_reason = Case.State.CLOSED, now, reason
    _save(case, "state", "closed_at", "closed_reason")
    record(verb="case.closed", actor=by.member, obj=case, subject=case.thread, now=now, reason=reason)


def _save(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])
