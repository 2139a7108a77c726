"""The credits page: a statement that one can read aloud."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from community.actions.acceptance import revoke
from community.actions.removal import remove_post
from rewards import ledger
from rewards.actions.settling import settle_due
from rewards.amounts import credits, money
from rewards.ledger import Draft, Move
from rewards.models import Account, Transfer

pytestmark = pytest.mark.django_db
URL = "/en/credits/"


def page(client, url=URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_visitors_are_sent_to_sign_in_and_back(client):
    response = client.get(URL)
    assert response.status_code == 302
    assert response.url.endswith("?next=/en/credits/")


def test_a_member_sees_only_their_own_lines(accepted, sign_in, customer, helper):
    accepted("Which plan for Spain")
    assert "Which plan for Spain" in page(sign_in(helper))
    assert "Which plan for Spain" not in page(sign_in(customer))
    assert "You have no credits yet." in page(sign_in(customer))


def test_pending_credits_come_first_with_the_day_they_settle(accepted, sign_in, helper):
    acceptance = accepted()
    text = page(sign_in(helper))
    assert "You have 40 credits pending." in text
    assert "Pending, settles on 24 March" in text
    assert f"#post-{acceptance.post_id}" in text
    assert "+40" in text


def test_the_sum_says_what_it_is_worth(accepted, sign_in, helper, now):
    accepted("One")
    accepted("Two")
    settle_due(now=now + timedelta(days=15))
    accepted("Three", at=now + timedelta(days=15))
    text = page(sign_in(helper))
    assert "You have 80 credits, worth €0.80." in text
    assert "40 credits are pending and settle on 8 April" in text
    assert text.index("Not settled yet") < text.index("March 2026")


def test_a_line_that_was_taken_back_says_why(accepted, sign_in, helper, customer, now):
    acceptance = accepted()
    settle_due(now=now + timedelta(days=15))
    revoke(thread=acceptance.thread, by=customer, now=now + timedelta(days=16), reason="It stopped <b>working</b>.")
    text = page(sign_in(helper))
    assert "Settled, then taken back on 26 March" in text
    assert "Reversed: your answer is no longer the accepted one." in text
    assert "It stopped &lt;b&gt;working&lt;/b&gt;." in text
    assert "−40" in text


def test_the_credits_of_a_removed_answer_say_why_they_went(accepted, sign_in, helper, moderator, now):
    remove_post(post=accepted().post, by=moderator, reason="Copied from elsewhere.", now=now)
    text = page(sign_in(helper))
    assert "Taken back before it settled:" in text
    assert "Reversed: your answer was removed." in text
    assert "Copied from elsewhere." in text


def test_what_is_owed_is_told(accepted, sign_in, helper, customer, spend, now):
    acceptance = accepted()
    settle_due(now=now + timedelta(days=15))
    spend(helper, 30_000)
    revoke(thread=acceptance.thread, by=customer, now=now + timedelta(days=16))
    text = page(sign_in(helper))
    assert "30 credits were taken back after they had been paid out" in text
    assert "Taken back after it was paid out:" in text


def test_a_thread_that_was_removed_is_not_linked(accepted, sign_in, helper, now):
    thread = accepted("Which plan for Spain").thread
    thread.removed_at = now
    thread.save(update_fields=["removed_at"])
    text = page(sign_in(helper))
    assert "a question that is no longer shown" in text
    assert "Which plan for Spain" not in text


def lines(viewer, count, now):
    with transaction.atomic():
        drafts = [
            Draft(
                key=f"line:{Transfer.objects.count()}:{number}",
                kind=Transfer.Kind.SETTLEMENT,
                reason=Transfer.Reason.ANSWER_ACCEPTED,
                moves=(
                    Move(Account.Kind.SETTLED, 1_000, viewer.member_id, line=True),
                    Move(Account.Kind.ISSUANCE, -1_000),
                ),
            )
            for number in range(count)
        ]
        ledger.post_many(books=ledger.lock([viewer.member_id]), drafts=drafts, now=now)


def test_the_page_takes_the_same_few_queries_however_long_the_statement(accepted, sign_in, helper, now):
    from django.db import connection

    accepted()
    client = sign_in(helper)
    counts = []
    for more in (1, 50, 500):
        lines(helper, more, now)
        page(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 17


def test_earlier_months_follow_page_by_page(sign_in, helper, now):
    lines(helper, 70, now)
    client = sign_in(helper)
    seen: list[int] = []
    url = URL
    for _ in range(3):
        response = client.get(url)
        statement = response.context["page"]
        seen += [line.balance_after for line in statement.lines]
        url = f"{URL}?from={statement.older}"
    assert seen == [number * 1_000 for number in range(70, 0, -1)]
    assert statement.older == ""
    assert "Settled today" not in response.content.decode()
    assert client.get(f"{URL}?from=nonsense").status_code == 200


def test_the_page_cannot_be_written_to(sign_in, helper):
    assert sign_in(helper).post(URL).status_code == 405


def test_amounts_are_rounded_down_and_written_as_people_do():
    assert credits(40_999) == "40"
    assert credits(1_240_000) == "1,240"
    assert credits(-40_999, signed=True) == "−40"
    assert credits(40_000, signed=True) == "+40"
    assert credits(999, signed=True) == "0"
    assert money(1_240_999, value_micros=10_000, currency="EUR") == "€12.40"
    with translation.override("fr"):
        assert "12,40" in money(1_240_000, value_micros=10_000, currency="EUR")


def test_the_tag_says_what_an_accepted_answer_earns(version, django_assert_num_queries):
    template = Template("{% load rewards_tags %}{% earns %}")
    assert template.render(Context()) == "An accepted answer earns 40 credits."
    with django_assert_num_queries(0):
        template.render(Context())
    cache.clear()


def test_operators_read_the_books_in_the_admin_and_change_nothing(accepted, sign_in, operator, customer):
    acceptance = accepted()
    client = sign_in(operator)
    transfer = Transfer.objects.get(key=f"acceptance:{acceptance.pk}")
    assert client.get("/admin/rewards/transfer/").status_code == 200
    assert client.get(f"/admin/rewards/transfer/{transfer.pk}/change/").status_code == 200
    for model in ("account", "hold", "programmeversion"):
        assert client.get(f"/admin/rewards/{model}/").status_code == 200
    assert client.post(f"/admin/rewards/transfer/{transfer.pk}/change/", {"key": "other"}).status_code == 403
    assert client.post(f"/admin/rewards/transfer/{transfer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/rewards/transfer/add/").status_code == 403
