"""What is new to a reader: marked for them alone, and told by a page that was really seen."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from community.actions.acceptance import accept
from community.actions.answering import answer
from community.models import Seen, Thread
from core import brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(make_viewer):
    return make_viewer("Reader")


def see(client, thread, to=None):
    thread.refresh_from_db()
    to = to or thread.last_activity_at
    return client.post(reverse("community:seen", args=[thread.pk]), {"to": to.isoformat()})


def test_answers_since_the_last_visit_stand_below_a_line_with_a_way_to_the_first(sign_in, thread, helper, reader, now):
    answer(thread=thread, by=helper, body="Old one", now=now + timedelta(minutes=1))
    client = sign_in(reader)
    assert see(client, thread).status_code == 204
    assert "New since you were here" not in client.get(thread.get_absolute_url()).content.decode()
    new = answer(thread=thread, by=helper, body="New one", now=now + timedelta(minutes=2))
    html = client.get(thread.get_absolute_url()).content.decode()
    shown = html[html.index("<main") :]
    assert shown.index("Old one") < shown.index("New since you were here") < shown.index("New one")
    assert f'<a href="#post-{new.pk}">First unread answer</a>' in shown


def test_what_one_reader_has_read_shows_to_nobody_else(client, sign_in, thread, helper, reader, make_viewer, now):
    signed_in = sign_in(reader)
    see(signed_in, thread)
    answer(thread=thread, by=helper, body="New one", now=now + timedelta(minutes=2))
    assert "New since you were here" in signed_in.get(thread.get_absolute_url()).content.decode()
    assert "New since you were here" in signed_in.get("/en/community/").content.decode()
    for other in (sign_in(make_viewer("Other")), client):
        if other is client:
            client.logout()
        for path in (thread.get_absolute_url(), "/en/community/"):
            html = other.get(path).content.decode()
            assert ("New since you were here" not in html and "data-seen" not in html) or other is not client


def test_a_visitor_s_page_marks_nothing_and_keeps_nothing(client, thread):
    html = client.get(thread.get_absolute_url()).content.decode()
    assert "data-seen-url" not in html and "<!--own-->" not in html
    assert (
        client.post(reverse("community:seen", args=[thread.pk]), {"to": "2026-03-10T10:00:00+00:00"}).status_code == 302
    )
    assert not Seen.objects.exists()


def test_a_page_that_is_only_fetched_marks_nothing(sign_in, thread, reader):
    client = sign_in(reader)
    assert (
        "data-seen-url" in client.get(thread.get_absolute_url(), headers={"sec-purpose": "prefetch"}).content.decode()
    )
    assert not Seen.objects.exists()


def test_a_thread_without_news_asks_for_no_write(sign_in, thread, reader):
    client = sign_in(reader)
    see(client, thread)
    assert "data-seen-url" not in client.get(thread.get_absolute_url()).content.decode()


def test_what_was_read_never_goes_back_nor_beyond_what_there_is(sign_in, thread, reader, now):
    client = sign_in(reader)
    see(client, thread, now + timedelta(days=900))
    thread.refresh_from_db()
    assert Seen.objects.get().at == thread.last_activity_at
    see(client, thread, now - timedelta(days=900))
    assert Seen.objects.get().at == thread.last_activity_at


@pytest.mark.parametrize("to", ["", "yesterday", "2026-03-10", "2026-03-10T10:00:00"])
def test_a_moment_that_is_none_is_refused(sign_in, thread, reader, to):
    assert sign_in(reader).post(reverse("community:seen", args=[thread.pk]), {"to": to}).status_code == 422


def test_lists_tell_read_from_unread_and_from_read_before_the_news(sign_in, make_thread, helper, reader, now):
    read, changed, unread = (make_thread(f"Thread {name}", minutes=n) for n, name in enumerate("abc"))
    client = sign_in(reader)
    see(client, read)
    see(client, changed)
    answer(thread=changed, by=helper, body="News", now=now + timedelta(hours=1))
    html = client.get("/en/community/").content.decode()
    rows = {pk: css for css, pk in re.findall(r'<li class="(row[a-z ]*)" data-row="(\d+)">', html)}
    assert rows == {str(read.pk): "row read", str(changed.pk): "row changed", str(unread.pk): "row"}
    assert html.count("New since you were here.") == 1


def test_one_s_own_answer_is_no_news(sign_in, thread, reader, now):
    client = sign_in(reader)
    see(client, thread)
    answer(thread=thread, by=reader, body="Mine", now=now + timedelta(minutes=2))
    assert "New since you were here" not in client.get(thread.get_absolute_url()).content.decode()


def test_the_first_unread_of_a_long_thread_is_found_on_its_later_page(sign_in, thread, helper, reader, now):
    for n in range(55):
        answer(thread=thread, by=helper, body=f"Answer {n}", now=now + timedelta(minutes=n))
    client = sign_in(reader)
    see(client, thread)
    new = answer(thread=thread, by=helper, body="New one", now=now + timedelta(hours=5))
    html = client.get(thread.get_absolute_url()).content.decode()
    assert f'<a href="{reverse("community:post", args=[new.pk])}">First unread answer</a>' in html


@pytest.mark.parametrize("cold", [True, False])
def test_marks_cost_no_query_beyond_the_six(
    sign_in, thread, customer, helper, reader, now, cold, django_assert_max_num_queries
):
    post = answer(thread=thread, by=helper, body="See http://127.0.0.1:8000/en/community/t/1/", now=now)
    accept(answer=post, by=customer, now=now)
    for viewer in (customer, helper, reader):
        client = sign_in(viewer)
        see(client, thread)
        answer(thread=thread, by=helper, body="News", now=now + timedelta(hours=1))
        path = Thread.objects.get(pk=thread.pk).get_absolute_url()
        client.get(path)
        if cold:
            cache.clear()
            brand.look_again()
            client.get("/en/shortcuts/")  # rules, hours and the bar, which every page keeps
        with django_assert_max_num_queries(6):
            client.get(path)
        with django_assert_max_num_queries(6):
            client.get("/en/community/")
