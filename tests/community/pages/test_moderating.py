"""Reports, decisions, removal and steering, through their pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from community.actions.answering import answer
from community.actions.commenting import comment
from community.actions.flagging import flag
from community.models import Decision, Flag, Product, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(thread, helper, now):
    return answer(thread=thread, by=helper, body="Send me your card", now=now)


def test_a_report_needs_its_cause_and_keeps_its_words(sign_in, customer, reply):
    client = sign_in(customer)
    path = reverse("community:report", args=["post", reply.pk])
    response = client.post(path, {"text": "He asks for papers"})
    assert response.status_code == 422 and "He asks for papers" in response.content.decode()
    assert client.post(path, {"cause": "wrong", "text": "He asks for papers"}).status_code == 200
    assert Flag.objects.get().text == "He asks for papers"
    assert "You reported this" in client.get(reply.thread.get_absolute_url()).content.decode()


def test_nobody_reports_themselves_and_visitors_sign_in_first(client, sign_in, helper, reply):
    path = reverse("community:report", args=["post", reply.pk])
    assert "/account/login/" in client.get(path)["Location"]
    assert sign_in(helper).get(path).status_code == 403
    assert client.get("/en/community/report/other/1/").status_code == 404


def test_the_queue_shows_evidence_and_a_decision_needs_its_reason(
    sign_in, customer, moderator, helper, reply, now, django_assert_max_num_queries
):
    flag(target=reply, by=customer, cause="wrong", text="He asks for papers", now=now)
    remark = comment(post=reply, by=helper, text="My shop is open", now=now)
    flag(target=remark, by=customer, cause="spam", text="", now=now)
    client = sign_in(moderator)
    with django_assert_max_num_queries(7):
        html = client.get("/en/community/reports/").content.decode()
    assert "Answer by Nadia Benali" in html and "Comment by Nadia Benali" in html
    path = reverse("community:decide", args=["post", reply.pk])
    html = client.get(path).content.decode()
    assert "He asks for papers" in html and "Send me your card" in html and "Nothing loads" in html
    assert client.post(path, {"verdict": "remove", "reason": ""}).status_code == 422
    assert not Decision.objects.exists()
    response = client.post(path, {"verdict": "remove", "reason": "Rule 4: never ask for papers"})
    assert response["Location"] == "/en/community/reports/"
    html = sign_in(helper).get(reply.thread.get_absolute_url()).content.decode()
    assert "Rule 4: never ask for papers" in html


def test_moderators_come_to_the_suspension_from_the_members_page_and_the_decision(
    sign_in, customer, moderator, agent, helper, reply, now
):
    flag(target=reply, by=customer, cause="wrong", text="", now=now)
    suspension = reverse("accounts:suspend", args=[helper.member_id])
    profile = reverse("community:member", args=[helper.member_id])
    client = sign_in(moderator)
    assert suspension in client.get(profile).content.decode()
    assert suspension in client.get(reverse("community:decide", args=["post", reply.pk])).content.decode()
    colleague = client.get(reverse("community:member", args=[agent.member_id])).content.decode()
    assert reverse("accounts:suspend", args=[agent.member_id]) not in colleague, "who works here is not suspended"
    assert suspension not in sign_in(customer).get(profile).content.decode()


def test_only_moderators_see_the_queue(client, sign_in, customer, reply):
    assert "/account/login/" in client.get("/en/community/reports/")["Location"]
    signed = sign_in(customer)
    assert signed.get("/en/community/reports/").status_code == 403
    assert signed.post(reverse("community:decide", args=["post", reply.pk]), {"verdict": "keep"}).status_code == 403


def test_a_moderator_removes_and_restores_a_post_with_reasons(sign_in, client, moderator, reply):
    signed = sign_in(moderator)
    remove, restore = (reverse(f"community:{what}", args=[reply.pk]) for what in ("remove", "restore"))
    assert signed.post(remove, {"reason": ""}).status_code == 422
    assert signed.post(remove, {"reason": "Nothing for sale"}).status_code == 302
    client.logout()
    path = reply.thread.get_absolute_url()
    assert "Send me your card" not in client.get(path).content.decode()
    assert sign_in(moderator).post(restore, {"reason": "Read too fast"}).status_code == 302
    client.logout()
    assert "Send me your card" in client.get(path).content.decode()


def test_an_author_removes_their_comment_without_a_reason(sign_in, helper, customer, reply, now):
    remark = comment(post=reply, by=customer, text="Second thoughts", now=now)
    path = reverse("community:remove_comment", args=[remark.pk])
    assert sign_in(helper).post(path).status_code == 403
    assert sign_in(customer).post(path).status_code == 302
    remark.refresh_from_db()
    assert remark.removed_at is not None


def test_a_moderator_steers_a_thread(sign_in, moderator, thread, make_thread, product):
    client = sign_in(moderator)
    other = Product.objects.create(slug="fibre", names={"en": "Fibre"})
    first = make_thread("Asked first")

    def steer(what, **given):
        response = client.post(reverse("community:steer", args=[thread.pk, what]), {"reason": "It fits", **given})
        thread.refresh_from_db()
        return response.status_code

    assert steer("lock") == 302 and thread.locked_at
    assert steer("unlock") == 302 and thread.locked_at is None
    assert steer("move", product="999999") == 422
    assert steer("move", product=str(other.pk)) == 302 and thread.product == other
    assert steer("duplicate", of="nothing") == 422
    assert steer("duplicate", of=f"http://127.0.0.1:8000{first.get_absolute_url()}") == 302
    assert thread.state == State.DUPLICATE and thread.duplicate_of == first
    assert first.title in client.get(thread.get_absolute_url()).content.decode()
    assert steer("unduplicate") == 302 and thread.duplicate_of is None
    assert steer("lock", reason="") == 422
    assert steer("sing") == 404


def test_a_customer_does_not_steer(sign_in, customer, thread):
    assert (
        sign_in(customer).post(reverse("community:steer", args=[thread.pk, "lock"]), {"reason": "x"}).status_code == 403
    )
