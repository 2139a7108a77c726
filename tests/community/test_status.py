"""The sentence that says where a thread stands, on plain values alone."""

from datetime import UTC, datetime, timedelta

import pytest

from community.models import State, Thread
from community.status import status

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "promised_at", "meaning", "then"),
    [
        (State.OPEN, None, "waiting", ""),
        (State.OPEN, NOW + HOUR, "waiting", "A person takes over by"),
        (State.OPEN, NOW - HOUR, "late", "A person was to take over by"),
        (State.WITH_PERSON, None, "person", ""),
        (State.WITH_PERSON, NOW + HOUR, "person", "They answer by"),
        (State.WITH_PERSON, NOW - HOUR, "late", "They were to answer by"),
        (State.SOLVED, None, "solved", ""),
    ],
)
def test_a_promise_that_was_not_kept_is_not_said_as_if_it_still_ran(state, promised_at, meaning, then):
    said = status(Thread(state=state, promised_at=promised_at), NOW)
    assert said.meaning == meaning
    assert str(said.then).startswith(then) and bool(said.then) == bool(then)
