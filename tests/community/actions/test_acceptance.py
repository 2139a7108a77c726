"""One accepted answer, and its way back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.actions.removal import remove_post, restore_post
from community.actions.steering import lock
from community.models import Acceptance, Standing, State, Visibility
from core.errors import Refused
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def test_accepting_solves_counts_and_tells(thread, answered, customer, helper, now, names):
    names()
    later = now + timedelta(hours=1)
    acceptance = accept(answer=answered, by=customer, now=later)
    thread.refresh_from_db()
    assert (thread.state, thread.solved_at, thread.closed_at) == (State.SOLVED, later, later)
    assert acceptance.accepted_by == customer.member and helper.member.standing.accepted == 1
    assert Notification.objects.get(kind="answer_accepted").member == helper.member
    assert names() == ["answer_accepted", "thread_settled"]
    assert accept(answer=answered, by=customer, now=later) == acceptance
    assert names() == []


def test_another_acceptance_replaces_the_first(thread, answered, customer, helper, agent, now, heard):
    second = answer(thread=thread, by=agent, body="Or this", now=now)
    first = accept(answer=answered, by=customer, now=now)
    heard.clear()
    accept(answer=second, by=customer, now=now)
    assert [name for name, _ in heard] == ["acceptance_revoked", "answer_accepted"]
    assert heard[0][1]["acceptance"] == first and heard[0][1]["acceptance"].revoked_at == now
    assert Acceptance.objects.get(thread=thread, revoked_at=None).post == second
    assert Standing.objects.get(member=helper.member).accepted == 0
    assert Standing.objects.get(member=agent.member).accepted == 1


def test_the_constraint_holds_one_acceptance(thread, answered, customer, agent, now):
    second = answer(thread=thread, by=agent, body="Or this", now=now)
    accept(answer=answered, by=customer, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.create(thread=thread, post=second, accepted_at=now)


def test_an_asker_may_accept_their_own_answer(thread, customer, now):
    own = answer(thread=thread, by=customer, body="Solved it myself.", now=now)
    accept(answer=own, by=customer, now=now)
    thread.refresh_from_db()
    assert thread.state == State.SOLVED and not Notification.objects.filter(kind="answer_accepted").exists()
    revoke(thread=thread, by=customer, now=now)
    thread.refresh_from_db()
    assert thread.state == State.OPEN and thread.closed_at is None


def test_what_cannot_be_accepted(thread, answered, customer, helper, agent, moderator, now):
    private = answer(thread=thread, by=agent, body="For you", now=now, visibility=Visibility.ASKER)
    cases = [(thread.posts.get(is_opening=True), customer, "opening"), (answered, helper, "not_yours"),
             (private, customer, "hidden"), (answered, agent, "not_yours")]  # fmt: skip
    for post, by, code in cases:
        with pytest.raises(Refused, match=code):
            accept(answer=post, by=by, now=now)
    remove_post(post=answered, by=helper, reason="", now=now)
    with pytest.raises(Refused, match="removed"):
        accept(answer=answered, by=customer, now=now)


def test_in_a_locked_thread_only_a_moderator_accepts(thread, answered, customer, moderator, now):
    lock(thread=thread, by=moderator, reason="Quarrel", now=now)
    with pytest.raises(Refused, match="locked"):
        accept(answer=answered, by=customer, now=now)
    accept(answer=answered, by=moderator, now=now)
    with pytest.raises(Refused, match="locked"):
        revoke(thread=thread, by=customer, now=now)
    revoke(thread=thread, by=moderator, now=now)


def test_removing_the_accepted_answer_revokes_first_and_restoring_does_not_accept(
    thread, answered, customer, helper, moderator, now, names
):
    accept(answer=answered, by=customer, now=now)
    names()
    with pytest.raises(Refused, match="accepted"):
        remove_post(post=answered, by=helper, reason="", now=now)
    remove_post(post=answered, by=moderator, reason="Dangerous advice", now=now)
    assert names() == ["acceptance_revoked", "thread_reopened", "post_removed"]
    thread.refresh_from_db()
    assert (thread.state, thread.answer_count, thread.solved_at) == (State.OPEN, 0, None)
    assert Standing.objects.get(member=helper.member).accepted == 0
    restore_post(post=answered, by=moderator, reason="It was right", now=now)
    thread.refresh_from_db()
    assert (thread.state, thread.answer_count) == (State.ANSWERED, 1)
    assert names() == ["post_restored"] and not Acceptance.objects.filter(revoked_at=None).exists()


def test_a_receiver_that_fails_takes_the_acceptance_back(thread, answered, customer, now):
    from community.signals import answer_accepted

    def fail(**_arguments):
        raise ValueError("no ledger")

    answer_accepted.connect(fail, weak=False)
    try:
        with pytest.raises(ValueError, match="no ledger"):
            accept(answer=answered, by=customer, now=now)
    finally:
        answer_accepted.disconnect(fail)
    thread.refresh_from_db()
    assert thread.state == State.ANSWERED and not Acceptance.objects.exists()


def test_accepting_costs_the_same_whatever_the_thread(thread, answered, customer, now, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        accept(answer=answered, by=customer, now=now)
