"""The moments that decide whether somebody comes back: thanks, a first accepted answer, a wait, a no."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from community.actions.acceptance import accept
from community.actions.answering import answer
from community.models import Thread
from core import ratelimits
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def page(client, thread, lang="en"):
    return client.get(Thread.objects.get(pk=thread.pk).path_in(lang)).content.decode()


def test_accepting_thanks_the_helper_in_words_that_only_the_two_of_them_read(
    client, sign_in, thread, customer, helper, make_viewer, now
):
    post = answer(thread=thread, by=helper, body="Set it", now=now)
    accept(answer=post, by=customer, now=now)
    to_asker = page(sign_in(customer), thread)
    assert f"{helper.member.name} was told, with your thanks." in to_asker and "Undo acceptance" in to_asker
    to_helper = page(sign_in(helper), thread)
    assert f"Thank you: {customer.member.name} has the answer" in to_helper
    assert 'id="thanks"' not in page(sign_in(make_viewer("Other")), thread)
    client.logout()
    assert 'id="thanks"' not in page(client, thread)


def test_the_first_accepted_answer_of_a_newcomer_is_said_to_be_that_once(sign_in, make_thread, customer, helper, now):
    threads = [make_thread(f"Thread {n}", minutes=n) for n in range(2)]
    for n, thread in enumerate(threads):
        accept(answer=answer(thread=thread, by=helper, body="Set it", now=now), by=customer, now=now)
        assert ("Your first accepted answer" in page(sign_in(helper), thread)) is (n == 0)
    told = Notification.objects.filter(kind="answer_accepted").order_by("pk")
    assert [row.data["first"] for row in told] == [True, False]


def test_the_button_that_answers_says_what_follows_for_whom(client, sign_in, thread, customer, helper, now):
    assert f"{customer.member.name} is told, and says whether it helped." in page(sign_in(helper), thread)
    assert "Those who follow this are told." in page(sign_in(customer), thread)
    client.logout()
    assert "What you wrote comes with you." in page(client, thread)


def test_an_asker_who_waits_reads_what_happens_and_what_to_do(sign_in, client, thread, customer, helper, now):
    words = "Adding what you tried makes an answer likelier."
    Thread.objects.filter(pk=thread.pk).update(promise_from=now, promised_at=now + timedelta(days=9000))
    assert words in page(sign_in(customer), thread)
    assert words not in page(sign_in(helper), thread)
    Thread.objects.filter(pk=thread.pk).update(promise_from=now, promised_at=now)
    assert "This is late, and it is our doing" in page(sign_in(customer), thread)


@pytest.mark.parametrize(
    ("what", "field", "status"), [("answer", "body", 429), ("comment", "text", 429), ("ask", "details", 429)]
)
def test_too_often_is_said_in_the_form_with_what_was_typed(sign_in, thread, helper, monkeypatch, what, field, status):
    monkeypatch.setitem(ratelimits.RATES, what, "0/h")
    cache.clear()
    address = {
        "answer": reverse("community:answer", args=[thread.pk]),
        "comment": reverse("community:comment", args=[thread.posts.get().pk]),
        "ask": reverse("community:ask"),
    }[what]
    response = sign_in(helper).post(address, {field: "My long words", "title": "My title"})
    html = response.content.decode()
    assert response.status_code == status and int(response["Retry-After"]) > 0
    assert "That was a lot in a short time." in html and ">My long words</textarea>" in html


def test_a_refusal_leads_back_to_where_it_happened(sign_in, thread, helper, now):
    post = answer(thread=thread, by=helper, body="Mine", now=now)
    client = sign_in(helper)
    came = {"referer": f"http://testserver{thread.get_absolute_url()}"}
    refused = client.post(reverse("community:helpful", args=[post.pk]), headers=came)
    assert refused.status_code == 403
    assert f'href="{thread.get_absolute_url()}">Back to where you were' in refused.content.decode()
    foreign = client.post(reverse("community:helpful", args=[post.pk]), headers={"referer": "https://evil.example/"})
    assert "Back to where you were" not in foreign.content.decode()


@pytest.mark.parametrize("which", ["newest", "active", "unanswered", "unsolved", "solved", "mine", "followed"])
def test_an_empty_list_says_what_would_be_there_and_offers_a_step(sign_in, helper, which):
    html = sign_in(helper).get(f"/en/community/?list={which}").content.decode()
    empty = html[html.index('class="empty') :]
    assert 'class="button"' in empty[: empty.index("</div>")]
