"""Who was paid how much in a year, and what operators are told of it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.actions.erasure import erase
from events.models import Event
from notifications.models import Notification
from rewards.actions.counting import count_payees
from rewards.actions.payouts.moving import move_runs
from rewards.figures import lists, payees
from rewards.figures.selection import Selection
from rewards.ledger import booked_on
from rewards.models import Payout, ProgrammeVersion
from rewards.reporting import Reporting
from tests.rewards.payouts.conftest import FREEZING
from tests.rewards.payouts.test_erasing import answered

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
LATER = FREEZING + 3 * DAYS


@pytest.fixture
def paid(version, member, earn, choosing, wants, approved, operator, charity, now):
    """Ada is paid 30 euros for two contributions, Ben 20, "=Cleo" 17 for three; Dan gave 15, Eve kept hers."""
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=now, value_micros=10_000, currency="EUR",
        rules=version.rules | {"tax_value": 2_000, "tax_lines": 4, "tax_near_percent": 75},
    )  # fmt: skip
    people = {name: member(name, credits) for name, credits in (("Ada", 2_000), ("Ben", 2_000), ("=Cleo", 1_500))}
    earn(people["Ada"], 1_000)
    earn(people["=Cleo"], 100)
    earn(people["=Cleo"], 100)
    people["Dan"] = member("Dan", 1_500)
    people["Eve"] = member("Eve", 900)
    run = choosing()
    for name in ("Ada", "Ben", "=Cleo"):
        wants(people[name], run, "cash", f"FR76 {name.strip('=')}")
    wants(people["Dan"], run, "charity")
    approved(run)
    move_runs(now=FREEZING)
    answered(run, operator, "paid")
    return people


def test_each_payee_is_listed_with_what_their_payments_sum_to(paid, now):
    count_payees(now=LATER)
    rows, _page = payees.page(2026, Reporting(value=2_000, lines=4, near_percent=75))
    found = {row.name: (row.value, row.payments, row.lines, row.level) for row in rows}
    assert found == {"Ada": (3_000, 1, 2, "over"), "Ben": (2_000, 1, 1, "over"), "=Cleo": (1_700, 1, 3, "near")}
    today = booked_on(LATER)
    for row in rows:
        payments = lists.listing(Selection("payee", year=2026, member=row.member.pk), today).rows
        assert sum(each.amount for each in payments) == row.value and len(payments) == row.payments
        lines = lists.listing(Selection("lines", year=2026, member=row.member.pk), today).rows
        assert len(lines) == row.lines
        # A cent is one credit here.
        assert sum(each.amount for each in lines) == row.value * 1_000
    (total,) = payees.totals(2026)
    assert (total.value, total.payments, total.payees) == (6_700, 3, 3)
    assert sum(row.amount for row in lists.listing(Selection("payee", year=2026), today).rows) == total.value
    assert payees.page(2025, Reporting())[0] == []


def test_operators_are_told_once_of_who_is_near_and_once_of_who_is_over(paid, operator, second, helper):
    assert count_payees(now=LATER) == 3
    told = Notification.objects.filter(kind="payees_to_report")
    assert {row.member_id for row in told} == {operator.member_id, second.member_id}
    assert told.first().data == {"year": 2026, "near": 1, "over": 2}
    assert "Ada" not in str(told.first().data)
    assert count_payees(now=LATER + DAYS) == 0
    assert told.count() == 2


def test_who_comes_over_after_they_were_near_is_told_again(paid, version):
    count_payees(now=LATER)
    ProgrammeVersion.objects.create(
        programme=version.programme, number=3, starts_at=LATER, value_micros=10_000, currency="EUR",
        rules=version.rules | {"tax_value": 1_700, "tax_lines": 0},
    )  # fmt: skip
    assert count_payees(now=LATER + DAYS) == 1
    assert Notification.objects.filter(data={"year": 2026, "near": 0, "over": 1}).exists()


def test_a_payment_that_came_back_is_not_paid(paid, operator):
    count_payees(now=LATER)
    answered(Payout.objects.get(member=paid["Ada"].member).run, operator, "returned", LATER + DAYS)
    assert payees.totals(2026) == []
    assert count_payees(now=LATER + DAYS) == 0
    rows, _page = payees.page(2026, Reporting())
    assert {row.value for row in rows} == {0}


def test_the_report_names_payees_and_no_word_is_a_formula(paid, operator, sign_in):
    erase(by=paid["Ada"], keep_name=False, now=LATER)
    sent = sign_in(operator).post("/en/credits/figures/file/", {"what": "payees", "year": "2026"})
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode())))
    assert sent["Content-Disposition"] == 'attachment; filename="credits-payees.csv"'
    found = {row["name"]: (row["value"], row["value_q3"], row["contributions"], row["kept_until"]) for row in rows}
    assert found == {
        "Ada": ("30.00", "30.00", "2", "2036-12-31"),
        "Ben": ("20.00", "20.00", "1", ""),
        "'=Cleo": ("17.00", "17.00", "3", ""),
    }
    assert {row["paid_at"] for row in rows} == {"bank:FR76 Ada", "bank:FR76 Ben", "bank:FR76 Cleo"}
    event = Event.objects.get(verb="figures_fetched")
    assert (event.actor_id, event.after["what"], event.after["year"]) == (operator.member_id, "payees", 2026)


def test_a_page_of_payees_costs_the_same_queries_however_many_they_are(paid, django_assert_max_num_queries):
    count_payees(now=LATER)
    for size in (1, 3):
        with django_assert_max_num_queries(3):
            payees.page(2026, Reporting(), size=size)


def test_the_clock_counts_payees(paid, capsys):
    call_command("rewards", "figures", "--now", LATER.isoformat())
    assert "payees told of: 3" in capsys.readouterr().out
