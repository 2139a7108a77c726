"""An idea: what it never becomes, and how the team adopts it and takes that back."""

from datetime import timedelta

import pytest
from django.db import transaction

from care.actions import cases
from care.actions.sweep import sweep
from care.models import Case
from community.actions.acceptance import accept
from community.actions.adopting import adopt, revoke_adoption
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.feedback import say_not_solved, set_me_too
from community.actions.lifecycle import close_silent, hand_to_person
from community.actions.reconciling import reconcile
from community.actions.removal import remove_post, restore_post
from community.actions.steering import escalate, lock, mark_duplicate, move, unmark_duplicate
from community.models import Adoption, Deflection, Post, State, Thread
from community.signals import idea_adopted
from core.errors import Invalid, Refused
from events.models import Event
from notifications.models import Notification

pytestmark = pytest.mark.django_db
LATER = timedelta(days=40)


@pytest.fixture
def make_idea(customer, product, now):
    def make(title="Pause my plan", *, by=None, **given):
        return ask(
            by=by or customer, title=title, details="For a month.", product=product, topic=None, lang="en", now=now,
            kind=Thread.Kind.IDEA, **given,
        )  # fmt: skip

    return make


@pytest.fixture
def idea(make_idea):
    return make_idea()


def opening(thread) -> Post:
    return Post.objects.select_related("thread").get(thread=thread, is_opening=True)


def state(thread) -> str:
    thread.refresh_from_db()
    return thread.state


# -- what an idea never becomes ---------------------------------------------------------------------


def test_an_idea_is_promised_nobody_and_comes_to_no_desk_however_long_it_waits(idea, helper, now):
    assert (idea.kind, state(idea), idea.promised_at) == ("idea", State.IDEA, None)
    answer(thread=idea, by=helper, body="Yes please.", now=now)
    sweep(now=now + LATER)
    assert close_silent(now=now + LATER) == 0
    assert state(idea) == State.IDEA and not Case.objects.exists()
    assert (idea.answer_count, idea.closed_at) == (1, None)


def test_nobody_hands_an_idea_to_a_person(idea, agent, moderator, now):
    with pytest.raises(Refused, match="idea"):
        escalate(thread=idea, by=moderator, reason="Now", now=now)
    with pytest.raises(Refused, match="idea"):
        hand_to_person(thread=idea, by=agent, reason="Now", now=now)
    with pytest.raises(Refused, match="idea"), transaction.atomic():
        cases.open_case(thread=idea, reason=Case.Reason.ESCALATED, by=agent, now=now)
    assert state(idea) == State.IDEA and not Case.objects.exists()


def test_an_idea_has_no_accepted_answer_and_none_that_did_not_solve_it(idea, helper, customer, moderator, now):
    reply = answer(thread=idea, by=helper, body="Yes please.", now=now)
    for by in (customer, moderator):
        with pytest.raises(Refused, match="idea") as refused:
            accept(answer=reply, by=by, now=now)
        assert "no accepted answer" in str(refused.value.reason)
    with pytest.raises(Refused, match="idea"):
        say_not_solved(thread=idea, by=customer, now=now)
    assert state(idea) == State.IDEA and idea.not_solved_count == 0


def test_its_author_is_told_of_a_reply_and_asked_nothing(idea, helper, customer, now):
    answer(thread=idea, by=helper, body="Yes please.", now=now)
    told = Notification.objects.get(member=customer.member, kind="answer_posted")
    assert told.data["idea"] is True


def test_others_want_it_too(idea, helper, customer, now):
    set_me_too(thread=idea, by=helper, on=True, now=now)
    idea.refresh_from_db()
    assert idea.me_toos == 1 and not reconcile(now=now)
    with pytest.raises(Refused, match="own") as refused:
        set_me_too(thread=idea, by=customer, on=True, now=now)
    assert "idea" in str(refused.value.reason)


def test_only_a_question_or_an_idea_is_posted_and_the_same_form_makes_one_of_each(make_idea, customer, product, now):
    first = make_idea(token="one-form")
    assert make_idea(token="one-form") == first
    question = ask(
        by=customer, title="Pause my plan", details="For a month.", product=product, topic=None, lang="en", now=now,
        token="one-form",
    )  # fmt: skip
    assert question != first and question.kind == Thread.Kind.QUESTION
    with pytest.raises(Invalid) as invalid:
        ask(
            by=customer, title="Talk", details="About it.", product=product, topic=None, lang="en", now=now,
            kind="discussion",
        )  # fmt: skip
    assert set(invalid.value.errors) == {"kind"}


def test_what_was_suggested_before_an_idea_spared_no_question(make_idea, thread):
    make_idea(shown=[f"thread:{thread.pk}"])
    assert not Deflection.objects.exists()


def test_an_idea_moves_and_leads_to_an_idea_alone(make_idea, idea, thread, topic, moderator, now):
    move(thread=idea, by=moderator, product=topic.product, topic=topic, reason="There", now=now)
    assert (state(idea), idea.topic) == (State.IDEA, topic)
    first = make_idea("Pause a plan")
    for one, other in ((idea, thread), (thread, idea)):
        with pytest.raises(Invalid):
            mark_duplicate(thread=one, of=other, by=moderator, reason="The same", now=now)
    mark_duplicate(thread=idea, of=first, by=moderator, reason="The same", now=now)
    assert state(idea) == State.DUPLICATE
    unmark_duplicate(thread=idea, by=moderator, reason="Not quite", now=now)
    assert state(idea) == State.IDEA


# -- adopting ---------------------------------------------------------------------------------------


