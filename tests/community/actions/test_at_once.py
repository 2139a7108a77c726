"""What two people do at the same moment, on a database where transactions really commit."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group

from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.feedback import set_helpful, set_me_too
from community.models import Acceptance, Post, Product, Standing, State, Thread
from tests.together import at_once

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def person(name):
    user = User.objects.create_user(f"{name}@example.org", "x", email_verified_at=NOW)
    user.groups.add(Group.objects.get_or_create(name=Job.CUSTOMER.value)[0])
    Member.objects.create(user=user, name=name, created_at=NOW)
    return Viewer.of(User.objects.get_queryset().with_viewer().get(pk=user.pk))


@pytest.fixture
def scene(own_database):
    product = Product.objects.create(slug="plan", names={"en": "Plan"}, path="/1/")
    people = [person(name) for name in ("asker", "one", "two")]
    thread = ask(by=people[0], title="No data", details="x", product=product, topic=None, lang="en", now=NOW)
    return thread, people, product


def test_two_acceptances_leave_one(scene):
    thread, (asker, *helpers), _product = scene
    posts = [answer(thread=thread, by=by, body="Try this", now=NOW) for by in helpers]
    assert at_once(*(lambda post=post: accept(answer=post, by=asker, now=NOW) for post in posts)) == []
    assert Acceptance.objects.filter(thread=thread, revoked_at=None).count() == 1
    assert Acceptance.objects.filter(thread=thread).count() == 2
    assert sum(Standing.objects.values_list("accepted", flat=True)) == 1
    assert Thread.objects.get(pk=thread.pk).state == State.SOLVED


def test_a_form_sent_twice_at_once_makes_one_thread_and_one_answer(scene):
    thread, (asker, helper, _other), product = scene
    asked = {"by": asker, "title": "Once", "details": "x", "product": product, "topic": None, "lang": "en", "now": NOW}
    assert at_once(*(lambda: ask(**asked, token="a") for _ in range(3))) == []
    assert at_once(*(lambda: answer(thread=thread, by=helper, body="Once", now=NOW, token="b") for _ in range(3))) == []
    assert Thread.objects.filter(title="Once").count() == 1 and Post.objects.filter(body="Once").count() == 1
    assert Standing.objects.get(member=helper.member).answers == 1


def test_counters_lose_nobody(scene):
    thread, (_asker, *helpers), _product = scene
    post = answer(thread=thread, by=helpers[0], body="Try this", now=NOW)
    people = [person(f"reader{number}") for number in range(4)]
    calls = [lambda by=by: set_me_too(thread=thread, by=by, on=True, now=NOW) for by in people]
    calls += [lambda by=by: set_helpful(post=post, by=by, on=True, now=NOW) for by in people]
    assert at_once(*calls) == []
    assert Thread.objects.get(pk=thread.pk).me_too_count == 4
    assert Post.objects.get(pk=post.pk).helpful_count == 4
    assert Standing.objects.get(member=helpers[0].member).helpful == 4
