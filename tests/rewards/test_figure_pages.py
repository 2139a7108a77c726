"""The operator's pages of figures: what they say, where each number leads, and the files that they give."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from community.actions.acceptance import revoke
from events.models import Event
from notifications.models import Notification
from rewards.actions.settling import settle_due
from rewards.models import Transfer
from rewards.queries import Balance, balance_of

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
PAGES = ["", "months/", "cost/", "earners/", "payees/", "debts/", "debts/?list=written-off"]


@pytest.fixture
def now():
    """Pages read the clock: what they show happened lately."""
    return timezone.now() - 40 * DAYS


@pytest.fixture
def debt(accepted, helper, customer, spend, now):
    """Forty credits that were paid out before their award was taken back, and forty that wait."""
    acceptance = accepted("One")
    settle_due(now=now + 15 * DAYS)
    spend(helper, 40_000)
    revoke(thread=acceptance.thread, by=customer, now=now + 16 * DAYS)
    accepted("Two", at=now + 39 * DAYS)
    return helper


def page(client, path):
    return client.get(f"/en/credits/figures/{path}").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_each_page_leads_to_lists_that_are_there(path, debt, operator, sign_in):
    client = sign_in(operator)
    found = set(re.findall(r'href="(/en/credits/figures/transfers/\?[^"]+)"', page(client, path)))
    assert found or path in ("payees/", "debts/?list=written-off")
    for url in sorted(found)[:6]:
        assert client.get(url.replace("&amp;", "&")).status_code == 200, url


def test_the_overview_says_what_is_owed(debt, operator, sign_in):
    words = page(sign_in(operator), "")
    assert "40 credits are owed to members, worth €0.40 by the rules of today." in words
    assert "Owed by members" in words


def test_a_list_says_what_each_transfer_is_for(debt, operator, sign_in):
    words = page(sign_in(operator), "transfers/?figure=earned")
    assert words.count("Accepted answer") == 2
    assert ">Two</a>" in words
    assert "Nadia Benali" not in re.sub(r"(?s)<header.*?</header>", "", words)


@pytest.mark.parametrize(
    "query", ["", "?figure=nothing", "?figure=top", "?figure=debt", "?figure=payee&year=1", "?figure=earned&age=7"]
)
def test_what_is_no_figure_is_not_there(query, operator, sign_in):
    assert sign_in(operator).get(f"/en/credits/figures/transfers/{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["from=2026-13", "from=x", "product=%00", "at=rubbish", "member=99999999999999999999"]
)
def test_what_cannot_be_read_of_an_address_is_left_out(query, debt, operator, sign_in):
    assert sign_in(operator).get(f"/en/credits/figures/transfers/?figure=earned&{query}").status_code == 200


@pytest.mark.parametrize("what", ["owed", "months", "cost", "earners", "transfers"])
def test_every_page_is_a_file_too_and_that_it_was_fetched_is_recorded(what, debt, operator, sign_in):
    sent = sign_in(operator).post("/en/credits/figures/file/", {"what": what, "figure": "earned"})
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode())))
    assert rows
    if what == "transfers":
        assert [(row["amount"], row["value"], row["kind"]) for row in rows] == [("40.000", "0.40", "award")] * 2
    if what == "owed":
        pending = next(row for row in rows if (row["state"], row["age_from_months"]) == ("pending", "0"))
        assert (pending["amount"], pending["value"], pending["currency"]) == ("40.000", "0.40", "EUR")
    assert Event.objects.get(verb="figures_fetched").after["what"] == what


def test_there_is_no_other_file(operator, sign_in):
    client = sign_in(operator)
    assert client.post("/en/credits/figures/file/", {"what": "everything"}).status_code == 404
    assert client.post("/en/credits/figures/file/", {"what": "payees"}).status_code == 404
    assert not Event.objects.filter(verb="figures_fetched").exists()


def test_an_operator_writes_a_debt_off_with_a_reason(debt, operator, sign_in):
    client = sign_in(operator)
    to = f"/en/credits/figures/debts/{debt.member_id}/"
    assert to in page(client, "debts/")
    assert "Write off 40 credits of Nadia Benali" in client.get(to).content.decode()
    refused = client.post(to, {"reason": " "})
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    assert client.post(to, {"reason": "Not worth a dispute."}).status_code == 302
    assert balance_of(debt.member_id) == Balance(pending=40_000)
    assert Notification.objects.filter(kind="debt_written_off").exists()
    done = page(client, "debts/?list=written-off")
    assert "Not worth a dispute." in done and "Nadia Benali" in done
    assert "Nobody owes anything." in page(client, "debts/")
    # Sent again, nothing happens.
    client.post(to, {"reason": "Again."})
    assert Transfer.objects.filter(kind="write_off").count() == 1


def test_pages_cost_the_same_queries_however_much_there_is(
    debt, accepted, make_viewer, operator, sign_in, now, django_assert_max_num_queries
):
    client = sign_in(operator)
    limits = {"": 16, "months/": 13, "cost/": 17, "earners/": 38, "payees/": 14, "debts/": 9}
    for path in limits:
        page(client, path)
    for number in range(8):
        accepted(f"More {number}", by=make_viewer(f"Helper {number}"), at=now + 39 * DAYS)
    for path, most in limits.items():
        with django_assert_max_num_queries(most):
            page(client, path)
