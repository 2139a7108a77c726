"""What readers press, what moderators steer, and what the clock does."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.feedback import say_not_solved, set_follow, set_helpful, set_me_too
from community.actions.lifecycle import (
    close_unconfirmed,
    hand_back,
    hand_to_person,
    link_article,
    set_promise,
    unlink_article,
)
from community.actions.products import make_product
from community.actions.steering import escalate, lock, mark_duplicate, move, unlock, unmark_duplicate
from community.models import Follow, MeToo, Post, State, Thread
from community.states import NOT_SOLVED_ENOUGH
from core.errors import Invalid, Refused
from events.models import Event

pytestmark = pytest.mark.django_db

SILENT = timedelta(days=14)


@pytest.fixture
def another(helper, product, now):
    return ask(by=helper, title="Also no data", details="x", product=product, topic=None, lang="en", now=now)


def test_a_press_counts_once_and_can_be_taken_back(thread, answered, customer, helper, agent, now):
    for by in (customer, agent, customer):
        set_helpful(post=answered, by=by, on=True, now=now)
    set_helpful(post=answered, by=agent, on=False, now=now)
    set_helpful(post=answered, by=agent, on=False, now=now)
    for on in (True, True):
        set_me_too(thread=thread, by=helper, on=on, now=now)
    answered.refresh_from_db()
    thread.refresh_from_db()
    assert (answered.helpful_count, thread.me_too_count, helper.member.standing.helpful) == (1, 1, 1)
    set_me_too(thread=thread, by=helper, on=False, now=now)
    set_follow(thread=thread, by=customer, on=False, now=now)
    thread.refresh_from_db()
    assert thread.me_too_count == 0 and not MeToo.objects.exists() and not Follow.objects.exists()
    assert Event.objects.filter(verb="helpful.off").count() == 1
    with pytest.raises(Refused, match="own"):
        set_helpful(post=answered, by=helper, on=True, now=now)
    with pytest.raises(Refused, match="opening"):
        set_helpful(post=thread.posts.get(is_opening=True), by=helper, on=True, now=now)
    with pytest.raises(Refused, match="own"):
        set_me_too(thread=thread, by=customer, on=True, now=now)


def test_the_asker_says_not_solved_of_each_set_of_answers(thread, customer, helper, now, names):
    with pytest.raises(Refused, match="open"):
        say_not_solved(thread=thread, by=customer, now=now)
    answer(thread=thread, by=helper, body="Try this", now=now)
    names()
    say_not_solved(thread=thread, by=customer, now=now + timedelta(hours=1))
    say_not_solved(thread=thread, by=customer, now=now + timedelta(hours=2))
    assert names() == ["not_solved"]
    answer(thread=thread, by=helper, body="Then that", now=now + timedelta(hours=3))
    thread.refresh_from_db()
    assert thread.not_solved_count == 0
    names()
    say_not_solved(thread=thread, by=customer, now=now + timedelta(hours=4))
    thread.refresh_from_db()
    assert names() == ["not_solved"] and thread.not_solved_count == 1


def test_enough_others_say_it_once(thread, answered, make_viewer, now, names):
    names()
    people = [make_viewer(f"Person {number}") for number in range(NOT_SOLVED_ENOUGH + 1)]
    with pytest.raises(Refused, match="me_too_first"):
        say_not_solved(thread=thread, by=people[0], now=now)
    heard = []
    for one in people:
        set_me_too(thread=thread, by=one, on=True, now=now)
        say_not_solved(thread=thread, by=one, now=now + timedelta(hours=1))
        heard.append(names())
    assert heard == [[]] * (NOT_SOLVED_ENOUGH - 1) + [["not_solved"], []]


def test_a_silent_asker_closes_the_thread_unconfirmed(thread, answered, customer, helper, now, names):
    names()
    assert not close_unconfirmed(thread=thread, now=now + SILENT - timedelta(minutes=1))
    out = StringIO()
    call_command("community", "sweep", "--now", (now + SILENT).isoformat(), stdout=out)
    assert "closed unconfirmed: 1" in out.getvalue()
    thread.refresh_from_db()
    assert (thread.state, thread.closed_at) == (State.UNCONFIRMED, now + SILENT)
    assert names() == ["thread_settled"]
    say_not_solved(thread=thread, by=customer, now=now + 2 * SILENT)
    thread.refresh_from_db()
    assert thread.state == State.ANSWERED and names() == ["thread_reopened", "not_solved"]


def test_a_thread_is_not_closed_while_the_asker_writes_or_a_promise_runs(thread, answered, customer, now):
    comment(post=answered, by=customer, text="Not yet", now=now + timedelta(days=10))
    assert not close_unconfirmed(thread=thread, now=now + SILENT)
    later = now + timedelta(days=30)
    set_promise(thread=thread, starts=later, at=later + timedelta(days=1), now=later)
    assert not close_unconfirmed(thread=thread, now=later)
    set_promise(thread=thread, starts=None, at=None, now=later)
    assert close_unconfirmed(thread=thread, now=later)


def test_a_new_answer_reopens_what_was_closed_unconfirmed(thread, answered, agent, now, names):
    close_unconfirmed(thread=thread, now=now + SILENT)
    names()
    answer(thread=thread, by=agent, body="News", now=now + 2 * SILENT)
    thread.refresh_from_db()
    assert thread.state == State.ANSWERED and names() == ["thread_reopened", "answer_posted"]


def test_a_person_keeps_a_thread_until_it_is_solved_or_given_back(thread, answered, customer, helper, agent, now):
    with pytest.raises(Refused, match="staff_only"):
        hand_to_person(thread=thread, by=helper, reason="", now=now)
    hand_to_person(thread=thread, by=Viewer.system(), reason="The promise is due", now=now)
    assert thread.state == State.WITH_PERSON
    answer(thread=thread, by=agent, body="We look into it", now=now, as_staff=True)
    thread.refresh_from_db()
    assert thread.state == State.WITH_PERSON
    hand_back(thread=thread, by=agent, reason="Nothing more to do", now=now)
    assert thread.state == State.ANSWERED
    accept(answer=answered, by=customer, now=now)
    with pytest.raises(Refused, match="settled"):
        hand_to_person(thread=thread, by=agent, reason="", now=now)


def test_an_article_is_linked_and_unlinked(thread, now):
    link_article(thread=thread, path="/en/help/data/", title="Data abroad", now=now)
    assert Thread.objects.get().article_title == thread.article_title == "Data abroad"
    unlink_article(thread=thread, now=now)
    assert Thread.objects.get().article_path == thread.article_path == ""


def test_moderators_lock_unlock_and_move(thread, moderator, helper, product, topic, now, names):
    names()
    with pytest.raises(Refused, match="moderators_only"):
        lock(thread=thread, by=helper, reason="x", now=now)
    assert lock(thread=thread, by=moderator, reason="Quarrel", now=now).locked_at == now
    assert unlock(thread=thread, by=moderator, reason="Over", now=now).locked_at is None
    fibre = make_product(slug="fibre", names={"en": "Fibre"}, now=now)
    with pytest.raises(Invalid) as wrong:
        move(thread=thread, by=moderator, product=fibre, topic=topic, reason="Belongs there", now=now)
    assert set(wrong.value.errors) == {"topic"}
    move(thread=thread, by=moderator, product=product, topic=topic, reason="Has a topic", now=now)
    assert names() == []
    move(thread=thread, by=moderator, product=fibre, topic=None, reason="Belongs there", now=now)
    thread.refresh_from_db()
    assert thread.product == fibre and thread.topic is None and names() == ["thread_moved"]


def test_duplicates_make_no_chain_and_no_circle(thread, another, moderator, customer, product, now, names):
    third = ask(by=customer, title="Third", details="x", product=product, topic=None, lang="en", now=now)
    names()
    with pytest.raises(Invalid):
        mark_duplicate(thread=thread, of=thread, by=moderator, reason="x", now=now)
    mark_duplicate(thread=another, of=thread, by=moderator, reason="The same", now=now)
    assert names() == ["thread_settled"]
    with pytest.raises(Invalid):
        mark_duplicate(thread=thread, of=another, by=moderator, reason="x", now=now)
    mark_duplicate(thread=thread, of=third, by=moderator, reason="Older", now=now)
    another.refresh_from_db()
    thread.refresh_from_db()
    assert another.duplicate_of == third and thread.state == State.DUPLICATE
    with pytest.raises(Refused, match="duplicate"):
        answer(thread=thread, by=customer, body="x", now=now)
    names()
    unmark_duplicate(thread=thread, by=moderator, reason="Another problem", now=now)
    thread.refresh_from_db()
    assert thread.state == State.OPEN and names() == ["thread_reopened"]


def test_escalating_tells_once_and_not_for_closed_threads(thread, answered, customer, moderator, now, names):
    names()
    with pytest.raises(Invalid):
        escalate(thread=thread, by=moderator, reason="", now=now)
    escalate(thread=thread, by=moderator, reason="Urgent", now=now)
    assert names()[0] == "thread_escalated"
    Thread.objects.update(state=State.ANSWERED)
    accept(answer=answered, by=customer, now=now)
    with pytest.raises(Refused, match="settled"):
        escalate(thread=thread, by=moderator, reason="Urgent", now=now)


def test_reconcile_finds_and_mends_what_drifted(thread, answered, customer, helper, now):
    set_helpful(post=answered, by=customer, on=True, now=now)
    out = StringIO()
    call_command("community", "reconcile", stdout=out)
    assert out.getvalue() == "mended: 0\n"
    Thread.objects.update(answer_count=7, me_too_count=3, me_too_base=40)
    Post.objects.update(helpful_count=0, comment_count=2)
    helper.member.standing.answers = 9
    helper.member.standing.save()
    call_command("community", "reconcile", stdout=out)
    thread.refresh_from_db()
    answered.refresh_from_db()
    helper.member.standing.refresh_from_db()
    assert (thread.answer_count, thread.me_too_count, thread.me_too_base) == (1, 0, 40)
    assert (answered.helpful_count, answered.comment_count, helper.member.standing.answers) == (1, 0, 1)
    assert f"community.thread {thread.pk}: answer_count was 7, is 1" in out.getvalue()
    assert "mended: 6" in out.getvalue()
