"""Where a thread stands, as one sentence that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from community.models import State, Thread
from core.templatetags.core_tags import moment


@dataclass(frozen=True, slots=True)
class Status:
    """`meaning` names the line and the colour; `words` is the state, `then` what follows from it (may be empty)."""

    meaning: str
    words: str
    then: SafeString | str = ""


def status(thread: Thread, now: datetime) -> Status:
    """What the columns of a thread say; asks nothing of the database."""
    if thread.removed_at is not None:
        return Status("held", _("Removed by a moderator."))
    if thread.state == State.SOLVED:
        return Status("solved", _("Solved by an answer."), _after_solving(thread))
    if thread.state == State.WITH_PERSON:
        return _with_person(thread, now)
    if thread.state == State.DUPLICATE:
        return Status("closed", _("Suggested before.") if thread.is_idea else _("Asked before."))
    if thread.state == State.ADOPTED:
        return Status("solved", pgettext("idea", "Adopted."), _wanted(thread))
    if thread.state == State.IDEA:
        return Status("idea", pgettext("idea", "Idea."), _wanted(thread))
    if thread.state == State.UNCONFIRMED:
        return Status("closed", _("Closed."), _("The asker did not say which answer helped."))
    late = thread.promised_at is not None and thread.promised_at <= now
    return Status("late" if late else "waiting", _waiting(thread), _promise(thread, late) or _shared(thread))


def _with_person(thread: Thread, now: datetime) -> Status:
    if thread.promised_at is None:
        return Status("person", _("With a person."))
    if thread.promised_at <= now:
        then = format_html(_("They were to answer by {at}."), at=moment(thread.promised_at))
        return Status("late", _("With a person."), then)
    return Status("person", _("With a person."), format_html(_("They answer by {at}."), at=moment(thread.promised_at)))


def _waiting(thread: Thread) -> str:
    count = thread.answer_count
    if not count:
        return _("Nobody has answered yet.")
    in_words = _in_words(count)
    if thread.not_solved_count:
        return ngettext("One answer, it did not help.", "%(count)s answers, none helped.", count) % {"count": in_words}
    return ngettext("One answer, not accepted yet.", "%(count)s answers, none accepted yet.", count) % {
        "count": in_words
    }


def _promise(thread: Thread, late: bool) -> SafeString | str:
    if thread.promised_at is None:
        return ""
    if late:
        return format_html(_("A person was to take over by {at}."), at=moment(thread.promised_at))
    return format_html(_("A person takes over by {at}."), at=moment(thread.promised_at))


def _shared(thread: Thread) -> str:
    count = thread.me_toos
    if not count:
        return ""
    return ngettext("One person has this too.", "%(count)s people have this too.", count) % {"count": _in_words(count)}


def _wanted(thread: Thread) -> str:
    """How many want an idea; before anybody does, how many said something of it."""
    if count := thread.me_toos:
        return ngettext("One person wants this too.", "%(count)s people want this too.", count) % {
            "count": _in_words(count)
        }
    if count := thread.answer_count:
        return ngettext("One reply.", "%(count)s replies.", count) % {"count": _in_words(count)}
    return ""


def _in_words(count: int) -> str:
    """A number as one writes it at the start of a sentence: "Two", "Nine", then 10."""
    return capfirst(str(apnumber(count)))


def _after_solving(thread: Thread) -> str:
    count = thread.me_toos
    if count:
        return ngettext("One person had this too.", "%(count)s people had this too.", count) % {
            "count": _in_words(count)
        }
    return ""


def meanwhile(thread: Thread, now: datetime) -> str:
    """What its asker is told of the wait: who comes, and what they can do until then. Empty once it is settled."""
    if thread.removed_at is not None:
        return ""
    late = thread.promised_at is not None and thread.promised_at <= now
    if thread.state == State.WITH_PERSON:
        if late:
            return _(
                "This is late, and it is our doing: it stands first at the desk. "
                "Nothing is lost, and you need not ask again."
            )
        return _("They read all of this page first. You are told here and by mail; add whatever has changed meanwhile.")
    if thread.state not in (State.OPEN, State.ANSWERED):
        return ""
    if late:
        return _(
            "This is late, and it is our doing: the desk takes it next. Nothing is lost, and you need not ask again."
        )
    if thread.answer_count and not thread.not_solved_count:
        return _("Try what they say. Accept the answer that worked, or say that none did: then a person takes over.")
    if thread.promised_at is not None:
        return _(
            "You need not wait here: you are told here and by mail. Adding what you tried makes an answer likelier."
        )
    return ""


def solved_sentence(thread: Thread) -> str:
    """How long it took, for the line above the accepted answer."""
    if thread.solved_at is None:
        return _("Solved by an answer.")
    took = timesince(thread.created_at, thread.solved_at, depth=1)
    return _("Solved by an answer, %(took)s after it was asked.") % {"took": took}
