"""Pages that many signed-in readers share: made once, each reader's own words in them, and never another's."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.profile import change_profile
from accounts.models import Member
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.removal import remove_post
from community.actions.steering import lock
from community.models import MemberProduct, Thread, Visibility
from core import frames

pytestmark = pytest.mark.django_db
LIST = "/en/community/"


@pytest.fixture
def readers(make_viewer):
    """Two customers with a browser each."""
    return [browser(make_viewer(name)) for name in ("Reader One", "Reader Two")]


def browser(viewer):
    client = Client()
    client.force_login(viewer.member.user)
    return client


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def forms(html):
    return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)), re.findall(
        r'name="token" value="([^"]+)"', html
    )


def test_the_second_reader_s_thread_costs_two_queries_and_no_drawing(readers, thread, django_assert_num_queries):
    page(readers[0], thread.get_absolute_url())
    with django_assert_num_queries(2):  # reader, what is theirs in the thread
        page(readers[1], thread.get_absolute_url())


def test_the_second_reader_s_list_costs_what_is_theirs(readers, thread, django_assert_num_queries):
    page(readers[0], LIST)
    with django_assert_num_queries(4):  # reader, their products, the page's keys, what they have seen
        page(readers[1], LIST)


@pytest.mark.parametrize("where", ["thread", "list"])
def test_each_reader_has_their_own_name_and_tokens_and_nothing_of_the_other(where, readers, thread):
    path = thread.get_absolute_url() if where == "thread" else LIST
    first, second = page(readers[0], path), page(readers[1], path)
    assert len(frames.shelf._pages) == 1
    assert "Reader One" in first and "Reader Two" not in first
    assert "Reader Two" in second and "Reader One" not in second
    if where == "thread":
        (one, one_form), (two, two_form) = forms(first), forms(second)
        assert len(one) == len(two) == len(one_form) == len(two_form) == 1
        assert one != two and one_form != two_form
    kept = "".join(next(iter(frames.shelf._pages.values())).pieces)
    assert "Reader One" not in kept and not any(token in kept for token in forms(first)[0])


def test_a_frame_gives_the_page_that_is_made_without_one(readers, thread, helper, now, settings):
    answer(thread=thread, by=helper, body="Turn it off and on.", now=now)

    def bare(html):
        return re.sub(r'value="[A-Za-z0-9_-]{24,}"', "", html)

    for path in (thread.get_absolute_url(), LIST, f"{LIST}?list=unsolved", f"{LIST}?products=yours&x=1"):
        page(readers[0], path)
        framed = page(readers[1], path)
        kept = settings.ENTRAIDE
        settings.ENTRAIDE = kept | {"FRAMES_BYTES": 0}
        assert bare(framed) == bare(page(readers[1], path))
        settings.ENTRAIDE = kept


def test_a_token_of_a_frame_posts_once(readers, thread):
    path = thread.get_absolute_url()
    page(readers[0], path)
    _csrf, (token,) = forms(page(readers[1], path))
    for _time in range(2):
        given = {"body": "Turn it off and on.", "token": token}
        assert readers[1].post(reverse("community:answer", args=[thread.pk]), given).status_code == 302
    assert Thread.objects.get(pk=thread.pk).answer_count == 1


def test_what_is_written_shows_at_once(readers, thread, helper, customer, moderator, now):
    path = thread.get_absolute_url()
    assert "Nobody has answered yet" in page(readers[0], path)
    given = answer(thread=thread, by=helper, body="Turn it off and on.", now=now)
    assert "Turn it off and on." in page(readers[0], path)
    accept(answer=given, by=customer, now=now)
    assert "Solved" in page(readers[0], path)
    lock(thread=thread, by=moderator, reason="Settled.", now=now)
    assert "takes no more answers" in page(readers[0], path)
    remove_post(post=given, by=moderator, reason="spam", now=now)
    assert "Turn it off and on." not in page(readers[0], path)


def test_a_thread_that_is_taken_away_is_gone_at_once(readers, thread):
    path = thread.get_absolute_url()
    for change in ({"removed_at": thread.created_at}, {"removed_at": None, "visibility": Visibility.ASKER}):
        Thread.objects.filter(pk=thread.pk).update(removed_at=None, visibility=Visibility.PUBLIC)
        page(readers[0], path)
        Thread.objects.filter(pk=thread.pk).update(**change)
        assert readers[0].get(path).status_code == readers[1].get(path).status_code == 404


def test_news_of_a_reader_s_own_stand_in_the_bar(readers, thread, make_viewer):
    page(readers[0], thread.get_absolute_url())
    reader = make_viewer("Reader Three")
    third = browser(reader)
    assert "4 new" not in page(third, thread.get_absolute_url())
    Member.objects.filter(pk=reader.member_id).update(unread_count=4)
    assert "4 new" in page(third, thread.get_absolute_url()) and "4 new" in page(third, LIST)
    assert "4 new" not in page(readers[0], thread.get_absolute_url())


def test_who_may_not_write_is_told_so_and_nobody_else_is(readers, thread, make_viewer):
    path = thread.get_absolute_url()
    page(readers[0], path)
    unverified = browser(make_viewer("Not Yet", verified=False))
    later = thread.created_at + timedelta(days=40_000)
    suspended = browser(make_viewer("Held", suspended_until=later, suspended_reason="Shouting."))
    assert "Confirm your e-mail address first" in page(unverified, path)
    assert "Shouting." in page(suspended, path)
    assert "Confirm your" not in page(readers[1], path) and "Shouting." not in page(readers[1], path)


def test_who_works_here_sees_their_own_page_and_leaves_none(readers, thread, moderator, customer):
    path = thread.get_absolute_url()
    assert "For staff" in page(browser(moderator), path)
    page(browser(customer), path)  # the asker
    assert not frames.shelf._pages
    assert "For staff" not in page(readers[0], path)
    assert "For staff" in page(browser(moderator), path)


def test_what_a_reader_keeps_or_is_told_is_on_their_page_alone(readers, thread):
    path = thread.get_absolute_url()
    page(readers[0], path)
    readers[1].post(reverse("community:draft"), {"key": f"answer:{thread.pk}", "body": "Half of a thought"})
    assert "Half of a thought" in page(readers[1], path)
    assert "Half of a thought" not in page(readers[0], path)
    readers[0].post(reverse("community:follow", args=[thread.pk]))
    assert "Half of a thought" not in page(readers[0], path)


def test_what_a_reader_said_is_on_their_page_alone(readers, thread):
    path = thread.get_absolute_url()
    before = page(readers[0], path)
    readers[1].post(reverse("community:me_too", args=[thread.pk]), {"on": "1"})
    after = page(readers[1], path)
    pressed = re.compile(r'aria-pressed="true"')
    assert len(pressed.findall(after)) > len(pressed.findall(before))
    assert len(pressed.findall(page(readers[0], path))) == len(pressed.findall(before))
    assert len(pressed.findall(page(readers[1], path))) == len(pressed.findall(after))


def test_new_answers_are_marked_for_who_was_here_before(readers, thread, helper, now):
    path = thread.get_absolute_url()
    answer(thread=thread, by=helper, body="Old", now=now + timedelta(minutes=1))
    page(readers[1], path)
    to = Thread.objects.get(pk=thread.pk).last_activity_at.isoformat()
    assert "data-seen-to" in page(readers[0], path)
    readers[0].post(reverse("community:seen", args=[thread.pk]), {"to": to})
    assert "data-seen-to" not in page(readers[0], path) and "data-seen-to" in page(readers[1], path)
    answer(thread=thread, by=helper, body="New", now=now + timedelta(minutes=2))
    for _time in range(2):
        assert "New since you were here" in page(readers[0], path)
        assert "New since you were here" not in page(readers[1], path)
    # Who has read it all and who has not were both here before.
    to = Thread.objects.get(pk=thread.pk).last_activity_at.isoformat()
    readers[1].post(reverse("community:seen", args=[thread.pk]), {"to": to})
    assert "New since you were here" not in page(readers[1], path)
    assert "New since you were here" in page(readers[0], path)
    assert "New since you were here" not in page(readers[1], path)


def test_a_list_shows_each_reader_their_products_and_their_language(make_viewer, thread, product):
    owner, other = make_viewer("Owner"), make_viewer("Other")
    MemberProduct.objects.create(member=owner.member, product=product)
    here, there = browser(owner), browser(other)
    assert "All yours" in page(here, LIST) and "All yours" not in page(there, LIST)
    assert "All yours" in page(here, LIST)
    french = page(there, "/fr/community/")
    assert 'lang="fr"' in french and "Poser une question" in french and "Ask a question" in page(there, LIST)


def test_a_changed_name_of_an_author_shows_at_once(readers, thread, customer, now, django_capture_on_commit_callbacks):
    path = thread.get_absolute_url()
    assert "Camille Roy" in page(readers[0], path)
    with django_capture_on_commit_callbacks(execute=True):
        change_profile(by=customer, name="Camille Petit", language="en", time_zone="Europe/Paris", now=now)
    assert "Camille Roy" not in page(readers[0], path)


def test_nobody_can_write_a_room(readers, make_thread, helper, now):
    """What marks a room differs in each process: words that look like one stay words."""
    words = [re.sub("[0-9a-f]{24}", guess, frames.room("csrf_token")) for guess in ("", "0" * 24)]
    thread = make_thread(f"A room {words[0]}", details=words[1])
    answer(thread=thread, by=helper, body=" ".join(words), now=now)
    html = page(readers[0], thread.get_absolute_url())
    assert all(word in html for word in words) and frames._EDGE not in html.replace(words[0], "")
