"""Pictures for links: drawn once, kept, and never of what a visitor may not read."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageFont

from accounts.viewer import Viewer
from community.models import Thread, Visibility
from core import cards, pictures
from core.pictures import Card
from tests.community.conftest import *  # noqa: F403

pytestmark = pytest.mark.django_db

FONT = pictures._font("Black", 76)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path / "cards"


def image_of(client, url):
    page = client.get(url).content.decode()
    found = re.search(r'<meta property="og:image" content="http://[^/]+(/[^"]+)">', page)
    assert found is not None, url
    return found[1]


def test_letters_of_both_languages_are_drawn():
    text = "é è ê ë à â ç ù û ü î ï ô œ æ Œ É À Ç … « » ’ “ ” – — · € 0 9"
    assert pictures.drawable(text) == text
    assert pictures.drawable("a\u202f!") == "a\xa0!"


def test_signs_without_a_drawing_are_left_out_and_other_scripts_give_no_title():
    assert pictures.drawable("No data 🎉 today") == "No data today"
    assert pictures.drawable("データ通信ができない") == ""


def test_a_title_is_wrapped_at_spaces_and_cut_with_a_sign():
    lines = pictures.wrapped("aller à la plage\xa0? " * 12, FONT, 1040, 3)
    assert len(lines) == 3 and lines[-1].endswith("…")
    assert all(FONT.getlength(line) <= 1040 for line in lines)
    assert not any(line.startswith("?") for line in lines)


def test_a_word_wider_than_the_card_is_broken():
    lines = pictures.wrapped("https://" + "x" * 120, FONT, 1040, 5)
    assert len(lines) > 1 and all(FONT.getlength(line) <= 1040 for line in lines)


@pytest.mark.parametrize("title", ["A", "W" * 400, "mot " * 100, ""])
def test_nothing_runs_into_the_edges(title):
    drawn = Image.open(
        io.BytesIO(pictures.card(Card(site="Entraide", colour="#732850", title=title, state="mot " * 80)))
    )
    assert drawn.size == (1200, 630)
    grey = drawn.convert("L")
    ground = grey.getpixel((2, 2))
    for edge in ((0, 0, 60, 450), (1140, 0, 1200, 450), (0, 600, 1200, 630)):
        assert all(abs(point - ground) < 8 for point in grey.crop(edge).get_flattened_data())


def test_a_thread_says_what_others_show_of_a_link(client, thread):
    page = client.get(thread.get_absolute_url()).content.decode()
    for name, value in (("og:title", thread.title), ("og:type", "article"), ("og:locale", "en_GB")):
        assert f'<meta property="{name}" content="{value}">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    response = client.get(image_of(client, thread.get_absolute_url()))
    assert response["Content-Type"] == "image/png" and "immutable" in response["Cache-Control"]
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)


@pytest.mark.parametrize("url", ["/en/", "/fr/", "/en/community/", "/en/help/"])
def test_pages_that_are_shared_have_a_picture(client, product, url):
    assert client.get(image_of(client, url)).status_code == 200


def test_a_picture_is_drawn_once(client, thread, folder, monkeypatch):
    image = image_of(client, thread.get_absolute_url())
    first = client.get(image).content
    assert len(list(folder.rglob("*.png"))) == 1
    monkeypatch.setattr(pictures, "card", lambda shown: pytest.fail("drawn again"))
    assert client.get(image).content == first


def test_a_change_moves_the_picture_and_the_old_address_leads_to_it(client, thread):
    old = image_of(client, thread.get_absolute_url())
    Thread.objects.filter(pk=thread.pk).update(version=thread.version + 1, title="Another title")
    response = client.get(old)
    assert response.status_code == 302 and response["Location"] != old
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("who", [None, "moderator", "operator"])
def test_what_a_visitor_may_not_read_has_no_picture_for_anybody(request, client, sign_in, thread, now, who):
    image = image_of(client, thread.get_absolute_url())
    if who:
        sign_in(request.getfixturevalue(who))
    for change in ({"visibility": Visibility.ASKER}, {"visibility": Visibility.PUBLIC, "removed_at": now}):
        Thread.objects.filter(pk=thread.pk).update(**change)
        assert client.get(image).status_code == 404
        assert not Thread.objects.visible_to(Viewer()).filter(pk=thread.pk).exists()


def test_a_folder_does_not_grow_without_end(tmp_path):
    for number in range(cards.DRAWER_MOST + 5):
        cards._keep(tmp_path / "ab" / f"ab{number:03}.png", b"x")
    assert len(list((tmp_path / "ab").iterdir())) == cards.DRAWER_MOST


def test_who_asks_for_too_many_new_ones_is_told_until_when(client, product, monkeypatch):
    monkeypatch.setitem(__import__("core.ratelimits", fromlist=["RATES"]).RATES, "card", "1/m")
    assert client.get(image_of(client, "/en/")).status_code == 200
    assert client.get(image_of(client, "/fr/")).status_code == 429
    # What is kept is given to everybody.
    assert client.get(image_of(client, "/en/")).status_code == 200


def test_the_letters_are_those_of_the_package():
    assert isinstance(FONT, ImageFont.FreeTypeFont) and FONT.getname()[0].startswith("Lato")
