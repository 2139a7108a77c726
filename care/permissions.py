"""One function a right at the desk. Each raises Refused with a reason that can be shown."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer
from care.models import Case
from community.models import State, Thread, Visibility
from community.permissions import check_may_moderate, check_needs_person, may
from community.states import is_settled
from core.errors import Refused

REPLY_TO = frozenset({Visibility.PUBLIC.value, Visibility.ASKER.value})


def check_may_read_requests(by: Viewer) -> None:
    """One's own requests: whoever is signed in, suspended or not."""
    if not by.is_signed_in:
        raise Refused(_("Sign in to see your requests."), code="signed_out")


def check_may_read_desk(by: Viewer) -> None:
    """Agents work at the desk; operators look on."""
    if not (by.is_agent or by.is_operator):
        raise Refused(_("The desk is for agents and operators."), code="desk_only")


def check_may_take(case: Case, by: Viewer, now: datetime) -> None:
    """Any agent, while nobody has it. Says who was first."""
    _check_agent(by, now)
    _check_current(case)
    if case.state == Case.State.TAKEN and not by.is_member(case.taken_by_id):
        raise Refused(_taken_words(case), code="taken")


def check_may_reply(case: Case, by: Viewer, now: datetime) -> None:
    """The agent who has it."""
    _check_mine(case, by, now)


def check_may_close(case: Case, by: Viewer, now: datetime) -> None:
    """The agent who has it, once somebody has answered: nobody's question is dropped."""
    _check_mine(case, by, now)
    if case.thread.last_answer_at is None:
        raise Refused(_("Nobody has answered yet: answer first, or give the case back."), code="unanswered")


def check_may_release(case: Case, by: Viewer, now: datetime) -> None:
    """The agent who has it; and an operator, so that nobody's absence holds a customer up."""
    if not by.is_operator:
        _check_mine(case, by, now)
        return
    check_may_take_part(by, now)
    _check_current(case)
    if not case.is_taken:
        raise Refused(_("Nobody has this case."), code="not_taken")


def check_may_escalate(thread: Thread, by: Viewer, now: datetime) -> None:
    """Moderators, for a thread that still needs somebody and is not with a person yet; never for an idea."""
    check_may_moderate(by, now)
    check_needs_person(thread)
    if is_settled(thread.state, removed=thread.removed_at is not None):
        raise Refused(_("This thread needs nobody any more."), code="settled")
    if thread.state == State.WITH_PERSON:
        raise Refused(_("This thread is with a person already."), code="with_person")


def may_escalate(thread: Thread, by: Viewer, now: datetime) -> bool:
    """For pages: whether to show the form. Costs no query."""
    return may(check_may_escalate, thread, by, now)


def _check_agent(by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    if not by.is_agent:
        raise Refused(_("Only agents do this."), code="agents_only")


def _check_current(case: Case) -> None:
    if case.is_closed:
        raise Refused(_("This case is closed."), code="closed_case")


def _check_mine(case: Case, by: Viewer, now: datetime) -> None:
    _check_agent(by, now)
    _check_current(case)
    if not case.is_taken:
        raise Refused(_("Take the case first."), code="not_taken")
    if not by.is_member(case.taken_by_id):
        raise Refused(_taken_words(case), code="taken")


def _taken_words(case: Case) -> str:
    at = formats.date_format(timezone.localtime(case.taken_at), "DATETIME_FORMAT") if case.taken_at else ""
    return _("%(name)s has this case, since %(at)s.") % {"name": case.taken_by, "at": at}
