"""Text that cannot be taken: a clear word beside its field, and all that was typed stays."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from accounts.models import Member
from community.models import Comment, Post, Product, Thread
from core.text import BODY_MAX, COMMENT_MAX, REASON_MAX, TITLE_MAX

ODD = "caf\u0065\u0301 \U0001f44d\U0001f3fd \U00020bb7 عربي"
# Each is refused or cleaned: none may break a page, a feed or the database.
NASTY = [
    "\x00", "a\x00b", "\x07\x1b[31m", "\ud800", "a\udfffb", "\u202egnp.exe", "\ufffe\uffff", "\u200b\u2060\ufeff",
    "\u3164", "\u2800", "\u0301" * 50, "{{ 7*7 }}{% load x %}", "%s %(x)s %n", "' OR 1=1 --", "\r\nBcc: a@b.c",
]  # fmt: skip


def form(world, kind):
    """Where a text of this kind is sent, by whom, its field, and what else the form holds."""
    keys = world.keys
    asking = {"product": keys["product"].pk, "lang": "en"}
    about = [keys["accepted"].pk]
    standing, name, args, field, others = {
        "title": ("asker", "community:ask", [], "title", {"details": "Kept details.", **asking}),
        "details": ("asker", "community:ask", [], "details", {"title": "Kept title", **asking}),
        "answer": ("answerer", "community:answer", [keys["fresh"].pk], "body", {}),
        "comment": ("other", "community:comment", about, "text", {}),
        "edit": ("answerer", "community:edit", about, "body", {"reason": "Kept reason.", "version": "1"}),
        "report": ("other", "community:report", ["post", *about], "text", {"cause": "other"}),
        "removal": ("moderator", "community:remove", about, "reason", {}),
        "lock": ("moderator", "community:steer", [keys["fresh"].pk, "lock"], "reason", {}),
        "verdict": ("moderator", "community:decide", ["post", keys["post"].pk], "reason", {"verdict": "keep"}),
        "handover": ("moderator", "care:escalate", [keys["fresh"].pk], "reason", {}),
        "suspension": ("moderator", "accounts:suspend", [world.people["other"].member_id], "reason", {"days": "7"}),
        "name": ("other", "accounts:home", [], "name", {"language": "en", "time_zone": "Europe/Paris"}),
    }[kind]
    return standing, reverse(name, args=args), field, others


KINDS = {
    "title": TITLE_MAX, "details": BODY_MAX, "answer": BODY_MAX, "comment": COMMENT_MAX, "edit": BODY_MAX,
    "report": REASON_MAX, "removal": REASON_MAX, "lock": REASON_MAX, "verdict": REASON_MAX, "handover": REASON_MAX,
    "suspension": REASON_MAX, "name": 60,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_is_too_long_is_refused_beside_its_field_and_stays(world, kind):
    standing, path, field, others = form(world, kind)
    typed = "word " * (KINDS[kind] // 5 + 4) + "the very end"
    response = world.client(standing).post(path, {field: typed, **others})
    page = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert "the very end" in page
    assert 'aria-invalid="true"' in page
    assert all(str(kept) in page for name, kept in others.items() if name in ("title", "details", "reason"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_with_nothing_to_see_is_empty(world, kind):
    standing, path, field, others = form(world, kind)
    for typed in ("", " \n\t\x00\x08\u200b\u3164\u2800"):
        response = world.client(standing).post(path, {field: typed, **others})
        assert response.status_code == 422
        assert 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_no_sign_however_odd_breaks_anything(world, kind):
    standing, path, field, others = form(world, kind)
    typed = "x\u202e\ufffe\ud800\x00\x1b[3m{{ 7 }}%s" if kind == "name" else f"words {' '.join(NASTY)}"
    # As bytes, since half a character cannot be sent otherwise.
    given = {name: str(value).encode() for name, value in others.items()} | {
        field: typed.encode("utf-8", "surrogatepass")
    }
    body = "&".join(f"{name}={percent(value)}" for name, value in given.items())
    response = world.client(standing).post(path, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 302), response.content.decode()[-3000:]
    if response.status_code == 302:
        assert world.client(standing).get(response["Location"], follow=True).status_code == 200


def percent(value: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in value)


def test_every_script_and_picture_is_kept_as_it_was_written(world):
    standing, path, _field, others = form(world, "title")
    world.client(standing).post(path, {"title": ODD, **others})
    assert Thread.objects.order_by("-pk").first().title == "caf\u00e9 \U0001f44d\U0001f3fd \U00020bb7 عربي"


def test_signs_that_turn_text_around_are_taken_out_of_titles_names_and_comments(world):
    keys = world.keys
    asker = world.client("asker")
    given = {"title": "Bill \u202efdp.exe", "details": "x", "product": keys["product"].pk, "lang": "en"}
    asker.post(reverse("community:ask"), given)
    asker.post(reverse("community:comment", args=[keys["accepted"].pk]), {"text": "a\u2066b\u202ec"})
    asker.post(reverse("accounts:home"), {"name": "Eve\u202e\x00", "language": "en", "time_zone": "Europe/Paris"})
    assert Thread.objects.order_by("-pk").first().title == "Bill fdp.exe"
    assert Comment.objects.order_by("-pk").first().text == "abc"
    assert Member.objects.get(pk=world.people["asker"].member_id).name == "Eve"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("product", "", "Choose a product"),
        ("product", "999999999", "Choose a product"),
        ("product", "-1", "Choose a product"),
        ("product", "plan", "Choose a product"),
        ("product", "9" * 5000, "Choose a product"),
        ("product", "\u0661", "Choose a product"),
        ("product", "retired", "Choose a product"),
        ("topic", "foreign", "Choose a topic of this product"),
        ("lang", "klingon!", "Choose the language"),
        ("lang", "en\x00", "Choose the language"),
        ("lang", "x" * 300, "Choose the language"),
    ],
)
def test_what_is_not_in_a_list_is_said_so_and_the_words_stay(world, field, value, words):
    product, topic = world.keys["product"], world.keys["topic"]
    other = Product.objects.create(slug="other", names={"en": "Other"}, path="/99/")
    if value == "retired":
        Product.objects.filter(pk=product.pk).update(
            retired_at=product.created_at if hasattr(product, "created_at") else "2020-01-01T00:00Z"
        )
        value = str(product.pk)
    given = {
        "title": "A title to keep",
        "details": "Details to keep.",
        "product": product.pk,
        "topic": topic.pk,
        "lang": "en",
    }
    if value == "foreign":
        given["product"], value = other.pk, topic.pk
    count = Thread.objects.count()
    response = world.client("asker").post(reverse("community:ask"), given | {field: value})
    page = response.content.decode()
    assert response.status_code == 422 and words in page
    assert "A title to keep" in page and "Details to keep." in page
    assert Thread.objects.count() == count


@pytest.mark.parametrize("version", ["0", "-1", "x", "9" * 5000, "1.5", "\u0661"])
def test_an_edit_that_started_from_no_known_version_writes_nothing_over(world, version):
    """An unknown number is no leave to write over what somebody else wrote; only none at all means "as it stands"."""
    post = world.keys["accepted"]
    response = world.client("answerer").post(
        reverse("community:edit", args=[post.pk]), {"body": "Other words.", "version": version}
    )
    assert response.status_code == 422 and "Other words." in response.content.decode()
    assert Post.objects.get(pk=post.pk).body == post.body


@pytest.mark.parametrize("of", ["", "999999", "x", "9" * 5000, "https://evil.example/t/", "\x00"])
def test_a_duplicate_of_nothing_is_said_so(world, of):
    path = reverse("community:steer", args=[world.keys["fresh"].pk, "duplicate"])
    response = world.client("moderator").post(path, {"of": of, "reason": "A reason to keep."})
    assert response.status_code == 422 and "A reason to keep." in response.content.decode()


@pytest.mark.parametrize("days", ["", "0", "-3", "366", "9" * 5000, "1e3", "\u0663", "x"])
def test_a_suspension_of_no_known_length_is_said_so(world, days):
    path = reverse("accounts:suspend", args=[world.people["other"].member_id])
    response = world.client("moderator").post(path, {"days": days, "reason": "A reason to keep."})
    assert response.status_code == 422 and "A reason to keep." in response.content.decode()


@pytest.mark.parametrize("visibility", ["everyone", "x" * 200, "\x00"])
def test_staff_who_choose_readers_that_do_not_exist_are_asked_again(world, visibility):
    path = reverse("community:answer", args=[world.keys["fresh"].pk])
    response = world.client("agent").post(path, {"body": "Words to keep.", "visibility": visibility})
    assert response.status_code == 422 and "Words to keep." in response.content.decode()
