"""The story of a thread so far, told from its own columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from community.models import State, Thread


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened (or is promised): `meaning` colours it, `by` and `path` may be empty."""

    meaning: str
    words: str
    at: datetime | None = None
    by: str = ""
    path: str = ""
    link: str = ""


def story(
    thread: Thread, *, shows_answers: bool = True, first_by: str = "", original: Thread | None = None
) -> list[Step]:
    """Oldest first; what is promised comes last.

    `shows_answers` is False for a reader who may see none: that the asker was answered in private is theirs to know.
    `first_by` names who gave the first answer, if known; `original` what this is a duplicate of, if it may be seen.
    """
    steps = [Step("", _("Suggested") if thread.is_idea else _("Asked"), thread.created_at, thread.author.shown_name)]
    told: list[Step] = []
    meaning = "" if thread.is_idea else "solved" if thread.state == State.SOLVED else "waiting"
    if thread.first_answer_at and shows_answers:
        told.append(
            Step(meaning, _("First reply") if thread.is_idea else _("Answered"), thread.first_answer_at, first_by)
        )
    if thread.solved_at:
        told.append(Step("solved", pgettext("what happened", "Solved"), thread.solved_at))
    if thread.is_adopted:
        told.append(Step("solved", _("Adopted by the team"), thread.closed_at))
    if thread.article_path:
        told.append(
            Step(
                "solved", _("Became an article"), thread.article_at, path=thread.article_path, link=thread.article_title
            )
        )
    if thread.locked_at:
        told.append(Step("held", _("Locked"), thread.locked_at))
    if thread.state == State.UNCONFIRMED:
        told.append(Step("closed", pgettext("what happened", "Closed"), thread.closed_at))
    told.sort(key=lambda step: step.at or thread.created_at)
    steps += told
    if original is not None:
        steps.append(
            Step(
                "closed",
                _("Suggested before") if thread.is_idea else _("Asked before"),
                path=original.get_absolute_url(),
                link=original.title,
            )
        )
    if thread.state == State.WITH_PERSON:
        steps.append(Step("person", _("A person has it"), thread.promised_at, link=_("Their answer")))
    elif thread.promised_at:
        steps.append(Step("next", _("A person takes over"), thread.promised_at))
    return steps
