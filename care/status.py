"""Where a request stands for its asker: who has it, and until when. Plain values from rows already read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from care.models import Case
from community.models import State, Thread
from community.states import is_settled
from core.templatetags.core_tags import moment


@dataclass(frozen=True, slots=True)
class Request:
    """One thread of "My requests". `percent` is None for a line that is complete."""

    thread: Thread
    meaning: str
    words: SafeString | str
    then: str
    is_settled: bool
    runs: bool


def request_of(thread: Thread, case: Case | None, now: datetime) -> Request:
    """What to say of a thread and its last case."""
    settled = is_settled(thread.state, removed=False)
    if settled:
        meaning = "solved" if thread.state == State.SOLVED else "closed"
        return Request(thread, meaning, _settled(thread, case), "", True, False)
    if case is not None and not case.is_closed:
        return _with_person(thread, case, now)
    if thread.promised_at is None:
        words = _("It waits for your word: did an answer solve it?") if thread.last_answer_at else ""
        return Request(thread, "waiting", words or str(State(thread.state).label), _answers(thread), False, False)
    late = thread.promised_at <= now
    if late:
        words = format_html(_("A person was to take over by {at}."), at=moment(thread.promised_at))
    elif thread.last_answer_at:
        words = format_html(_("A person takes over by {at} if nobody has solved it."), at=moment(thread.promised_at))
    else:
        words = format_html(_("A person takes over by {at} if nobody has answered."), at=moment(thread.promised_at))
    return Request(thread, "late" if late else "waiting", words, _answers(thread), False, True)


def _with_person(thread: Thread, case: Case, now: datetime) -> Request:
    name = str(case.taken_by) if case.taken_by else ""
    if case.answered_at is not None:
        words: SafeString | str = _("You have an answer from us. Did it solve your problem?")
        return Request(thread, "person", words, _answers(thread), False, False)
    values = {"name": name, "at": moment(case.due_at)}
    late = case.is_late(now)
    if late and name:
        words = format_html(_("{name} has it. Your answer was due by {at}."), **values)
    elif late:
        words = format_html(_("It is at our desk. Your answer was due by {at}."), **values)
    elif name:
        words = format_html(_("{name} has it, and answers by {at}."), **values)
    else:
        words = format_html(_("It is at our desk. A person answers by {at}."), **values)
    then = _("Your whole thread is there. You have nothing to send again.")
    return Request(thread, "late" if late else "person", words, then, False, True)


def _settled(thread: Thread, case: Case | None) -> str:
    if thread.state == State.SOLVED and case is not None and case.answered_at and case.taken_by:
        return _("Solved with %(name)s.") % {"name": case.taken_by}
    return str(State(thread.state).label) + "."


def _answers(thread: Thread) -> str:
    count = thread.answer_count
    if not count:
        return ""
    return ngettext("One answer so far.", "%(count)s answers so far.", count) % {"count": count}
