"""A picture is shown to those who may read a post that holds it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture

from accounts.actions.erasure import erase
from community.actions.answering import answer
from community.actions.editing import edit
from community.actions.images import add_image
from community.actions.removal import remove_post, restore_post
from community.models import Image, Visibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(tmp_path, settings, now):
    """`add(helper)`: a picture that this person sent; its address."""
    settings.MEDIA_ROOT = tmp_path

    def made(by):
        data = io.BytesIO()
        Picture.new("RGB", (8, 8)).save(data, "PNG")
        return add_image(by=by, upload=SimpleUploadedFile("p.png", data.getvalue()), now=now).file.url

    return made


@pytest.fixture
def seen(make_viewer, customer, helper, moderator):
    """`seen(url)`: who is shown the picture."""

    def by(url):
        people = {
            "visitor": None,
            "other": make_viewer("Other"),
            "asker": customer,
            "author": helper,
            "team": moderator,
        }
        shown = []
        for name, viewer in people.items():
            client = Client()
            if viewer:
                client.force_login(viewer.member.user, backend="accounts.backends.Backend")
            if client.get(url).status_code == 200:
                shown.append(name)
        return " ".join(shown)

    return by


def test_a_picture_goes_with_its_post_and_comes_back_with_it(client, add, seen, thread, helper, moderator, now):
    url = add(helper)
    assert seen(url) == "author team"
    post = answer(thread=thread, by=helper, body=f"Here: ![]({url})", now=now)
    assert seen(url) == "visitor other asker author team"
    kept = client.get(url)
    assert set(kept["Cache-Control"].split(", ")) == {"public", "max-age=3600"} and not kept.cookies
    remove_post(post=post, by=moderator, reason="It shows a face.", now=now)
    assert seen(url) == "author team"
    restore_post(post=post, by=moderator, reason="It is their own.", now=now)
    assert seen(url) == "visitor other asker author team"
    remove_post(post=thread.posts.get(is_opening=True), by=moderator, reason="All of it goes.", now=now)
    assert "visitor" not in seen(url) and "other" not in seen(url)


def test_a_picture_that_an_edit_took_out_is_gone(add, seen, thread, helper, moderator, now):
    url = add(helper)
    post = answer(thread=thread, by=helper, body=f"Here: ![]({url})", now=now)
    edit(post=post, by=moderator, body="Here.", reason="It shows a face.", now=now)
    assert seen(url) == "author team"


def test_a_picture_for_the_asker_is_for_the_asker(add, seen, thread, agent, now, client, sign_in, customer):
    url = add(agent)
    answer(thread=thread, by=agent, body=f"![]({url})", now=now, as_staff=True, visibility=Visibility.ASKER)
    assert seen(url) == "asker team"
    assert sign_in(customer).get(url)["Cache-Control"] == "private, no-store"


def test_a_picture_that_a_moderator_put_into_anothers_post_is_shown(add, seen, answered, helper, moderator, now):
    url = add(moderator)
    edit(post=answered, by=moderator, body=f"![]({url})", reason="A clearer picture.", now=now)
    answered.refresh_from_db()
    edit(post=answered, by=helper, body=f"Thanks. ![]({url})", now=now + timedelta(hours=1))
    assert seen(url) == "visitor other asker author team"


def test_erasure_takes_the_pictures_that_no_post_shows(
    add, thread, helper, moderator, now, django_capture_on_commit_callbacks
):
    kept, loose = add(helper), add(helper)
    post = answer(thread=thread, by=helper, body=f"![]({kept})", now=now)
    remove_post(post=post, by=moderator, reason="To look at again.", now=now)
    with django_capture_on_commit_callbacks(execute=True):
        erase(by=helper, keep_name=False, now=now)
    here = [default_storage.exists(url.removeprefix("/media/")) for url in (kept, loose)]
    assert here == [True, False] and Image.objects.count() == 1
