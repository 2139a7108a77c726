"""What keeps the site and its visitors safe whatever a page does."""

import http.server
import io
import logging
import os
import subprocess
import sys
import threading
import uuid
from fnmatch import fnmatch

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from config.environment import BASE_DIR
from config.urls import handler400, handler500, urlpatterns  # noqa: F401 - this module is a ROOT_URLCONF below
from core import health, outgoing
from core.logs import Line, RequestId, without_persons
from core.models import Heartbeat

pytestmark = pytest.mark.django_db


def breaks(request):
    who = "camille@example.org"
    raise RuntimeError(f"{who} has no such row")


urlpatterns = [path("breaks/", breaks), *urlpatterns]


def test_a_broken_page_says_so_without_the_database_and_logs_no_words_of_the_error(caplog, django_assert_num_queries):
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__), django_assert_num_queries(0):
        response = client.get("/breaks/")
    assert response.status_code == 500
    assert "It was not you" in response.content.decode()
    record = next(record for record in caplog.records if record.exc_info)
    line = Line("%(message)s").format(record)
    assert "RuntimeError" in line
    assert "breaks" in line
    assert "has no such row" not in line.splitlines()[-1]
    assert "camille@" not in line.replace('who = "camille@example.org"', "")


def test_addresses_keys_and_searches_stay_out_of_the_log():
    text = without_persons(
        "Not Found: /en/account/password/reset/key/2-c9x4Tq-8f3bA91c/ for a.b@c.example /x?q=my+debts y"
    )
    assert "c9x4Tq" not in without_persons("/reset/key/2-c9x4Tq8f3bA91cdd7e22f5/")
    assert "a.b@c" not in text
    assert "debts" not in text
    assert without_persons("/en/community/t/12-how-do-i-change-my-plan-today/").endswith("change-my-plan-today/")


def test_every_line_of_the_log_carries_the_id_that_the_response_names(client, settings):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    given = settings.LOGGING["formatters"]["line"]["format"]
    handler.setFormatter(Line(given))
    handler.addFilter(RequestId())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        response = client.get("/nothing-here/", HTTP_HOST="localhost")
    finally:
        logger.removeHandler(handler)
    assert f"[{response['X-Request-Id']}]" in stream.getvalue()


def test_pages_carry_a_strict_policy_and_safe_headers(client):
    response = client.get("/en/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_made_up_host_is_refused_in_words(client):
    response = client.get("/en/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "could not make sense" in response.content.decode()


def test_a_huge_upload_is_refused_without_being_kept(client, settings):
    class Counting(io.RawIOBase):
        largest = 0

        def read(self, size=-1):
            Counting.largest = max(Counting.largest, size)
            return b"x" * size

    length = 100 * 1024 * 1024
    response = client.generic(
        "POST", "/en/account/login/", b"", CONTENT_LENGTH=str(length), **{"wsgi.input": Counting()}
    )
    assert response.status_code == 413
    assert "12 MB" in response.content.decode()
    assert 0 < Counting.largest <= 1024 * 1024


def test_a_picture_is_served_so_that_it_cannot_run(client):
    name = default_storage.save(f"test/{uuid.uuid4().hex}.webp", ContentFile(b"RIFF"))
    page = default_storage.save(f"test/{uuid.uuid4().hex}.html", ContentFile(b"<script>alert(1)</script>"))
    try:
        response = client.get(f"/media/{name}")
        assert response.status_code == 200
        assert response["Content-Type"] == "image/webp"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert b"".join(response.streaming_content) == b"RIFF"
        again = client.get(f"/media/{name}", HTTP_IF_MODIFIED_SINCE=response["Last-Modified"])
        assert again.status_code == 304
        assert client.get(f"/media/{page}").status_code == 404
        assert client.post(f"/media/{name}").status_code == 405
    finally:
        default_storage.delete(name)
        default_storage.delete(page)


@pytest.mark.parametrize("path", ["../secret-key", "..%2f..%2fetc/passwd.png", "%2e%2e/a.webp", "a%00.png", "none.png"])
def test_nothing_outside_the_pictures_is_served(client, path):
    assert client.get(f"/media/{path}").status_code in (400, 404)


class Inside(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Inside.asked += 1
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def inside():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Inside.asked = 0
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_the_server_asks_nothing_of_private_addresses(inside, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"):
        with pytest.raises(requests.RequestException):
            outgoing.session().get(f"http://{host}:{inside}/")
    assert Inside.asked == 0


def test_a_private_host_that_the_operator_named_is_reached(inside, settings, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    settings.ENTRAIDE = {**settings.ENTRAIDE, "PRIVATE_HOSTS_ALLOWED": ["127.0.0.1"]}
    assert outgoing.session().get(f"http://127.0.0.1:{inside}/").status_code == 200


def test_a_host_that_may_be_reached_leads_to_no_private_one(inside, settings, monkeypatch):
    """The other site's answer is not trusted: where it sends the server is looked at as any address is."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    settings.ENTRAIDE = {**settings.ENTRAIDE, "PRIVATE_HOSTS_ALLOWED": ["127.0.0.1"]}
    for host in ("localhost", "127.0.0.2", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"):
        Inside.asked = 0
        with pytest.raises(requests.RequestException):
            outgoing.session().get(f"http://127.0.0.1:{inside}/to/http://{host}:{inside}/")
        assert Inside.asked == 1, host
    assert outgoing.session().get(f"http://127.0.0.1:{inside}/to/http://127.0.0.1:{inside}/").status_code == 200


@pytest.mark.once
def test_production_settings_pass_djangos_own_deployment_check(tmp_path):
    environment = os.environ | {
        "ENTRAIDE_URL": "https://entraide.example",
        "ENTRAIDE_DEMO": "0",
        "ENTRAIDE_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment.pop("SECRET_KEY", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_ready_names_each_part_and_is_200_only_when_all_are_usable(client, monkeypatch):
    monkeypatch.setattr(health, "PARTS", {"worker": health.worker, "other": lambda now: True})
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"] == {"database": True, "migrations": True, "worker": False, "other": True}
    health.beat("worker", timezone.now())
    assert client.get("/readyz").status_code == 200
    Heartbeat.objects.update(at=timezone.now() - health.SILENCE)
    assert client.get("/readyz").status_code == 503


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_pages_name_the_rules_for_fetching_ahead_and_those_touch_nothing_that_acts(client, db):
    page = client.get("/en/terms/")
    assert page["Speculation-Rules"] == '"/speculation.json"'
    answer = client.get("/speculation.json")
    assert answer["Content-Type"] == "application/speculationrules+json"
    assert not answer.has_header("Speculation-Rules")
    where = answer.json()["prefetch"][0]["where"]["and"]
    wanted, excluded = where[0]["href_matches"], where[1]["not"]["href_matches"]

    def fetched(path):
        return any(fnmatch(path, one) for one in wanted) and not any(fnmatch(path, one) for one in excluded)

    assert fetched("/fr/community/t/12-ma-box/") and fetched("/en/help/mobile/esim/") and fetched("/en/")
    for acts in ("/en/account/logout/", "/en/search/?q=x", "/en/community/t/12/near/", "/en/community/posts/3/accept/"):
        assert not fetched(acts), acts
