"""The page of a thread, as visitors, its asker and the team meet it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.editing import edit
from community.actions.removal import remove_post
from community.actions.steering import mark_duplicate
from community.models import Thread

pytestmark = pytest.mark.django_db


def test_a_thread_keeps_its_address_when_its_title_changes(client, thread, customer, now):
    old = thread.get_absolute_url()
    edit(post=thread.posts.get(), by=customer, body="Nothing loads.", title="A better title", now=now)
    thread.refresh_from_db()
    response = client.get(old)
    assert response.status_code == 301
    assert response["Location"] == f"/en/community/t/{thread.pk}-a-better-title/"
    assert client.get(f"/en/community/t/{thread.pk}/?after=3")["Location"].endswith("-a-better-title/?after=3")


@pytest.mark.parametrize("ref", ["999999-nothing", "none", "0-x", "9" * 30])
def test_a_wrong_number_is_a_page_that_is_not_there(client, db, ref):
    assert client.get(f"/en/community/t/{ref}/").status_code == 404


def test_a_thread_says_its_canonical_address_and_its_other_language(client, thread):
    thread.lang = "fr"
    thread.save(update_fields=["lang"])
    html = client.get(thread.get_absolute_url()).content.decode()
    assert (
        f'<link rel="canonical" href="http://127.0.0.1:8000/fr/community/t/{thread.pk}-no-data-since-i-moved/">' in html
    )
    assert 'hreflang="fr"' in html and '<h1 id="question" lang="fr">' in html


def test_the_structured_data_says_question_and_answers_and_cannot_leave_its_script(
    client, thread, customer, helper, now
):
    good = answer(thread=thread, by=helper, body="Set the access point.", now=now)
    answer(thread=thread, by=helper, body="Or wait.", now=now)
    accept(answer=good, by=customer, now=now)
    html = client.get(thread.get_absolute_url()).content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(block[1])
    assert data["@type"] == "QAPage"
    assert data["mainEntity"]["acceptedAnswer"]["text"] == "Set the access point."
    assert [one["text"] for one in data["mainEntity"]["suggestedAnswer"]] == ["Or wait."]
    assert "<" not in block[1]


def test_the_accepted_answer_stands_first(client, thread, customer, helper, now):
    answer(thread=thread, by=helper, body="First answer", now=now)
    second = answer(thread=thread, by=helper, body="Second answer", now=now + timedelta(hours=1))
    accept(answer=second, by=customer, now=now + timedelta(hours=2))
    html = client.get(thread.get_absolute_url()).content.decode()
    # Only the posts: the structured data has its own order.
    shown = html[html.index("<main") :]
    assert shown.index("Second answer") < shown.index("First answer")
    assert "Solved by an answer, 2" in shown


@pytest.mark.parametrize("answers", [3, 70])
def test_a_thread_takes_six_queries_signed_in_at_any_length(
    sign_in, thread, customer, helper, make_viewer, now, answers, django_assert_max_num_queries
):
    posts = [
        answer(thread=thread, by=helper, body=f"Answer {n}", now=now + timedelta(minutes=n)) for n in range(answers)
    ]
    comment(post=posts[0], by=customer, text="Thank you", now=now)
    accept(answer=posts[1], by=customer, now=now)
    thread.refresh_from_db()
    for viewer in (customer, helper, make_viewer("Reader")):
        client = sign_in(viewer)
        client.get(thread.get_absolute_url())
        with django_assert_max_num_queries(6):
            assert client.get(thread.get_absolute_url()).status_code == 200


def test_a_long_thread_goes_on_over_pages_without_a_gap(client, thread, helper, now):
    posts = [answer(thread=thread, by=helper, body=f"Answer number {n}.", now=now) for n in range(120)]
    seen: set[str] = set()
    path = thread.get_absolute_url()
    while path:
        html = client.get(path).content.decode()
        seen |= set(re.findall(r"Answer number \d+\.</p>", html))
        following = re.search(r'href="(\?after=\d+)" rel="next"', html)
        path = thread.get_absolute_url() + following[1] if following else ""
    assert len(seen) == 120
    target = client.get(reverse("community:post", args=[posts[110].pk]))["Location"]
    assert "after=" in target and f'id="post-{posts[110].pk}"' in client.get(target).content.decode()


@pytest.mark.parametrize("kind", ["question", "idea"])
def test_headings_that_people_write_stand_below_those_of_the_page(client, customer, helper, product, topic, now, kind):
    thread = ask(
        by=customer, title="No data", details="# Where\n\nAt home.\n\n## Since when", product=product, topic=topic,
        lang="en", now=now, kind=kind,
    )  # fmt: skip
    answer(thread=thread, by=helper, body="# First\n\n### Then", now=now)
    page = client.get(thread.get_absolute_url()).content.decode()
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(then <= before + 1 for before, then in pairwise(levels)), levels


def test_a_removed_answer_is_read_by_its_author_and_the_team_with_the_reason(
    client, sign_in, thread, helper, moderator, make_viewer, now
):
    post = answer(thread=thread, by=helper, body="Buy my codes", now=now)
    remove_post(post=post, by=moderator, reason="Nothing for sale here", now=now)
    path = thread.get_absolute_url()
    for seen, viewer in ((True, helper), (True, moderator), (False, make_viewer("Other"))):
        html = sign_in(viewer).get(path).content.decode()
        assert ("Buy my codes" in html) is seen
        assert ("Nothing for sale here" in html) is seen
    client.logout()
    assert "Buy my codes" not in client.get(path).content.decode()


def test_the_story_tells_what_happened(client, thread, helper, customer, now):
    post = answer(thread=thread, by=helper, body="Set it", now=now)
    accept(answer=post, by=customer, now=now)
    html = client.get(thread.get_absolute_url()).content.decode()
    story = html[html.index('class="story"') :]
    assert story.index("Asked") < story.index("Answered") < story.index("Solved")


def test_a_duplicate_names_its_original_only_to_those_who_may_see_it(client, customer, moderator, product, topic, now):
    first, second = (
        ask(by=customer, title=title, details="x", product=product, topic=topic, lang="en", now=now)
        for title in ("The secret original", "Asked again")
    )
    mark_duplicate(thread=second, of=first, by=moderator, reason="Asked there.", now=now)
    address = Thread.objects.get(pk=second.pk).get_absolute_url()
    assert "The secret original" in client.get(address).content.decode()
    remove_post(post=first.posts.get(), by=moderator, reason="Private details.", now=now)
    assert "The secret original" not in client.get(address).content.decode()


def test_a_private_answer_leaves_no_trace_in_the_story_that_others_read(client, thread, agent, customer, sign_in, now):
    answer(thread=thread, by=agent, body="For you alone.", now=now, as_staff=True, visibility="asker")
    address = thread.get_absolute_url()
    assert "<b>Answered</b>" not in client.get(address).content.decode()
    assert "<b>Answered</b>" in sign_in(customer).get(address).content.decode()
