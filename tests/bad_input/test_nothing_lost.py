"""A form that is not taken gives back every word: no session, an old token, a limit, a thread that is gone."""

from __future__ import annotations

import html
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from community.actions.removal import remove_post
from community.actions.steering import lock
from community.models import Comment, Flag, Post, Thread
from core import ratelimits
from tests.bad_input.conftest import ORIGIN, csrf_of, sign_in

WORDS = "First line of “what” I wrote\r\nand <b>the second</b>."
ESCAPED = "First line of “what” I wrote\nand <b>the second</b>."


def forms(world):
    """Every form with words: who writes, the page it is on, where it goes, its field, and what else it holds."""
    keys, people = world.keys, world.people
    fresh, accepted = keys["fresh"], keys["accepted"]
    asking = {"product": str(keys["product"].pk), "lang": "en", "title": "A title with words"}
    decide = reverse("community:decide", args=["post", keys["post"].pk])
    case = reverse("care:case", args=[keys["case"].pk])
    at = {
        "ask": ("asker", reverse("community:ask"), None, "details", asking),
        "answer": ("answerer", fresh.get_absolute_url(), reverse("community:answer", args=[fresh.pk]), "body", {}),
        "comment": ("other", reverse("community:comment", args=[accepted.pk]), None, "text", {}),
        "edit": ("answerer", reverse("community:edit", args=[accepted.pk]), None, "body", {"version": "1"}),
        "report": ("other", reverse("community:report", args=["post", accepted.pk]), None, "text", {"cause": "other"}),
        "remove": ("moderator", reverse("community:remove", args=[accepted.pk]), None, "reason", {}),
        "lock": ("moderator", reverse("community:steer", args=[fresh.pk, "lock"]), None, "reason", {}),
        "decide": ("moderator", decide, None, "reason", {"verdict": "keep"}),
        "hand over": ("moderator", reverse("care:escalate", args=[fresh.pk]), None, "reason", {}),
        "desk": ("agent", case, reverse("care:reply", args=[keys["case"].pk]), "body", {"to": "public"}),
    }  # fmt: skip
    return {kind: (*who, people[who[0]].member.user.email) for kind, who in at.items()}


KINDS = ("ask", "answer", "comment", "edit", "report", "remove", "lock", "decide", "hand over", "desk")


def shown(response) -> str:
    return html.unescape(response.content.decode()).replace("\r\n", "\n")


@pytest.mark.parametrize("kind", KINDS)
def test_after_an_expired_session_the_text_is_there_once_signed_in(world, browser, kind):
    standing, page, path, field, others, email = forms(world)[kind]
    client = browser(standing)
    if kind == "desk":
        client.post(
            reverse("care:take", args=[world.keys["case"].pk]), {"csrfmiddlewaretoken": csrf_of(client.get(page))}
        )
    token = csrf_of(client.get(page))
    client.session.delete()
    response = client.post(path or page, {field: WORDS, "csrfmiddlewaretoken": token, **others})
    assert response.status_code == 302 and "/account/login/" in response["Location"]
    assert ESCAPED.splitlines()[0] in shown(client.get(response["Location"]))
    response = sign_in(client, response, email)
    assert response["Location"].split("#")[0] == page
    again = client.get(response["Location"].split("#")[0])
    assert ESCAPED in shown(again)
    if kind == "ask":
        assert "A title with words" in shown(again)
    # Kept for once: what was thrown away on purpose does not come back.
    assert ESCAPED not in shown(client.get(page))


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_older_than_the_sign_in_is_given_back_to_send_again(world, browser, kind):
    """Signing in gives a new token: a form that another tab still holds carries the old one."""
    standing, page, path, field, others, _email = forms(world)[kind]
    client = browser(standing)
    # No "to": it is the name of a button.
    given = {field: WORDS, "csrfmiddlewaretoken": "x" * 64, **others}
    response = client.post(path or page, given, headers={"Origin": "http://localhost"}, HTTP_HOST="localhost")
    text = shown(response)
    assert response.status_code == 403
    assert ESCAPED in text and "Send it again" in text
    assert re.search(rf'<form class="stack" method="post" action="{re.escape(path or page)}">', text)
    for name, value in others.items():
        assert name == "title" or f'name="{name}" value="{value}"' in text


