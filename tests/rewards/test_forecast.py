"""What the credits page says of what lies ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rewards.actions.settling import settle_due
from rewards.forecast import expected, forecast
from rewards.models import Hold, ProgrammeVersion
from rewards.queries import balance_of, version_in_force

pytestmark = pytest.mark.django_db


def ahead(viewer, now):
    return forecast(viewer.member_id, balance_of(viewer.member_id), version_in_force(now), now.date())


def test_each_day_on_which_something_settles_is_listed_with_its_sum(accepted, helper, now):
    accepted("One")
    accepted("Two")
    accepted("Three", at=now + timedelta(days=2))
    found = ahead(helper, now)
    assert [(str(day.on), day.amount, day.count) for day in found.days] == [
        ("2026-03-24", 80_000, 2),
        ("2026-03-26", 40_000, 1),
    ]


def test_one_may_expect_what_one_has_and_what_settles_before_the_run_ends(accepted, helper, now):
    accepted("One")
    settle_due(now=now + timedelta(days=15))
    accepted("Two", at=now + timedelta(days=15))
    # The half-year ends on 30 June: what is accepted on 20 June settles after it.
    accepted("Three", at=now.replace(month=6, day=20))
    found = ahead(helper, now + timedelta(days=15))
    assert str(found.run_ends_on) == "2026-06-30"
    assert (found.expected, found.value, found.settles_later) == (80_000, 80, 40_000)


def test_what_a_person_looks_at_is_not_counted_on(accepted, helper, now):
    accepted("One")
    Hold.objects.update(state=Hold.State.HELD)
    found = ahead(helper, now)
    assert (found.days, found.expected) == ((), 0)


def test_what_expires_before_the_run_is_not_expected_and_its_day_is_named(accepted, helper, now, version):
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=datetime(2021, 1, 1, tzinfo=UTC),
        rules=version.rules | {"expiry_months": 2}, value_micros=10_000, currency="EUR",
    )  # fmt: skip
    accepted("One")
    settle_due(now=now + timedelta(days=15))
    found = ahead(helper, now + timedelta(days=15))
    assert found.expected == 0
    assert found.loss and (str(found.loss.on), found.loss.amount) == ("2026-05-25", 40_000)


@pytest.mark.once
def test_a_debt_is_recovered_before_anything_is_expected():
    assert expected(settled=10, settles=40, owed=30, expires=0) == 20
    assert expected(settled=0, settles=40, owed=90, expires=0) == 0
    assert expected(settled=10, settles=0, owed=90, expires=20) == 0


def test_the_page_says_what_to_expect_and_that_it_is_no_promise(accepted, sign_in, helper, now, settings):
    accepted("One")
    settle_due(now=now + timedelta(days=15))
    text = " ".join(sign_in(helper).get("/en/credits/").content.decode().split())
    assert "you may have 40 credits, worth €0.40" in text
    assert "It is no promise." in text
    assert "4 more accepted answers to level 2, Helping hand" in text


def test_each_line_names_the_version_of_the_rules_it_followed(accepted, sign_in, helper, now):
    accepted("One")
    client = sign_in(helper)
    text = client.get("/en/credits/").content.decode()
    assert f'href="{reverse("rewards:rules_version", args=[1])}">Rules, version 1</a>' in text


def test_what_lies_ahead_takes_as_many_queries_for_much_as_for_little(
    accepted, helper, now, django_assert_max_num_queries
):
    accepted("One")
    with CaptureQueriesContext(
        connection,
    ) as few:
        ahead(helper, now)
    for number in range(5):
        accepted(f"More {number}", at=now + timedelta(days=number))
    with django_assert_max_num_queries(len(few)):
        ahead(helper, now)
