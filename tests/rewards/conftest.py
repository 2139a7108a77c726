"""The first version of the programme, and answers accepted through the real actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.models import Acceptance, Product, Topic
from rewards import ledger
from rewards.ledger import Draft, Move
from rewards.models import Account, Programme, ProgrammeVersion, Transfer


@pytest.fixture(autouse=True)
def version(db: None) -> ProgrammeVersion:
    """40 credits an accepted answer, pending for 14 days: what the migration sets up, made again after a flush."""
    programme, _ = Programme.objects.get_or_create(slug="members")
    found, _ = ProgrammeVersion.objects.get_or_create(
        programme=programme,
        number=1,
        defaults={
            "starts_at": datetime(2020, 1, 1, tzinfo=UTC),
            "rules": {"accepted_answer": 40_000, "hold_days": 14},
            "value_micros": 10_000,
            "currency": "EUR",
        },
    )
    return found


@pytest.fixture
def rules(version: ProgrammeVersion) -> Callable[..., ProgrammeVersion]:
    """`rules(taper=…)`: a version with more ways, in force before anything happens."""

    def make(starts_at: datetime | None = None, **ways: Any) -> ProgrammeVersion:
        return ProgrammeVersion.objects.create(
            programme=version.programme,
            number=ProgrammeVersion.objects.count() + 1,
            starts_at=starts_at or version.starts_at + timedelta(days=1),
            rules={"accepted_answer": 40_000, "hold_days": 14, **ways},
            value_micros=10_000,
            currency="EUR",
        )

    return make


@pytest.fixture
def answered(customer: Viewer, helper: Viewer, product: Product, topic: Topic, now: datetime) -> Callable[..., Any]:
    """`answered()`: a question by `customer` with an answer by `helper`; returns the answer."""

    def make(title: str = "Which plan for Spain", *, by: Viewer | None = None, asker: Viewer | None = None) -> Any:
        thread = ask(
            by=asker or customer, title=title, details="Two weeks.", product=product, topic=topic, lang="en", now=now
        )
        return answer(thread=thread, by=by or helper, body="The one with roaming.", now=now)

    return make


@pytest.fixture
def accepted(answered: Callable[..., Any], customer: Viewer, now: datetime) -> Callable[..., Acceptance]:
    """`accepted()`: the same, accepted by its asker."""

    def make(title: str = "Which plan for Spain", *, at: datetime | None = None, **who: Any) -> Acceptance:
        return accept(answer=answered(title, **who), by=who.get("asker") or customer, now=at or now)

    return make


@pytest.fixture
def spend(now: datetime) -> Callable[[Viewer, int], Transfer]:
    """`spend(helper, 30_000)`: settled credits are paid out."""

    def pay(viewer: Viewer, amount: int) -> Transfer:
        assert viewer.member_id
        with transaction.atomic():
            draft = Draft(
                key=f"spent:{Transfer.objects.count()}",
                kind=Transfer.Kind.PAYOUT,
                reason=Transfer.Reason.PAID_OUT,
                moves=(
                    Move(Account.Kind.SETTLED, -amount, viewer.member_id, line=True),
                    Move(Account.Kind.PAYOUTS, amount),
                ),
            )
            posted = ledger.post(books=ledger.lock([viewer.member_id]), draft=draft, now=now)
        assert posted
        return posted

    return pay
