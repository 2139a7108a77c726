"""Whole pages for visitors are made once; whatever is written shows at once, and nobody sees another's page."""

import gzip
import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.actions.erasure import erase
from accounts.actions.profile import change_profile
from accounts.viewer import Viewer
from community.actions.answering import answer
from community.actions.removal import remove_post
from community.models import Thread, Visibility
from core import visitors
from core.visitors import Shelf, stamp
from events.record import record

pytestmark = pytest.mark.django_db
LIST = "/en/community/"


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch):
    """Pages are kept as in production, and the record is asked before each: a test is one transaction."""
    settings.ENTRAIDE = {**settings.ENTRAIDE, "VISITORS_PAGES_BYTES": 1024 * 1024}
    monkeypatch.setattr(visitors, "TRUSTED", -1.0)
    stamp.forget()


def page(path, **headers):
    """What a visitor who comes for the first time is shown."""
    response = Client(**headers).get(path)
    assert response.status_code == 200
    return response.content.decode()


KEPT = ["home", "community:list", "community:ask", "terms", "privacy", "accessibility", "help", "styleguide"]


@pytest.mark.parametrize("name", KEPT)
def test_a_page_is_made_once_for_all_visitors(name, django_assert_num_queries):
    path = reverse(name)
    first = Client().get(path)
    with django_assert_num_queries(1):  # what was written last
        second = Client().get(path)
    assert second.status_code == 200 and second.content == first.content
    assert "csrf" not in first.content.decode().lower() and not first.cookies and not second.cookies
    assert second["Cache-Control"] == "no-cache" and "Cookie" in second["Vary"]
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert second["X-Request-Id"] != first["X-Request-Id"]


def test_a_thread_is_made_once_for_all_visitors(make_thread, django_assert_num_queries):
    path = make_thread().get_absolute_url()
    first = Client().get(path)
    with django_assert_num_queries(1):
        assert Client().get(path).content == first.content
    assert "csrf" not in first.content.decode() and 'name="token"' not in first.content.decode()


