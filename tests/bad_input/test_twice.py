"""Sent twice, done once; and two people who change the same words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from community.models import Comment, Flag, Post, Revision, Thread


@pytest.mark.parametrize("token", ["a-form", "x" * 400])
def test_a_double_submit_makes_one_thread_answer_comment_and_report(world, token):
    keys = world.keys
    fresh, accepted = keys["fresh"], keys["accepted"]
    asking = {"title": "Twice", "details": "Sent twice.", "product": keys["product"].pk, "lang": "en", "token": token}
    for standing, path, given, model in (
        ("asker", reverse("community:ask"), asking, Thread),
        ("answerer", reverse("community:answer", args=[fresh.pk]), {"body": "Twice.", "token": token}, Post),
        ("other", reverse("community:comment", args=[accepted.pk]), {"text": "Twice.", "token": token}, Comment),
        ("other", reverse("community:report", args=["post", accepted.pk]), {"cause": "spam", "token": token}, Flag),
    ):
        before = model.objects.count()
        client = world.client(standing)
        first, second = client.post(path, given), client.post(path, given)
        assert (first.status_code, first.get("Location")) == (second.status_code, second.get("Location"))
        assert first.status_code in (200, 302)
        assert model.objects.count() == before + 1


def test_a_reply_from_the_desk_that_is_sent_twice_is_one(world):
    case = world.keys["case"]
    client = world.client("agent")
    client.post(reverse("care:take", args=[case.pk]))
    before = Post.objects.count()
    given = {"body": "We look into it.", "to": "public", "token": "a-form"}
    first, second = (client.post(reverse("care:reply", args=[case.pk]), given) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert Post.objects.count() == before + 1


def test_the_same_token_of_somebody_else_is_another_post(world):
    path = reverse("community:answer", args=[world.keys["fresh"].pk])
    before = Post.objects.count()
    for standing in ("answerer", "other"):
        world.client(standing).post(path, {"body": f"By {standing}.", "token": "guessable"})
    assert Post.objects.count() == before + 2


def test_going_back_to_a_form_and_writing_something_else_in_it_loses_nothing(world):
    """A browser's Back shows the form with its old token: other words in it are no double submit."""
    keys = world.keys
    asking = {"details": "Sent twice.", "product": keys["product"].pk, "lang": "en"}
    for standing, path, given, field, model in (
        ("asker", reverse("community:ask"), asking, "title", Thread),
        ("answerer", reverse("community:answer", args=[keys["fresh"].pk]), {}, "body", Post),
        ("other", reverse("community:comment", args=[keys["accepted"].pk]), {}, "text", Comment),
    ):
        before = model.objects.count()
        client = world.client(standing)
        for words in ("The first.", "Something else."):
            assert client.post(path, given | {field: words, "token": "one-form"}).status_code == 302
        assert model.objects.filter(**{field: "Something else."}).count() == 1
        assert model.objects.count() == before + 2


def test_the_second_editor_of_a_post_keeps_both_texts(world):
    post = world.keys["accepted"]
    path = reverse("community:edit", args=[post.pk])
    author, moderator = world.client("answerer"), world.client("moderator")
    assert author.post(path, {"body": "The author's words.", "version": "1"}).status_code == 302
    second = moderator.post(path, {"body": "The moderator's words.", "version": "1", "reason": "Clearer."})
    text = second.content.decode()
    assert second.status_code == 422
    assert "Somebody changed this while you were writing" in text
    assert "The moderator&#x27;s words." in text
    assert Post.objects.get(pk=post.pk).body == "The author's words."
    assert Revision.objects.filter(post=post).count() == 1


def test_an_edit_that_is_sent_twice_is_one_revision(world):
    post = world.keys["accepted"]
    client = world.client("answerer")
    for _ in range(2):
        response = client.post(reverse("community:edit", args=[post.pk]), {"body": "Once.", "version": "1"})
    assert Revision.objects.filter(post=post).count() == 1
    assert "Once." in response.content.decode() or response.status_code == 302
