"""Addresses, headers and bodies that no page of ours makes: always an answer, never a fault of the site."""

from __future__ import annotations

import base64
import json

import pytest
from django.urls import reverse

from tests.access.asking import address
from tests.access.table import TABLE


def cursor(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


GARBAGE = [
    "garbage", "-1", "0", "9" * 30, "9" * 5000, "1e400", "\x00", "%00", "\u0661", "é", "=", "....//", "' OR 1=1 --",
    "[" * 3000, "<script>", "None", "true", "Infinity", "\U0001f600",
    cursor("older", 5, 5), cursor("older", "2026-01-01T00:00:00+00:00", 5), cursor("older", True, True),
    cursor("older", 2**62, 2**62), cursor("older", "0001-01-01T00:00:00+14:00", 1),
    cursor("newer", "9999-12-31T23:59:59-14:00", 1), cursor("older", {"a": 1}, 1), cursor("older", 10**400, 1),
    cursor("older", "2026-01-01", 1), cursor("sideways", 1, 1), cursor(), cursor("older", None, None),
    base64.urlsafe_b64encode(b"[" * 2000).decode(), base64.urlsafe_b64encode(b'["older","\\ud800",1]').decode(),
]  # fmt: skip

PAGES = {
    "community:list": ("list", "at", "in", "products"),
    "community:product": ("at",),
    "community:thread": ("after",),
    "community:ask": ("title", "product"),
    "search:results": ("q", "page", "product", "kind", "solved"),
    "search:similar": ("title", "details", "product"),
    "search:suggest": ("q",),
    "notifications:index": ("page",),
    "rewards:credits": ("at", "page", "cursor"),
    "care:requests": ("at",),
    "care:desk": ("queue",),
    "account_login": ("next",),
    "account_signup": ("next",),
    "kb:review": ("next",),
    "cms_sign_in": ("next",),
    "help": ("p", "page", "product", "q"),
    "home": ("x",),
}
READERS = {"care": "agent", "kb": "agent", "cms_sign_in": "anonymous", "home": "anonymous", "help": "anonymous"}
READERS |= {"account_login": "anonymous", "account_signup": "anonymous"}


def path_of(world, name):
    if name == "cms_sign_in":
        return reverse(name)
    keys = {
        "community:product": [world.keys["product"].slug],
        "community:thread": [world.keys["thread_ref"]],
        "kb:review": [world.keys["draft_article"].pk],
    }
    return reverse(name, args=keys.get(name))


@pytest.mark.parametrize("name", PAGES)
def test_no_parameter_however_odd_breaks_a_page(world, name):
    path = path_of(world, name)
    # Who the page is for: an address is read alike for all of them.
    client = world.client(READERS.get(name.split(":")[0], "asker"))
    for parameter in PAGES[name]:
        for value in GARBAGE:
            response = client.get(path, {parameter: value})
            assert response.status_code in (200, 301, 302, 403, 404), (parameter, value[:60])


def test_lists_with_both_kinds_of_cursor_take_neither_for_the_other(world):
    client = world.client("asker")
    for which in ("newest", "active", "unanswered", "unsolved", "solved", "mine", "followed"):
        for value in GARBAGE:
            response = client.get(reverse("community:list"), {"list": which, "at": value})
            assert response.status_code == 200, (which, value[:60])


@pytest.mark.parametrize(
    "raw", ["q=%FF%FE", "q=%00", "q=%ED%A0%80", "q=%", "q[]=1&q[]=2", "&&&===", "q=a&q=b", "%80=%80"]
)
def test_bytes_that_are_no_text_are_searched_for_as_far_as_they_are(world, raw):
    for name in ("search:results", "search:suggest", "community:list", "community:ask"):
        assert world.client("anonymous").get(f"{reverse(name)}?{raw}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/en/%FF%FE/", "/%ED%A0%80/", "/en/community/t/%00/", "/en/community/t/999999999999999999999-x/",
        "/en/community/t/99999999999999999999999/answer/", "/en/community/posts/99999999999999999999999/",
        f"/en/community/posts/{'9' * 5000}/", "/en/community/people/18446744073709551616/", "/en/community/t/-1/",
        "/en/community/about/%E2%80%AE/", "/xx/", "/en-GB/community/", "/de/community/", "/en//community/",
        "//evil.example/",
        "/en/../../etc/passwd", "/en/help/%00/", f"/en/help/{'a/' * 900}", "/sitemap-threads-99999999999999999999.xml",
        "/media/%FF.png", "/en/community/reports/user/1/", "/en/community/report/nothing/1/",
        "/en/account/outbox/x/99999999999999999999/",
        "/en/account/confirm-email/%00/", "/documents/99999999999999999999/a.pdf",
        f"/en/community/t/1-{'a' * 7000}/", "/en/account/members/99999999999999999999/suspension/", "/EN/",
        "/fr/community/t/x/",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_not_there(world, path):
    for standing in ("anonymous", "moderator"):
        client = world.client(standing)
        for ask in (client.get, client.post):
            response = ask(path)
            assert response.status_code in (301, 302, 400, 403, 404, 405), (ask, response.status_code)
            if response.status_code in (301, 302):
                assert response["Location"].startswith("/") and not response["Location"].startswith("//")


@pytest.mark.parametrize("path", ["/en/de/", "/xx/community/", "/english/", "/e/"])
def test_a_language_that_is_not_served_is_a_page_in_one_that_is(world, path):
    response = world.client("anonymous").get(path)
    assert response.status_code == 404
    assert '<html lang="en"' in response.content.decode()


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "." in row[2]])
def test_head_and_options_answer_as_get_does_but_say_nothing(world, name):
    client = world.client("operator" if TABLE[name][2][-1] == "." else "anonymous")
    path = address(name, TABLE[name][0], world)
    shown = client.get(path)
    head = client.head(path)
    assert head.status_code in (shown.status_code, 405)
    assert head.content == b"" if not head.streaming else True
    assert client.options(path).status_code in (200, 405)
    for method in ("put", "patch", "delete", "trace"):
        # Health is asked by machines of all sorts; pages of the help change nothing by any method.
        assert getattr(client, method)(path).status_code in (200, 302, 403, 404, 405, 429, 503)