def test_a_browser_that_has_the_page_is_told_so_in_a_few_bytes_until_something_is_written(make_thread, helper, now):
    thread = make_thread()
    first = Client().get(LIST)
    again = Client().get(LIST, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == first["ETag"]
    answer(thread=thread, by=helper, body="Try this", now=now)
    changed = Client().get(LIST, HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_pages_are_kept_compressed_and_plain_for_who_wants_which(make_thread):
    make_thread("Accents é ï")
    small = Client(HTTP_ACCEPT_ENCODING="br, gzip").get(LIST)
    plain = Client().get(LIST)
    again = Client(HTTP_ACCEPT_ENCODING="gzip, br").get(LIST)
    assert small["Content-Encoding"] == "gzip" and not plain.has_header("Content-Encoding")
    assert gzip.decompress(small.content) == plain.content == gzip.decompress(again.content)
    assert int(again["Content-Length"]) == len(again.content) < len(plain.content) / 2
    assert small["ETag"] != plain["ETag"] and "Accept-Encoding" in small["Vary"]


def test_two_languages_are_two_pages(make_thread):
    path = make_thread().get_absolute_url()
    assert "Post answer" in page(path)
    assert "Publier la réponse" in page(path.replace("/en/", "/fr/"))
    assert "Post answer" in page(path)


def test_nobody_is_shown_another_persons_page(make_thread, sign_in, customer, helper, client):
    path = make_thread().get_absolute_url()
    assert "Camille" in sign_in(customer).get("/en/").content.decode()
    as_customer = client.get(path).content.decode()
    visitor = page(path)
    assert "This did not solve it" not in visitor and "Sign in" in visitor and "Sign in</a>" not in as_customer
    mine = sign_in(helper).get(path).content.decode()
    assert "Nadia Benali" in mine and "My credits" in mine
    assert "My credits" not in page(path) and "My credits" not in page("/en/")


def test_what_somebody_is_told_is_not_told_to_the_next(sign_in, customer, client):
    """A message waits in a cookie: the page that shows it is nobody else's."""
    page("/en/")
    client.cookies["messages"] = "whatever"
    told = client.get("/en/")
    assert told.status_code == 200 and not told.has_header("ETag")


def test_a_new_answer_shows_at_once(make_thread, helper, now):
    thread = make_thread()
    path = thread.get_absolute_url()
    assert "Nobody has answered yet" in page(LIST) and "Nobody has answered yet" in page(path)
    answer(thread=thread, by=helper, body="Turn the box off and on.", now=now)
    assert "One answer, not accepted yet" in page(LIST) and "Turn the box off and on." in page(path)


def test_a_removed_post_is_gone_at_once(make_thread, helper, moderator, now):
    thread = make_thread()
    path = thread.get_absolute_url()
    post = answer(thread=thread, by=helper, body="Call me on 0123.", now=now)
    assert "Call me on 0123." in page(path)
    remove_post(post=post, by=moderator, reason="A phone number", now=now)
    assert "Call me on 0123." not in page(path)


def test_a_thread_that_is_taken_from_the_public_is_gone_at_once(make_thread, moderator, now):
    thread = make_thread("Only between us")
    path = thread.get_absolute_url()
    assert "Only between us" in page(path) and "Only between us" in page(LIST)
    Thread.objects.filter(pk=thread.pk).update(visibility=Visibility.STAFF)
    record(verb="thread.hidden", actor=moderator.member, obj=thread, now=now)
    assert Client().get(path).status_code == 404 and "Only between us" not in page(LIST)


def test_a_new_name_and_an_erased_one_show_at_once(
    make_thread, helper, now, client, django_capture_on_commit_callbacks
):
    thread = make_thread()
    path = thread.get_absolute_url()
    answer(thread=thread, by=helper, body="Try this", now=now)
    assert "Nadia Benali" in page(path)
    with django_capture_on_commit_callbacks(execute=True):
        change_profile(by=helper, name="Nadia B.", language="en", time_zone="Europe/Paris", now=now)
    assert "Nadia B." in page(path) and "Nadia Benali" not in page(path)
    with django_capture_on_commit_callbacks(execute=True):
        erase(by=Viewer.of_member(helper.member), keep_name=False, now=now)
    assert "Nadia" not in page(path) and "a former member" in page(path)


def test_what_another_process_writes_is_seen_when_the_last_look_is_half_a_second_old(make_thread, monkeypatch):
    looked = []
    clock = [100.0]
    monkeypatch.setattr(visitors, "TRUSTED", 0.5)
    monkeypatch.setattr(visitors.time, "monotonic", lambda: clock[0])
    one = visitors.Stamp()
    one.stamped_by(lambda: looked.append(1) or len(looked))
    first = one.read()
    clock[0] += 0.49
    assert one.read() == first and len(looked) == 1
    clock[0] += 0.02
    assert one.read() != first and len(looked) == 2
    one.forget()
    one.read()
    assert len(looked) == 3


def test_this_process_looks_again_as_soon_as_it_has_written(
    make_thread, customer, now, monkeypatch, django_capture_on_commit_callbacks
):
    thread = make_thread()
    monkeypatch.setattr(visitors, "TRUSTED", 1000.0)
    before = stamp.read()
    with django_capture_on_commit_callbacks(execute=True):
        record(verb="thread.seen", actor=customer.member, obj=thread, now=now)
        assert stamp.read() == before
    assert stamp.read() != before
    stamp.forget()


def test_an_event_that_is_committed_after_a_later_one_is_seen():
    """Two transactions take their keys in one order and end in the other."""
    from events.latest import latest
    from events.models import Event

    def event(pk):
        return Event.objects.create(
            pk=pk, at="2026-03-10T10:00Z", verb="x", object_type="x", object_id=1, subject_type="x", subject_id=1
        )

    event(7_000_002)
    before = latest()
    event(7_000_001)
    assert latest() != before


def test_a_part_of_a_page_and_a_page_that_is_not_for_all_are_not_kept(make_thread, client):
    thread = make_thread()
    assert not client.get(f"/en/community/t/{thread.pk}/near/").has_header("ETag")
    assert not Client(HTTP_HX_REQUEST="true").get(thread.get_absolute_url()).has_header("ETag")
    assert not client.get("/en/search/?q=x").has_header("ETag")
    assert not client.get("/en/community/t/0-nothing/").has_header("ETag")
    assert not client.get("/en/account/login/").has_header("ETag")


def test_another_host_and_another_address_are_other_pages(make_thread):
    make_thread()
    assert 'href="?at' not in page(LIST)
    with override_settings(ALLOWED_HOSTS=["localhost", "other.example"]):
        here = Client(HTTP_HOST="localhost").get("/en/community/feed/")
        there = Client(HTTP_HOST="other.example").get("/en/community/feed/")
    assert here.status_code == there.status_code == 200
    assert Client(HTTP_HOST="evil.example").get(LIST).status_code == 400


def test_the_oldest_pages_make_room():
    shelf = Shelf("VISITORS_PAGES_BYTES")

    def put(key, size):
        shelf.put(key, visitors.Kept("now", b"x" * size, (), '"x"'))

    put("a", 500_000)
    put("b", 400_000)
    assert shelf.get("a", "now") is not None
    put("c", 400_000)
    assert shelf.get("b", "now") is None
    assert shelf.get("a", "now") is not None and shelf.get("c", "now") is not None
    assert shelf.get("a", "later") is None


# -- forms on pages that hold no token


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True, HTTP_HOST="localhost")


@pytest.mark.parametrize(
    "said",
    [
        {"HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_ORIGIN": "http://localhost"},
        {"HTTP_REFERER": "http://localhost/en/community/"},
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "null"},
    ],
)
def test_a_visitors_own_form_is_taken_without_a_token(make_thread, strict, said):
    thread = make_thread()
    response = strict.post(f"/en/community/t/{thread.pk}/answer/", {"body": "Try another cable."}, **said)
    assert response.status_code == 302 and "/account/login/" in response["Location"]
    assert strict.session["kept"]["data"]["body"] == "Try another cable."


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://localhost:1"},
        {"HTTP_REFERER": "http://localhost.evil.example/"},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://localhost"},
        {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://localhost"},
        {"HTTP_SEC_FETCH_SITE": "none"},
    ],
)
def test_a_form_that_stood_elsewhere_is_refused(make_thread, strict, said):
    thread = make_thread()
    response = strict.post(f"/en/community/t/{thread.pk}/answer/", {"body": "Buy this."}, **said)
    assert response.status_code == 403 and "kept" not in strict.session


def test_with_a_session_the_token_is_asked_for_whatever_the_browser_says(make_thread, customer, strict):
    strict.force_login(customer.member.user, backend="accounts.backends.Backend")
    thread = make_thread()
    path = f"/en/community/t/{thread.pk}/answer/"
    assert strict.post(path, {"body": "x"}, HTTP_SEC_FETCH_SITE="same-origin").status_code == 403
    html = strict.get(thread.get_absolute_url()).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[1]
    assert strict.post(path, {"body": "It is the cable.", "csrfmiddlewaretoken": token}).status_code == 302
