"""The thread's state on plain values alone."""

from datetime import UTC, datetime, timedelta

import pytest

from community.models import State
from community.states import NOT_SOLVED_ENOUGH, Facts, counts_as_not_solved, is_settled, is_silent, state_of

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Facts(), State.OPEN),
        (Facts(answered=True), State.ANSWERED),
        (Facts(answered=True, closed=True), State.UNCONFIRMED),
        (Facts(closed=True), State.OPEN),  # its answers are gone: nobody has answered
        (Facts(answered=True, with_person=True), State.WITH_PERSON),
        (Facts(with_person=True), State.WITH_PERSON),
        (Facts(answered=True, with_person=True, accepted=True), State.SOLVED),
        (Facts(answered=True, accepted=True, closed=True), State.SOLVED),
        (Facts(answered=True, accepted=True, duplicate=True), State.DUPLICATE),
        (Facts(idea=True), State.IDEA),
        (Facts(idea=True, answered=True, closed=True), State.IDEA),  # replies change nothing, nor does silence
        (Facts(idea=True, answered=True, adopted=True), State.ADOPTED),
        (Facts(idea=True, duplicate=True), State.DUPLICATE),
    ],
)
def test_facts_mean_one_state(facts, state):
    assert state_of(facts) == state


@pytest.mark.parametrize("state", list(State))
def test_settled_states_and_removed_threads_need_nobody(state):
    settled = {State.SOLVED, State.UNCONFIRMED, State.DUPLICATE, State.ADOPTED}
    assert is_settled(state, removed=False) == (state in settled)
    assert is_settled(state, removed=True)


def test_the_asker_counts_alone_and_others_once_together():
    assert counts_as_not_solved(is_asker=True, before=0, after=0)
    heard = [counts_as_not_solved(is_asker=False, before=n, after=n + 1) for n in range(NOT_SOLVED_ENOUGH + 2)]
    assert heard.count(True) == 1 and heard[NOT_SOLVED_ENOUGH - 1]


def test_silence_counts_from_the_last_answer_or_the_askers_last_word():
    ago = [NOW - timedelta(days=n) for n in range(30)]
    assert is_silent(last_answer_at=ago[14], asker_last_wrote_at=ago[20], now=NOW, days=14)
    assert not is_silent(last_answer_at=ago[13], asker_last_wrote_at=None, now=NOW, days=14)
    assert not is_silent(last_answer_at=ago[20], asker_last_wrote_at=ago[3], now=NOW, days=14)
    assert not is_silent(last_answer_at=None, asker_last_wrote_at=None, now=NOW, days=14)