PARTS = "multipart/form-data; boundary=x"
BODIES = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nhalf"),
    ("multipart/form-data; boundary=" + "b" * 500, b"--" + b"b" * 500),
    ("multipart/form-data; boundary=\xe9", b"--x--"),
    (PARTS, b'--x\r\nContent-Disposition: form-data; name="picture"; filename="\x00"\r\n\r\n--x--'),
    (PARTS, b'--x\r\nContent-Disposition: form-data; name="body"\r\nContent-Transfer-Encoding: base64\r\n\r\n***'),
    ("application/x-www-form-urlencoded", b"body=%FF%FE%ED%A0%80&%00=%00"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"body=+ADw-script+AD4-"),
    ("application/x-www-form-urlencoded; charset=no-such", b"body=x"),
    ("application/json", b'{"body": "\\ud800"}'),
    ("application/json", b"{"),
    ("text/plain", b"body=x"),
    ("", b"body=x"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(2000))),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_body_that_cannot_be_read_is_refused_and_breaks_nothing(world, number):
    kind, body = BODIES[number]
    keys = world.keys
    for standing, path in (
        ("asker", reverse("community:ask")),
        ("answerer", reverse("community:answer", args=[keys["fresh"].pk])),
        ("other", reverse("community:upload")),
        ("other", reverse("community:draft")),
        ("other", reverse("community:preview")),
        ("anonymous", reverse("account_login")),
        ("anonymous", reverse("account_signup")),
        ("anonymous", reverse("mfa_login_webauthn")),
    ):
        response = world.client(standing).generic("POST", path, body, content_type=kind)
        assert response.status_code in (200, 204, 302, 400, 415, 422, 429), (path, response.status_code)


@pytest.mark.parametrize(
    "credential", ["", "{", "null", "[]", "5", '{"id": "\\ud800"}', '{"id": {}}', "[" * 5000, "\x00"]
)
def test_a_passkey_that_is_none_is_an_error_of_the_form(world, credential):
    client = world.client("anonymous")
    response = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert response.status_code in (200, 302, 400)


def test_more_text_than_a_form_may_hold_is_refused_in_words(world, settings):
    given = {"body": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    path = reverse("community:answer", args=[world.keys["fresh"].pk])
    response = world.client("answerer").post(path, given)
    assert response.status_code == 413
    assert "shorten it; what you wrote is still in the form" in response.content.decode()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "", "[::1", "a b", "\xe9"]
)
def test_a_made_up_host_reaches_no_page_and_no_mail(world, host):
    client = world.client("anonymous")
    for path, given in (("/en/", None), ("/en/account/password/reset/", {"email": "other@example.org"})):
        response = client.post(path, given, HTTP_HOST=host) if given else client.get(path, HTTP_HOST=host)
        if host:
            assert response.status_code == 400
            assert "could not make sense" in response.content.decode()
        assert "evil" not in response.content.decode()


def test_headers_that_a_proxy_would_set_are_believed_of_nobody(world):
    response = world.client("anonymous").get(
        "/en/", HTTP_X_FORWARDED_HOST="evil.example", HTTP_X_ORIGINAL_URL="/admin/", HTTP_X_FORWARDED_FOR="1.2.3.4"
    )
    assert response.status_code == 200 and "evil" not in response.content.decode()


def test_a_very_long_address_and_very_long_headers_are_answered(world):
    client = world.client("anonymous")
    assert client.get("/en/search/", {"q": "word " * 20_000}).status_code == 200
    headers = {
        "HTTP_ACCEPT_LANGUAGE": "x" * 60_000,
        "HTTP_REFERER": "http://" + "x" * 60_000,
        "HTTP_COOKIE": "a=" + "b" * 60_000,
    }
    assert client.get("/en/", **headers).status_code == 200
    assert client.get("/", **headers).status_code in (200, 302)


@pytest.mark.parametrize("session", ["x", "\x00", "../../etc", "0" * 32, "é", "a" * 4000])
def test_a_session_that_nobody_made_is_nobody(world, settings, session):
    client = world.client("anonymous")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    assert client.get("/en/").status_code == 200
    assert client.get("/en/account/").status_code == 302
