"""Asking, answering and commenting."""

from datetime import timedelta

import pytest

from accounts.models import Member
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.drafts import keep
from community.actions.feedback import set_follow
from community.actions.products import make_product, make_topic, retire
from community.actions.steering import lock
from community.models import Comment, Draft, Follow, Post, State, Thread, Visibility
from core.errors import Invalid, Refused
from core.tasks import run_waiting
from events.models import Event
from notifications.models import Notification
from search.models import Change

pytestmark = pytest.mark.django_db


def told(kind):
    return sorted(Notification.objects.filter(kind=kind).values_list("member__name", flat=True))


def test_a_question_is_kept_counted_followed_recorded_and_told(customer, product, topic, now, names):
    keep(by=customer, key="ask", data={"title": "No data"}, now=now)
    thread = ask(
        by=customer, title="  No \x00 data  ", details="In **Spain**.\r\n", product=product, topic=topic, lang="fr",
        now=now,
    )  # fmt: skip
    opening = thread.posts.get()
    assert (thread.title, opening.body, opening.html) == (
        "No data",
        "In **Spain**.",
        "<p>In <strong>Spain</strong>.</p>",
    )
    assert opening.is_opening and thread.state == State.OPEN and thread.last_activity_at == now
    assert Follow.objects.filter(thread=thread, member=customer.member).exists() and not Draft.objects.exists()
    assert customer.member.standing.threads == 1
    assert Event.objects.get(verb="thread.asked").object_id == thread.pk
    assert Change.objects.filter(kind="thread", object_id=thread.pk).exists()
    assert names() == ["thread_asked"]


def test_all_that_is_wrong_with_a_question_is_said_at_once(customer, product, now):
    other = make_product(slug="fibre", names={"en": "Fibre"}, now=now)
    topic = make_topic(product=other, slug="box", names={"en": "Box"}, now=now)
    with pytest.raises(Invalid) as wrong:
        ask(by=customer, title="x" * 161, details=" ", product=product, topic=topic, lang="§", now=now)
    assert set(wrong.value.errors) == {"title", "details", "topic", "lang"}
    retire(product=other, now=now)
    for gone in (other, None, type(product)(pk=999)):
        with pytest.raises(Invalid) as wrong:
            ask(by=customer, title="Title", details="Words", product=gone, topic=None, lang="en", now=now)
        assert set(wrong.value.errors) == {"product"}
    assert not Thread.objects.exists()


def test_a_form_sent_twice_makes_one_row(customer, helper, product, now, names):
    asked = [
        ask(by=customer, title="No data", details="x", product=product, topic=None, lang="en", now=now, token="a")
        for _ in range(2)
    ]
    posts = [answer(thread=asked[0], by=helper, body="Try this", now=now, token="a") for _ in range(2)]
    comments = [comment(post=posts[0], by=customer, text="Thanks", now=now, token="a") for _ in range(2)]
    assert asked[0] == asked[1] and posts[0] == posts[1] and comments[0] == comments[1]
    assert (Thread.objects.count(), Post.objects.count(), Comment.objects.count()) == (1, 2, 1)
    assert names() == ["thread_asked", "answer_posted"]
    assert helper.member.standing.answers == 1


def test_an_answer_waits_for_the_asker_and_tells_those_who_follow(
    thread, customer, helper, agent, make_viewer, now, names
):
    follower = make_viewer("Fatou")
    for one in (follower, helper):
        set_follow(thread=thread, by=one, on=True, now=now)
    names()
    later = now + timedelta(hours=1)
    post = answer(thread=thread, by=helper, body="Turn on roaming.", now=later)
    thread.refresh_from_db()
    assert (thread.state, thread.answer_count, thread.first_answer_at, thread.last_activity_at) == (
        State.ANSWERED, 1, later, later,
    )  # fmt: skip
    assert told("answer_posted") == ["Camille Roy"]
    run_waiting(later)
    assert told("answer_posted") == ["Camille Roy", "Fatou"]
    assert Notification.objects.filter(path=f"community/t/{thread.pk}-no-data-abroad/#post-{post.pk}").count() == 2
    assert names() == ["answer_posted"]
    answer(thread=thread, by=agent, body="We looked too.", now=later, as_staff=True)
    thread.refresh_from_db()
    assert thread.state == State.ANSWERED and thread.answer_count == 2


