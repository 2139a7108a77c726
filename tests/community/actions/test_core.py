"""Ask, answer, accept, as the main job goes."""

import pytest

from community.actions.acceptance import accept, revoke
from community.actions.commenting import comment
from community.actions.feedback import say_not_solved, set_follow, set_helpful, set_me_too
from community.models import State

pytestmark = pytest.mark.django_db


def test_the_main_job(thread, answered, customer, helper, agent, now, names):
    thread.refresh_from_db()
    assert thread.state == State.ANSWERED and thread.answer_count == 1
    accept(answer=answered, by=customer, now=now)
    thread.refresh_from_db()
    assert thread.state == State.SOLVED
    assert names() == ["answer_accepted", "thread_settled"]
    revoke(thread=thread, by=customer, now=now)
    assert names() == ["acceptance_revoked", "thread_reopened"]
    comment(post=answered, by=customer, text="Thanks", now=now)
    set_helpful(post=answered, by=customer, on=True, now=now)
    set_me_too(thread=thread, by=agent, on=True, now=now)
    set_follow(thread=thread, by=agent, on=True, now=now)
    say_not_solved(thread=thread, by=customer, now=now)
    assert names() == ["not_solved"]
