"""A brand is data of a site: who reads it, at what cost, and that it stays with its site."""

from __future__ import annotations

import io
import json
import time

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.images import ImageFile
from django.urls import reverse
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.models import Site

from core import brand, colour
from core.models import Brand

pytestmark = pytest.mark.django_db

BLUE = "#0b5fff"


@pytest.fixture
def site(db, django_capture_on_commit_callbacks):
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def wear(site, django_capture_on_commit_callbacks):
    """`wear(name="Nordfunk", …)`: the site's brand, kept as the admin keeps it."""

    def put_on(of=site, **values):
        with django_capture_on_commit_callbacks(execute=True):
            return Brand.objects.update_or_create(site=of, defaults=values)[0]

    return put_on


@pytest.fixture
def other(site, settings, django_capture_on_commit_callbacks):
    settings.ALLOWED_HOSTS = ["*"]
    with django_capture_on_commit_callbacks(execute=True):
        return Site.objects.create(hostname="other.example", port=80, root_page=site.root_page)


def test_without_a_brand_pages_are_the_products_own_and_ask_for_nothing_more(client, site):
    page = client.get("/en/").content.decode()
    assert "· Entraide</title>" in page and "/brand/" not in page
    assert "What do you need?" in page


def test_an_empty_brand_and_the_products_own_colour_change_nothing(client, wear):
    before = client.get("/en/").content
    wear(name="", colour=colour.DEFAULT)
    assert client.get("/en/").content == before


def test_a_brand_shows_at_once_in_name_colour_words_and_links(client, wear):
    client.get("/fr/")
    wear(
        name="Nordfunk",
        colour=BLUE,
        welcome={"fr": {"home_heading": "Bonjour, on vous écoute", "sign_in_lead": "Vous revoilà."}},
        legal={"fr": [["Mentions légales", "https://nordfunk.example/mentions"]]},
    )
    page = client.get("/fr/").content.decode()
    assert "· Nordfunk</title>" in page and "<h1>Bonjour, on vous écoute</h1>" in page
    assert f'href="/brand/0b5fff-{colour.MAKING}.css"' in page
    assert '<a href="https://nordfunk.example/mentions">Mentions légales</a>' in page
    # The field keeps the name that people and scripts know it by.
    assert 'aria-label="De quoi avez-vous besoin' in page
    assert "Vous revoilà." in client.get("/fr/account/login/").content.decode()
    assert "Bonjour" not in client.get("/en/").content.decode()


def test_reading_the_brand_costs_no_query(client, wear, django_assert_num_queries):
    wear(name="Nordfunk", colour=BLUE)
    client.get("/en/terms/")
    with django_assert_num_queries(0):
        assert "Nordfunk" in client.get("/en/terms/").content.decode()
    with brand.asked_by({"SERVER_NAME": "testserver", "SERVER_PORT": "80"}), django_assert_num_queries(0):
        assert brand.version() == brand.version()


def test_another_process_reads_anew_once_the_mark_has_changed(site, wear, monkeypatch):
    wear(name="Before")
    brand.table()
    old = brand._kept
    wear(name="After")
    # As a second process would be, with what it read before still in its memory, half a second later.
    brand._kept = old
    assert brand.table().default.name == "After"


def test_a_process_that_hears_of_nothing_looks_at_the_mark_twice_a_second(site, wear, monkeypatch):
    wear(name="Before")
    brand.table()
    asked = []
    real = cache.get
    monkeypatch.setattr(cache, "get", lambda key, *args: asked.append(key) or real(key, *args))
    brand.table()
    assert asked == []
    brand._believed_until = time.monotonic() - 0.01
    brand.table()
    assert asked == [brand._MARK] and brand.TRUSTED <= 0.5


def test_a_change_while_the_rows_are_being_read_is_not_missed(site, wear, monkeypatch):
    wear(name="Before")
    cache.delete(brand._MARK)
    brand._believed_until = 0.0
    real = brand.read

    def read_while_somebody_writes():
        made = real()
        wear(name="After")
        return made

    monkeypatch.setattr(brand, "read", read_while_somebody_writes)
    brand.table()
    monkeypatch.setattr(brand, "read", real)
    assert brand.table().default.name == "After"