def test_in_two_tabs_the_second_sends_what_was_written_before_the_sign_in(world):
    fresh = world.keys["fresh"]
    email = world.people["answerer"].member.user.email
    client = Client(enforce_csrf_checks=True, HTTP_ORIGIN=ORIGIN)
    path = reverse("community:answer", args=[fresh.pk])
    old = csrf_of(client.get(fresh.get_absolute_url()))
    login = client.post(
        reverse("account_login"),
        {
            "login": email,
            "password": "a long password",
            "csrfmiddlewaretoken": csrf_of(client.get("/en/account/login/")),
        },
    )
    assert login.status_code == 302
    given = {"body": WORDS, "token": "one-form", "csrfmiddlewaretoken": old}
    refused = client.post(path, given, headers={"Origin": ORIGIN})
    assert refused.status_code == 403 and ESCAPED in shown(refused)
    sent = client.post(path, given | {"csrfmiddlewaretoken": csrf_of(refused)}, headers={"Origin": ORIGIN})
    assert sent.status_code == 302 and "#post-" in sent["Location"]
    assert Post.objects.filter(thread=fresh, body=ESCAPED).count() == 1


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:9"]
)
def test_a_form_of_another_site_is_not_shown_as_ours(world, browser, origin):
    path = reverse("community:answer", args=[world.keys["fresh"].pk])
    response = browser("answerer").post(path, {"body": WORDS}, headers={"Origin": origin}, HTTP_HOST="localhost")
    assert response.status_code == 403
    assert ESCAPED.splitlines()[0] not in shown(response)


def test_a_password_is_never_given_back(world, browser):
    for path, given in (
        ("/en/account/login/", {"login": "a@example.org", "password": "my own secret"}),
        ("/en/account/signup/", {"email": "a@example.org", "password1": "my own secret", "text": "words"}),
    ):
        for headers, code in (({"Origin": ORIGIN}, 200), ({}, 403)):
            response = Client(enforce_csrf_checks=True).post(path, given, headers=headers)
            assert response.status_code == code and "my own secret" not in shown(response)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("ask", "ask"),
        ("answer", "answer"),
        ("comment", "comment"),
        ("edit", "answer"),
        ("report", "report"),
        ("desk", "answer"),
    ],
)
def test_a_limit_says_until_when_and_gives_the_text_back(world, browser, monkeypatch, kind, what):
    monkeypatch.setitem(ratelimits.RATES, what, "0/h")
    standing, page, path, field, others, _email = forms(world)[kind]
    client = browser(standing)
    before = (Thread.objects.count(), Post.objects.count(), Comment.objects.count(), Flag.objects.count())
    token = csrf_of(client.get(page))
    response = client.post(path or page, {field: WORDS, "csrfmiddlewaretoken": token, **others})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3601
    # Said in the form itself where it stands alone on its page, else on a page that gives the text back.
    send = {"ask": "Post question", "answer": "Post answer", "comment": "Post comment"}.get(kind, "Send it again")
    assert ESCAPED in shown(response) and send in shown(response)
    assert before == (Thread.objects.count(), Post.objects.count(), Comment.objects.count(), Flag.objects.count())
    monkeypatch.setitem(ratelimits.RATES, what, "10/h")
    again = client.post(path or page, {field: WORDS, "csrfmiddlewaretoken": csrf_of(response), **others})
    # The desk's case is taken by nobody here, which its page says.
    assert again.status_code in ({403} if kind == "desk" else {200, 302})


def test_a_visitor_who_keeps_too_much_is_slowed_and_loses_nothing(world, client, monkeypatch):
    monkeypatch.setitem(ratelimits.RATES, "keep", "0/h")
    response = client.post(reverse("community:answer", args=[world.keys["fresh"].pk]), {"body": WORDS})
    assert response.status_code == 429 and ESCAPED in shown(response)
    assert not client.session.get("kept")


