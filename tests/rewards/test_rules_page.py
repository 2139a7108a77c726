"""The public page of the programme's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from rewards.models import Programme, ProgrammeVersion

pytestmark = pytest.mark.django_db


def _version(number: int, starts_at: datetime, **rules: Any) -> ProgrammeVersion:
    return ProgrammeVersion.objects.create(
        programme=Programme.objects.get(),
        number=number,
        starts_at=starts_at,
        rules={"accepted_answer": 40_000, "hold_days": 14, **rules},
        value_micros=rules.pop("value_micros", 10_000),
        currency="EUR",
    )


def _page(client: Any, lang: str = "en") -> str:
    answer = client.get(f"/{lang}/credits/rules/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_everybody_reads_what_earns_what_never_does_and_what_it_is_worth(client: Any) -> None:
    text = _page(client)
    assert "An accepted answer earns 40 credits. One credit is worth €0.01." in text
    assert "version 1, in force since" in text
    assert "25 accepted answers: 1,000 credits, worth €10.00" in text
    for never in ("Asking, however good", "Votes alone", "your own question", "What the team writes"):
        assert never in text
    assert "Settled credits do not expire." in text


def test_it_speaks_french(client: Any) -> None:
    text = _page(client, "fr")
    assert "Comment fonctionnent les crédits" in text
    assert "Une réponse acceptée rapporte 40 crédits." in text


def test_what_expires_says_when_by_the_example_of_today(client: Any) -> None:
    _version(2, timezone.now() - timedelta(days=1), hold_days=10, expiry_months=12, rollover_months=6)
    text = _page(client)
    assert "carried over once" in text
    assert "has 10 days to change their mind" in text
    assert "do not expire" not in text


def test_a_version_that_is_announced_stands_before_the_one_in_force_and_changes_nothing_yet(client: Any) -> None:
    starts = datetime(2050, 2, 1, tzinfo=UTC)
    _version(2, starts, accepted_answer=60_000, hold_days=7)
    text = _page(client)
    assert "An accepted answer earns 40 credits." in text
    assert text.index("Version 2, announced, from 1 February 2050") < text.index("Version 1, in force since")
    assert "60 credits an accepted answer, €0.01 a credit, pending for 7 days" in text


def test_earlier_versions_stay_to_be_read(client: Any) -> None:
    _version(2, timezone.now() - timedelta(days=1), accepted_answer=50_000)
    text = _page(client)
    assert "An accepted answer earns 50 credits." in text
    assert "version 2, in force since" in text
    assert text.index("Version 2, in force since") < text.index("Version 1, from")


def test_it_takes_one_query_for_all_versions(client: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(2, 12):
        _version(number, timezone.now() - timedelta(days=20 - number))
    _page(client)
    with django_assert_max_num_queries(3):
        _page(client)


def test_the_statement_leads_to_it(client: Any, sign_in: Any, helper: Any) -> None:
    assert "/en/credits/rules/" in sign_in(helper).get("/en/credits/").content.decode()
