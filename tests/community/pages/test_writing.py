"""Asking, answering and commenting through the forms: nothing that was typed is lost."""

from __future__ import annotations

import io
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as Picture

from community.actions.answering import answer
from community.models import Comment, Draft, Post, Thread
from core import ratelimits

pytestmark = pytest.mark.django_db
ASK = "/en/community/ask/"


@pytest.fixture
def question(product, topic):
    return {
        "title": "No data abroad",
        "details": "Since **Monday**.",
        "product": str(product.pk),
        "topic": str(topic.pk),
        "lang": "en",
        "token": "a-form",
    }


@pytest.fixture(autouse=True)
def _confirmed_addresses(customer, helper):
    for viewer in (customer, helper):
        user = viewer.member.user
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def token_in(html: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[1]


def test_a_question_is_posted_and_a_form_sent_twice_makes_one(sign_in, customer, question):
    client = sign_in(customer)
    first, second = client.post(ASK, question), client.post(ASK, question)
    assert first.status_code == 302 and first["Location"] == second["Location"]
    assert Thread.objects.count() == 1
    assert "<strong>Monday</strong>" in client.get(first["Location"]).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "as you would say it aloud"),
        ("title", "x" * 500, "characters too long"),
        ("title", "\x00\x07", "as you would say it aloud"),
        ("details", "", "Write a few words first"),
        ("product", "999999", "Choose a product from the list"),
        ("product", "9" * 40, "Choose a product from the list"),
        ("lang", "no language", "Choose the language"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(sign_in, customer, question, field, value, words):
    response = sign_in(customer).post(ASK, question | {field: value})
    html = response.content.decode()
    assert response.status_code == 422
    assert f'id="{field}-error"' in html and words in html and 'role="alert"' in html
    for other, kept in question.items():
        if other not in (field, "product", "topic", "lang"):
            assert kept in html
    assert Thread.objects.count() == 0


def test_somebody_who_may_not_write_keeps_what_they_wrote(sign_in, make_viewer, question):
    response = sign_in(make_viewer("Newcomer", verified=False)).post(ASK, question)
    assert response.status_code == 403
    assert "No data abroad" in response.content.decode() and "Confirm your e-mail" in response.content.decode()


def test_a_visitors_question_is_there_after_signing_in(client, customer, question):
    response = client.post(ASK, question)
    assert response["Location"] == "/en/account/login/?next=%2Fen%2Fcommunity%2Fask%2F"
    client.post(response["Location"], {"login": customer.member.user.email, "password": "a long password"})
    html = client.get(ASK).content.decode()
    assert "No data abroad" in html and "Since **Monday**." in html and "What you wrote is still here." in html
    assert "No data abroad" not in client.get(ASK).content.decode()


def test_a_session_that_ended_in_mid_answer_loses_nothing(thread, helper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(helper.member.user, backend="accounts.backends.Backend")
    html = client.get(thread.get_absolute_url()).content.decode()
    client.session.delete()
    response = client.post(
        reverse("community:answer", args=[thread.pk]),
        {"body": "A long answer", "token": "one", "csrfmiddlewaretoken": token_in(html)},
    )
    assert response.status_code == 302 and "/account/login/" in response["Location"]
    page = client.get(response["Location"]).content.decode()
    response = client.post(
        response["Location"],
        {"login": helper.member.user.email, "password": "a long password", "csrfmiddlewaretoken": token_in(page)},
    )
    assert response.status_code == 302
    back = response["Location"].split("#")[0]
    assert back == thread.get_absolute_url()
    html = client.get(back).content.decode()
    assert "A long answer" in html
    client.post(
        reverse("community:answer", args=[thread.pk]),
        {"body": "A long answer", "token": "one", "csrfmiddlewaretoken": token_in(html)},
    )
    assert Post.objects.filter(body="A long answer", author=helper.member).count() == 1


def test_an_answer_comes_back_to_its_place_and_an_empty_one_says_so(sign_in, thread, helper):
    client = sign_in(helper)
    path = reverse("community:answer", args=[thread.pk])
    response = client.post(path, {"body": "Set the access point", "token": "one"})
    post = Post.objects.get(is_opening=False)
    assert response["Location"] == f"{thread.get_absolute_url()}#post-{post.pk}"
    response = client.post(path, {"body": "  ", "token": "two"})
    assert response.status_code == 422 and "Write a few words first" in response.content.decode()


def test_an_answer_to_a_thread_that_was_locked_meanwhile_is_kept(sign_in, thread, helper, now):
    thread.locked_at = now
    thread.save(update_fields=["locked_at"])
    response = sign_in(helper).post(reverse("community:answer", args=[thread.pk]), {"body": "My long text"})
    html = response.content.decode()
    assert response.status_code == 403 and "locked" in html and "My long text" in html


def test_a_deleted_thread_takes_no_answer(sign_in, helper, db):
    assert sign_in(helper).post("/en/community/t/999/answer/", {"body": "Text"}).status_code == 404


def test_a_comment_is_posted_under_its_post(sign_in, client, thread, helper, now):
    post = answer(thread=thread, by=helper, body="Try this", now=now)
    path = reverse("community:comment", args=[post.pk])
    response = client.post(path, {"text": "Thank you"})
    assert "/account/login/" in response["Location"] and client.session["kept"]["data"]["text"] == "Thank you"
    client = sign_in(helper)
    assert client.post(path, {"text": ""}).status_code == 422
    response = client.post(path, {"text": "It worked <b>", "token": "c"})
    assert response["Location"].endswith(f"#post-{post.pk}")
    assert Comment.objects.get().text == "It worked <b>"
    assert "It worked &lt;b&gt;" in client.get(thread.get_absolute_url()).content.decode()


def test_a_draft_is_kept_while_typing_and_gone_once_sent(sign_in, customer, question):
    client = sign_in(customer)
    draft = {"key": "ask", "title": "Half a title", "details": "", "token": "never"}
    assert client.post("/en/community/drafts/", draft).status_code == 204
    assert "token" not in Draft.objects.get().data
    assert "Half a title" in client.get(ASK).content.decode()
    client.post(ASK, question)
    assert not Draft.objects.exists()


def test_a_draft_that_is_far_too_long_is_refused(sign_in, customer):
    draft = {"key": "ask", "details": "x" * 100_000}
    assert sign_in(customer).post("/en/community/drafts/", draft).status_code == 413


def test_a_preview_is_safe(client, db):
    html = client.post("/en/community/preview/", {"text": "**bold** <script>alert(1)</script>"}).content.decode()
    assert "<strong>bold</strong>" in html and "script" not in html


def test_a_picture_becomes_markdown_and_anything_else_says_why(sign_in, customer):
    client = sign_in(customer)
    made = io.BytesIO()
    Picture.new("RGB", (8, 8)).save(made, "PNG")
    good = SimpleUploadedFile("p.png", made.getvalue(), content_type="image/png")
    response = client.post("/en/community/pictures/", {"picture": good})
    assert response.json()["markdown"].startswith("![Picture](/media/posts/")
    bad = SimpleUploadedFile("p.png", b"no picture at all", content_type="image/png")
    response = client.post("/en/community/pictures/", {"picture": bad})
    assert response.status_code == 422 and response.json()["error"]
    assert client.post("/en/community/pictures/").status_code == 422


def test_asking_too_often_says_when_to_come_back(sign_in, customer, question):
    client = sign_in(customer)
    codes = [client.post(ASK, question | {"token": f"form-{n}"}).status_code for n in range(12)]
    assert codes[0] == 302 and codes[-1] == 429


def test_questions_that_were_sent_back_take_none_of_the_hour(sign_in, customer, question):
    client = sign_in(customer)
    for _ in range(12):
        assert client.post(ASK, question | {"title": " "}).status_code == 422
    assert client.post(ASK, question).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "named", "apart"),
    [(1, "{0}", True), (1, "10.0.0.1, {0}", True), (2, "{0}, 10.0.0.1", True), (0, "{0}", False),
     (1, "{0}, 198.51.100.9", False), (1, "no address {0}", False), (2, "{0}", False)],
)  # fmt: skip
def test_limits_count_the_address_that_ones_own_proxy_names_and_no_other(
    client, db, settings, monkeypatch, proxies, named, apart
):
    settings.ENTRAIDE = settings.ENTRAIDE | {"PROXIES": proxies}
    monkeypatch.setitem(ratelimits.RATES, "preview", "1/h")
    codes = [
        client.post(
            "/en/community/preview/", {"text": "a"}, headers={"X-Forwarded-For": named.format(each)}
        ).status_code
        for each in ("203.0.113.1", "203.0.113.2")
    ]
    assert codes == [200, 200 if apart else 429]