def test_the_askers_own_answer_leaves_the_question_open(thread, customer, now, names):
    names()
    answer(thread=thread, by=customer, body="I tried again.", now=now)
    thread.refresh_from_db()
    assert (thread.state, thread.answer_count, thread.last_answer_at) == (State.OPEN, 1, None)
    assert names() == [] and told("answer_posted") == []


def test_a_private_answer_is_for_the_asker_and_staff(thread, customer, helper, agent, now):
    with pytest.raises(Refused) as refused:
        answer(thread=thread, by=helper, body="x", now=now, visibility=Visibility.ASKER)
    assert refused.value.code == "staff_only"
    set_follow(thread=thread, by=helper, on=True, now=now)
    post = answer(thread=thread, by=agent, body="Your number.", now=now, as_staff=True, visibility=Visibility.ASKER)
    remark = comment(post=post, by=customer, text="Thank you", now=now)
    run_waiting(now)
    thread.refresh_from_db()
    assert (thread.state, thread.answer_count) == (State.ANSWERED, 0)
    assert told("answer_posted") == ["Camille Roy"]
    for viewer, sees in ((customer, True), (agent, True), (helper, False)):
        assert Post.objects.visible_to(viewer).filter(pk=post.pk).exists() is sees
        assert Comment.objects.visible_to(viewer).filter(pk=remark.pk).exists() is sees
    with pytest.raises(Refused):
        comment(post=post, by=helper, text="What?", now=now)


def test_only_agents_answer_as_staff(thread, helper, moderator, agent, now):
    for by in (helper, moderator):
        with pytest.raises(Refused, match="staff_only"):
            answer(thread=thread, by=by, body="x", now=now, as_staff=True)
    assert answer(thread=thread, by=agent, body="x", now=now, as_staff=True).as_staff


def test_who_was_suspended_since_the_page_was_made_is_refused(thread, helper, now):
    Member.objects.filter(pk=helper.member_id).update(
        suspended_until=now + timedelta(days=1), suspended_reason="Adverts"
    )
    with pytest.raises(Refused, match="suspended"):
        answer(thread=thread, by=helper, body="x", now=now)


def test_a_thread_locked_since_the_page_was_made_is_refused(thread, answered, helper, moderator, agent, now):
    lock(thread=thread, by=moderator, reason="Settled elsewhere", now=now)
    with pytest.raises(Refused, match="locked"):
        answer(thread=thread, by=helper, body="x", now=now)
    with pytest.raises(Refused, match="locked"):
        comment(post=answered, by=helper, text="x", now=now)
    answer(thread=thread, by=agent, body="x", now=now)


def test_an_empty_or_endless_text_is_refused_in_words(thread, helper, now):
    for text in ("", " \x00\u200b ", "x" * 60_001):
        with pytest.raises(Invalid) as wrong:
            answer(thread=thread, by=helper, body=text, now=now)
        assert str(wrong.value.errors["body"])


def test_a_comment_is_counted_and_its_posts_author_told(thread, answered, customer, helper, now):
    comment(post=answered, by=customer, text="Which menu?", now=now)
    comment(post=answered, by=helper, text="Settings.", now=now)
    answered.refresh_from_db()
    assert answered.comment_count == 2 and told("comment_posted") == ["Nadia Benali"]


def test_every_visible_change_raises_the_version(thread, answered, customer, now):
    before = Thread.objects.get(pk=thread.pk).version
    comment(post=answered, by=customer, text="Which menu?", now=now)
    assert Thread.objects.get(pk=thread.pk).version == before + 1


def test_writing_costs_the_same_in_a_long_thread(thread, helper, customer, now, django_assert_max_num_queries):
    for number in range(5):
        answer(thread=thread, by=helper, body=f"Answer {number}", now=now)
    with django_assert_max_num_queries(32):
        post = answer(thread=thread, by=helper, body="One more", now=now)
    with django_assert_max_num_queries(20):
        comment(post=post, by=customer, text="Thanks", now=now)
