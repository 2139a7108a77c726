"""Where a thread stands, decided on plain values. Nothing here reads the database.

The order matters: a duplicate stays one whatever is accepted in it, an accepted answer ends a person's
work, and a person's work outlives any number of answers. An idea is one or was adopted, whatever is said in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from community.models.threads import State, Thread

# States in which a thread needs nobody.
SETTLED = frozenset({State.SOLVED, State.UNCONFIRMED, State.DUPLICATE, State.ADOPTED})

# So many people who share a problem, saying that the answers did not solve it, count like the asker's word.
NOT_SOLVED_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides a state. `answered`: by somebody other than the asker, where the asker can read it."""

    duplicate: bool = False
    accepted: bool = False
    with_person: bool = False
    closed: bool = False
    answered: bool = False
    idea: bool = False
    adopted: bool = False


def facts_of(thread: Thread) -> Facts:
    """The facts as the thread's own columns hold them."""
    return Facts(
        duplicate=thread.duplicate_of_id is not None,
        accepted=thread.solved_at is not None,
        with_person=thread.state == State.WITH_PERSON,
        closed=thread.state == State.UNCONFIRMED,
        answered=thread.last_answer_at is not None,
        idea=thread.is_idea,
        adopted=thread.is_adopted,
    )


def state_of(facts: Facts) -> State:
    """The one state that these facts mean."""
    if facts.duplicate:
        return State.DUPLICATE
    if facts.idea:
        return State.ADOPTED if facts.adopted else State.IDEA
    if facts.accepted:
        return State.SOLVED
    if facts.with_person:
        return State.WITH_PERSON
    if not facts.answered:
        return State.OPEN
    return State.UNCONFIRMED if facts.closed else State.ANSWERED


def is_settled(state: str, *, removed: bool) -> bool:
    """Whether a thread needs nobody any more."""
    return removed or state in SETTLED


def counts_as_not_solved(*, is_asker: bool, before: int, after: int) -> bool:
    """Whether this word sets the promise running again: the asker's own always does, those of others
    once, when enough of them agree (`before` and `after`: how many others had said it)."""
    return is_asker or before < NOT_SOLVED_ENOUGH <= after


def is_silent(
    *, last_answer_at: datetime | None, asker_last_wrote_at: datetime | None, now: datetime, days: int
) -> bool:
    """Whether the asker has said nothing for `days` days since the last answer."""
    if last_answer_at is None:
        return False
    since = max(last_answer_at, asker_last_wrote_at or last_answer_at)
    return now - since >= timedelta(days=days)
