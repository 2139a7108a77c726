"""What every answer carries, and what the server itself asks of others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from accounts.pauses import GUARDS
from config.environment import BASE_DIR
from tests.access.asking import address
from tests.access.table import TABLE
from tests.services import databases


@pytest.mark.once
def test_every_page_and_every_error_carries_the_same_strict_policy(world):
    client = world.client("moderator")
    answers = {name: client.get(address(name, row[0], world)) for name, row in TABLE.items()}
    answers |= {
        "404": client.get("/en/nothing/"),
        "405": client.post("/en/terms/"),
        "400": client.get("/en/", HTTP_HOST="evil.example"),
        "413": client.post("/en/community/ask/", CONTENT_LENGTH=str(10**9)),
        "403": Client(enforce_csrf_checks=True).post("/en/account/login/"),
    }
    for name, response in answers.items():
        policy = response.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy and "unsafe" not in policy, name
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response.get("X-Frame-Options", "DENY") == "DENY", name
        assert response["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer"), name
        assert response["X-Request-Id"], name


@pytest.mark.once
def test_no_page_of_ours_holds_script_or_style_that_the_policy_would_stop(world):
    for standing in ("anonymous", "asker", "moderator", "agent"):
        client = world.client(standing)
        for name, row in TABLE.items():
            response = client.get(address(name, row[0], world))
            if response.streaming or "html" not in response.get("Content-Type", ""):
                continue
            page = response.content.decode()
            assert " style=" not in page and "<style" not in page and " onclick=" not in page, name


PROBE = """
import django; django.setup()
from django.conf import settings
from django.test import Client, override_settings
# No page here is looked at, and collecting what pages need takes longest.
uncollected = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
override_settings(STORAGES=settings.STORAGES | {"staticfiles": uncollected}).enable()
c = Client(HTTP_HOST="entraide.example")
# A visitor gets no cookie; one whose words are kept on the way to signing in gets both.
print("visitor", len(c.get("/en/account/login/", secure=True).cookies))
asked = {"title": "A question", "details": "In detail."}
c.post("/en/community/ask/", asked, secure=True, HTTP_ORIGIN="https://entraide.example")
r = c.get("/en/account/login/", secure=True)
for cookie in r.cookies.values():
    print(cookie.key, bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"])
print("session", settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE)
print("hsts", r["Strict-Transport-Security"])
plain = c.get("/en/account/login/")
print("plain", plain.status_code, plain["Location"])
print("evil", c.get("/en/", HTTP_HOST="evil.example").status_code)
"""


@pytest.mark.once
def test_with_https_no_cookie_travels_in_the_clear(tmp_path):
    environment = os.environ | {
        "ENTRAIDE_URL": "https://entraide.example", "ENTRAIDE_DEMO": "0", "ENTRAIDE_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    for name in ("SECRET_KEY", "DATABASE_URL"):
        environment.pop(name, None)
    databases.migrated_file(tmp_path / "entraide.sqlite3")
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    cookies = [line for line in lines if line.startswith("csrftoken")]
    assert cookies == ["csrftoken True True Lax"]
    assert "visitor 0" in lines
    assert "session True True Lax" in lines
    assert any(line.startswith("hsts max-age=31536000") for line in lines)
    assert "plain 301 https://entraide.example/en/account/login/" in lines
    assert "evil 400" in lines


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_trying_too_often_to_get_in_is_slowed_with_a_time_to_come_back(world, name):
    assert name in GUARDS
    client = Client()
    given = {"login": "a@example.org", "email": "a@example.org", "password": "wrong wrong wrong"}
    given |= {"name": "N", "password1": "un deux trois quatre", "language": "en", "terms": "on", "licence": "on"}
    for _ in range(60):
        response = client.post(reverse(name), given)
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