def test_the_brand_of_another_site_does_not_leak(client, wear, other):
    wear(name="Ours", colour=BLUE)
    wear(of=other, name="Theirs", colour="#00804c", legal={"en": [["Their terms", "https://their.example/"]]})
    for _again in range(2):
        theirs = client.get("/en/terms/", headers={"host": "other.example"}).content.decode()
        ours = client.get("/en/terms/").content.decode()
        assert "Theirs" in theirs and "Their terms" in theirs and "/brand/00804c" in theirs and "Ours" not in theirs
        assert "Ours" in ours and "/brand/0b5fff" in ours and "Their" not in ours
    versions = set()
    for host in ("testserver", "other.example"):
        with brand.asked_by({"HTTP_HOST": host}):
            versions.add(brand.version())
    assert len(versions) == 2


def test_the_version_changes_with_everything_that_shows(wear):
    seen = set()
    for values in (
        {},
        {"name": "Nordfunk"},
        {"colour": BLUE},
        {"welcome": {"en": {"home_lead": "Say it."}}},
        {"legal": {"en": [["Terms", "/en/terms/"]]}},
    ):
        wear(**values)
        seen.add(brand.version())
    assert len(seen) == 5


def test_an_error_page_says_the_name_without_asking_the_database(client, wear, django_assert_num_queries):
    wear(name="Nordfunk")
    client.get("/en/terms/")
    with django_assert_num_queries(0):
        assert "Nordfunk" in client.get("/en/", headers={"host": "no_such:host"}).content.decode()


def test_the_logo_is_a_small_picture_that_fits_the_bar(client, wear, site):
    drawn = io.BytesIO()
    Picture.new("RGBA", (400, 100), (10, 90, 250, 255)).save(drawn, "PNG")
    logo = Image.objects.create(title="logo", file=ImageFile(drawn, name="logo.png"))
    wear(name="Nordfunk", logo=logo)
    worn = brand.table().default.logo
    assert worn is not None and (worn.width, worn.height) == (34, 8)
    page = client.get("/en/terms/").content.decode()
    assert f'<img src="{worn.url}" width="34" height="8" alt="">Nordfunk' in page
    assert client.get(worn.url)["Content-Type"] == "image/webp"


def test_the_stylesheet_and_icons_are_kept_for_good_and_made_only_of_colours(client, wear):
    wear(colour=BLUE)
    style = client.get(reverse("brand_css", args=[f"0b5fff-{colour.MAKING}"]))
    assert "immutable" in style["Cache-Control"] and "--fill:light-dark(" in style.content.decode()
    assert client.get(reverse("brand_favicon", args=[f"0b5fff-{colour.MAKING}"])).status_code == 200
    icon = client.get(reverse("brand_icon", args=[f"0b5fff-{colour.MAKING}", 180]))
    assert Picture.open(io.BytesIO(icon.content)).size == (180, 180)
    for name, args in (
        ("brand_css", ["0b5fff-old"]),
        ("brand_css", [f"fff-{colour.MAKING}"]),
        ("brand_css", [f"red-{colour.MAKING}"]),
        # Drawn only in a colour that a site has, and in the sizes that are asked for.
        ("brand_icon", [f"00804c-{colour.MAKING}", 180]),
        ("brand_icon", [f"0b5fff-{colour.MAKING}", 4000]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404


def test_the_manifest_speaks_the_language_and_has_icons_that_are_there(client, wear):
    for dressed in (False, True):
        if dressed:
            wear(name="Nordfunk", colour=BLUE)
        said = json.loads(client.get("/fr/manifest.webmanifest").content)
        assert (said["lang"], said["start_url"]) == ("fr", "/fr/")
        assert said["name"] == ("Nordfunk" if dressed else "Entraide")
        assert {icon["sizes"] for icon in said["icons"]} == {"192x192", "512x512"}
        if dressed:
            assert all(client.get(icon["src"]).status_code == 200 for icon in said["icons"])


def test_mails_come_from_the_brand_and_end_with_it(client, wear, settings):
    settings.DEFAULT_FROM_EMAIL = "Entraide <bonjour@entraide.example>"
    wear(name="Nordfunk")
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    sent = mail.outbox[-1]
    assert sent.from_email == "Nordfunk <bonjour@entraide.example>"
    [(html, _kind)] = sent.alternatives
    for part in (sent.body, html):
        assert "Nordfunk. Customers help each other here" in part and "Entraide" not in part


def test_feeds_name_the_brand(client, wear):
    wear(name="Nordfunk")
    assert "New questions · Nordfunk" in client.get("/en/community/feed/").content.decode()