@pytest.mark.parametrize("kind", ["answer", "comment", "edit", "report", "desk"])
def test_what_was_written_to_something_removed_meanwhile_is_given_back(world, browser, kind):
    standing, page, path, field, others, _email = forms(world)[kind]
    client = browser(standing)
    token = csrf_of(client.get(page))
    keys, moderator = world.keys, world.people["moderator"]
    post = keys["accepted"] if kind in ("comment", "edit", "report") else None
    thread = {"answer": keys["fresh"], "desk": keys["thread"]}.get(kind)
    post = post or Post.objects.get(thread=thread, is_opening=True)
    remove_post(post=Post.objects.get(pk=post.pk), by=moderator, reason="Asked to.", now=post.created_at)
    response = client.post(path or page, {field: WORDS, "csrfmiddlewaretoken": token, **others})
    text = shown(response)
    assert response.status_code in (403, 404)
    assert "removed" in text or "closed" in text
    assert ESCAPED in text


def test_an_answer_to_a_thread_locked_or_merged_meanwhile_stays_in_its_form(world, browser):
    fresh = world.keys["fresh"]
    client = browser("answerer")
    token = csrf_of(client.get(fresh.get_absolute_url()))
    lock(thread=Thread.objects.get(pk=fresh.pk), by=world.people["moderator"], reason="Calm.", now=fresh.created_at)
    response = client.post(reverse("community:answer", args=[fresh.pk]), {"body": WORDS, "csrfmiddlewaretoken": token})
    assert response.status_code == 403
    assert "locked" in shown(response) and ESCAPED in shown(response)


def test_an_address_that_is_not_there_shows_nobodys_words(world, client):
    response = client.post("/en/nowhere/", {"body": WORDS})
    assert response.status_code == 404 and ESCAPED.splitlines()[0] not in shown(response)


def test_a_private_answer_is_still_private_after_signing_in_again(world, browser):
    """Who reads it is a part of what was written: it must not come back as an answer to everybody."""
    fresh = world.keys["fresh"]
    client = browser("agent")
    token = csrf_of(client.get(fresh.get_absolute_url()))
    client.session.delete()
    path = reverse("community:answer", args=[fresh.pk])
    response = client.post(path, {"body": WORDS, "visibility": "asker", "csrfmiddlewaretoken": token})
    response = sign_in(client, response, world.people["agent"].member.user.email)
    text = shown(client.get(fresh.get_absolute_url()))
    assert 'name="visibility" value="asker" checked' in text
    assert 'name="as_staff" checked' not in text


def test_a_newcomers_question_is_there_after_signing_up_and_confirming(world):
    """From the form through sign-up and the mailed link, in one browser, without typing anything twice."""
    client = Client(enforce_csrf_checks=True, HTTP_ORIGIN=ORIGIN)
    page = reverse("community:ask")
    given = {"title": "A title with words", "details": WORDS, "product": str(world.keys["product"].pk), "lang": "en"}
    response = client.post(page, given | {"csrfmiddlewaretoken": csrf_of(client.get(page))})
    login = shown(client.get(response["Location"]))
    signup = html.unescape(re.search(r'href="([^"]*/signup/[^"]*)"', login)[1])
    assert "A title with words" in shown(client.get(signup))
    response = client.post(
        signup,
        {
            "name": "New Here", "email": "new.here@example.org", "password1": "un deux trois quatre", "language": "en",
            "time_zone": "Europe/Paris", "terms": "on", "licence": "on",
            "csrfmiddlewaretoken": csrf_of(client.get(signup)),
        },
    )  # fmt: skip
    assert response.status_code == 302, shown(response)
    link = next(link for link in re.findall(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body)) if "confirm" in link)
    response = client.post(link, {"csrfmiddlewaretoken": csrf_of(client.get(link))})
    assert response.status_code == 302
    assert User.objects.get(email="new.here@example.org").email_verified_at
    assert response["Location"].endswith(page)
    text = shown(client.get(page))
    assert ESCAPED in text and "A title with words" in text
    assert EmailAddress.objects.get(email="new.here@example.org").verified
