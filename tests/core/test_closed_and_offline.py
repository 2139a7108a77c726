"""The site closed for a while, no connection, an address that only a button opens: each has a page that says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client


@pytest.fixture
def site(settings, tmp_path):
    """The product on a data folder of its own, so that nobody else's is closed."""
    settings.DATA = tmp_path
    return Client()


@pytest.mark.django_db
def test_while_closed_every_page_says_so_and_until_when(site, operator, django_assert_num_queries):
    call_command("maintenance", "on", "--minutes", "30", verbosity=0)
    with django_assert_num_queries(0):
        page = site.get("/fr/community/")
    assert page.status_code == 503 and 1700 < int(page["Retry-After"]) <= 1800
    assert 'lang="fr"' in page.text and "Content-Security-Policy" in page.headers
    assert page["Cache-Control"] == "no-store" and not page.cookies
    site.force_login(operator.member.user, backend="accounts.backends.Backend")
    assert site.get("/cms/").status_code == site.post("/en/community/ask/").status_code == 503
    assert site.get("/healthz").status_code == 200
    call_command("maintenance", "off", verbosity=0)
    assert site.get("/en/community/").status_code == 200


@pytest.mark.django_db
def test_closed_without_an_end_asks_to_come_back_in_a_minute(site, tmp_path):
    call_command("maintenance", "on", verbosity=0)
    page = site.get("/", HTTP_ACCEPT_LANGUAGE="fr")
    assert page.status_code == 503 and page["Retry-After"] == "60" and 'lang="fr"' in page.text
    (tmp_path / "maintenance").write_text("nonsense")
    assert site.get("/en/").status_code == 503
    past = datetime.now(UTC) - timedelta(hours=1)
    (tmp_path / "maintenance").write_text(past.isoformat())
    assert site.get("/en/")["Retry-After"] == "60"


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_offline_page_is_the_same_for_everybody(client, sign_in, customer, lang):
    page = client.get(f"/{lang}/offline/")
    assert page.status_code == 200 and f'lang="{lang}"' in page.text and not page.cookies
    assert sign_in(customer).get(f"/{lang}/offline/").content == page.content


@pytest.mark.django_db
def test_the_service_worker_stands_for_the_whole_site_and_is_asked_for_anew(client):
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript") and script["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in script["Content-Security-Policy"]
    assert '"/en/offline/"' in script.text and '"/fr/offline/"' in script.text and "entraide.css" in script.text


@pytest.mark.django_db
def test_opening_what_only_a_button_does_gives_a_page(client):
    page = client.get("/en/account/notifications/read/")
    assert page.status_code == 405 and page["Allow"] == "POST" and "There is nothing to read" in page.text