def test_adopting_settles_tells_and_shows_the_words_once(idea, agent, customer, now, names):
    names()
    adoption = adopt(thread=idea, by=agent, words="  In spring.  ", now=now)
    assert (state(idea), idea.closed_at, adoption.words) == (State.ADOPTED, now, "In spring.")
    assert names() == ["idea_adopted", "thread_settled"]
    told = Notification.objects.get(kind="idea_adopted")
    assert (told.member, told.data["words"]) == (customer.member, "In spring.")
    assert Event.objects.get(verb="thread.adopted").actor == agent.member
    assert adopt(thread=idea, by=agent, now=now) == adoption and names() == []
    answer(thread=idea, by=customer, body="Thank you.", now=now)
    assert state(idea) == State.ADOPTED


def test_taking_it_back_says_why_and_it_can_be_adopted_again(idea, operator, customer, now, names):
    first = adopt(thread=idea, by=operator, now=now)
    names()
    revoke_adoption(thread=idea, by=operator, reason="The supplier cannot.", now=now + LATER)
    assert (state(idea), idea.closed_at) == (State.IDEA, None)
    assert names() == ["idea_adoption_revoked", "thread_reopened"]
    first.refresh_from_db()
    assert (first.revoked_by, first.revoked_reason) == (operator.member, "The supplier cannot.")
    assert Notification.objects.get(kind="adoption_revoked").data["reason"] == "The supplier cannot."
    assert Event.objects.get(verb="thread.unadopted").reason == "The supplier cannot."
    revoke_adoption(thread=idea, by=operator, reason="Again", now=now + LATER)
    assert names() == []
    assert adopt(thread=idea, by=operator, now=now + LATER) != first
    assert Adoption.objects.filter(thread=idea).count() == 2


def test_taking_it_back_needs_a_reason(idea, agent, now):
    adopt(thread=idea, by=agent, now=now)
    with pytest.raises(Invalid):
        revoke_adoption(thread=idea, by=agent, reason=" ", now=now)
    assert state(idea) == State.ADOPTED


def test_what_cannot_be_adopted(make_idea, idea, thread, agent, customer, moderator, helper, now):
    for by in (customer, helper, moderator):
        with pytest.raises(Refused, match="staff_only"):
            adopt(thread=idea, by=by, now=now)
    with pytest.raises(Refused, match="not_idea"):
        adopt(thread=thread, by=agent, now=now)
    mark_duplicate(thread=idea, of=make_idea("First"), by=moderator, reason="The same", now=now)
    with pytest.raises(Refused, match="duplicate"):
        adopt(thread=idea, by=agent, now=now)
    gone = make_idea("Gone")
    remove_post(post=opening(gone), by=moderator, reason="Advertising", now=now)
    with pytest.raises(Refused, match="removed"):
        adopt(thread=gone, by=agent, now=now)
    left = make_idea("Left", by=helper)
    type(helper.member).objects.filter(pk=helper.member_id).update(erased_at=now)
    with pytest.raises(Refused, match="erased"):
        adopt(thread=left, by=agent, now=now)
    assert not Adoption.objects.exists()


def test_a_locked_idea_is_adopted_all_the_same(idea, agent, moderator, now):
    lock(thread=idea, by=moderator, reason="Quarrel", now=now)
    adopt(thread=idea, by=agent, now=now)
    assert state(idea) == State.ADOPTED


def test_removing_an_adopted_idea_takes_the_adoption_away_and_restoring_brings_it_back(
    idea, agent, customer, moderator, now, heard
):
    adoption = adopt(thread=idea, by=agent, now=now)
    with pytest.raises(Refused, match="adopted"):
        remove_post(post=opening(idea), by=customer, reason="", now=now)
    heard.clear()
    remove_post(post=opening(idea), by=moderator, reason="Copied", now=now)
    assert [name for name, _ in heard] == ["idea_adoption_revoked", "post_removed"]
    assert heard[0][1]["adoption"] == adoption and heard[0][1]["reason"] == "Copied"
    with pytest.raises(Refused, match="removed"):
        revoke_adoption(thread=idea, by=agent, reason="Gone", now=now)
    heard.clear()
    restore_post(post=opening(idea), by=moderator, reason="It was theirs", now=now)
    assert [name for name, _ in heard] == ["idea_adopted", "post_restored"]
    assert state(idea) == State.ADOPTED


def test_a_reply_that_is_removed_leaves_the_adoption_alone(idea, agent, helper, moderator, now, names):
    reply = answer(thread=idea, by=helper, body="No.", now=now)
    adopt(thread=idea, by=agent, now=now)
    names()
    remove_post(post=reply, by=moderator, reason="Rude", now=now)
    assert names() == ["post_removed"] and state(idea) == State.ADOPTED


def test_an_adopted_idea_is_no_duplicate(make_idea, idea, agent, moderator, now):
    adopt(thread=idea, by=agent, now=now)
    with pytest.raises(Refused, match="adopted"):
        mark_duplicate(thread=idea, of=make_idea("First"), by=moderator, reason="The same", now=now)


def test_staff_adopt_their_own_idea_and_nobody_is_told(make_idea, agent, now):
    own = make_idea("Ours", by=agent)
    adopt(thread=own, by=agent, now=now)
    assert state(own) == State.ADOPTED and not Notification.objects.filter(kind="idea_adopted").exists()


def test_a_receiver_that_fails_takes_the_adoption_back(idea, agent, now):
    def fail(**_arguments):
        raise ValueError("no ledger")

    idea_adopted.connect(fail, weak=False)
    try:
        with pytest.raises(ValueError, match="no ledger"):
            adopt(thread=idea, by=agent, now=now)
    finally:
        idea_adopted.disconnect(fail)
    assert state(idea) == State.IDEA and not Adoption.objects.exists()
