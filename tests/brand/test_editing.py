"""Editing a brand in Wagtail's admin: who may, what is refused, and what the preview shows."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from core import colour
from core.models import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(db):
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def edit(site):
    return reverse("wagtailsettings:edit", args=["core", "brand", site.pk])


@pytest.fixture
def preview(site):
    return reverse("wagtailsettings:preview_on_edit", args=["core", "brand", site.pk])


def errors(response):
    return response.context["form"].errors


def test_an_operator_finds_it_among_the_settings_and_keeps_a_brand(sign_in, operator, edit, site):
    client = sign_in(operator)
    assert edit.rsplit("/", 2)[0] in client.get("/cms/").content.decode()
    page = client.get(edit).content.decode()
    # What stands there now is what one reads in an empty field.
    assert 'placeholder="De quoi avez-vous besoin' in page and 'placeholder="What do you need?"' in page
    given = {
        "name": "Nordfunk",
        "colour": "0B5FFF",
        "home_heading_fr": "Bonjour",
        "legal_fr": "Mentions légales https://nordfunk.example/mentions\nRègles /fr/terms/\n",
    }
    assert client.post(edit, given).status_code == 302
    kept = Brand.objects.get(site=site)
    assert (kept.name, kept.colour) == ("Nordfunk", "#0b5fff")
    assert kept.welcome == {"en": {}, "fr": {"home_heading": "Bonjour"}}
    assert kept.legal == {"fr": [["Mentions légales", "https://nordfunk.example/mentions"], ["Règles", "/fr/terms/"]]}
    again = client.get(edit).content.decode()
    assert 'value="Bonjour"' in again and "Mentions légales https://nordfunk.example/mentions" in again


@pytest.mark.parametrize("who", ["customer", "helper", "agent", "moderator"])
def test_nobody_else_may(request, sign_in, who, edit, preview, site):
    client = sign_in(request.getfixturevalue(who))
    assert client.get(edit).status_code in (302, 403)
    assert client.post(edit, {"name": "Mine"}).status_code in (302, 403)
    assert client.post(preview, {"name": "Mine"}).status_code in (302, 403)
    assert not Brand.objects.filter(name="Mine").exists()
    if who == "moderator":
        assert "/settings/core/brand/" not in client.get("/cms/").content.decode()


@pytest.mark.parametrize("given", ["#ffd800", "#00c2a8", "#9fe8ff"])
def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(sign_in, operator, edit, site, given):
    client = sign_in(operator)
    response = client.post(edit, {"colour": given})
    assert response.status_code == 200
    said = str(errors(response)["colour"])
    near = colour.nearest(given)
    assert given in said and all(other in said for other in near) and "4.5 to 1" in said
    assert not Brand.objects.filter(site=site).exclude(colour="").exists()
    # One press takes what is offered, whatever still stands in the field.
    assert f'name="take" value="{near[0]}"' in response.content.decode()
    assert client.post(edit, {"colour": given, "take": near[0]}).status_code == 302
    assert Brand.objects.get(site=site).colour == near[0]


def test_what_is_offered_by_a_button_is_looked_at_like_anything_else(sign_in, operator, edit, site):
    response = sign_in(operator).post(edit, {"colour": "", "take": "#ffd800"})
    assert "colour" in errors(response)


@pytest.mark.parametrize(
    "line",
    ["Terms", "Terms javascript:alert(1)", "Terms http://plain.example/", "Terms //else.example/", "https://x.y"],
)
def test_a_legal_link_without_words_or_a_safe_address_is_refused(sign_in, operator, edit, line):
    assert "legal_en" in errors(sign_in(operator).post(edit, {"legal_en": line}))


def test_markup_in_a_brand_is_words(sign_in, operator, edit, client, site):
    sign_in(operator).post(edit, {"name": "<b>Nord</b>", "legal_en": '<script>x</script> https://a.example/"><i>'})
    Brand.objects.filter(site=site).update(name="<b>Nord</b>")
    page = client.get("/en/terms/").content.decode()
    assert "<script>x" not in page and '"><i>' not in page and "<b>Nord" not in page


@pytest.mark.parametrize(("mode", "word"), [("en", "Ask a question"), ("fr", "Poser une question")])
def test_the_preview_shows_what_is_not_kept_yet_light_and_dark(sign_in, operator, preview, site, mode, word):
    client = sign_in(operator)
    answered = client.post(preview, {"name": "Nordfunk", "colour": "#0b5fff", "legal_fr": "Règles /fr/terms/"})
    assert answered.json() == {"is_valid": True, "is_available": True}
    response = client.get(preview, {"mode": mode})
    page = response.content.decode()
    assert "Nordfunk" in page and word in page and f"/brand/0b5fff-{colour.MAKING}.css" in page
    assert 'data-scheme="light"' in page and 'data-scheme="dark"' in page
    assert ("Règles" in page) == (mode == "fr")
    # It stands in a frame of the admin, and of nobody else.
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert Brand.objects.get(site=site).name == ""
    with translation.override("en"):
        assert client.post(preview, {"colour": "#ffd800"}).json()["is_valid"] is False
