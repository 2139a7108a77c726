"""A provider on this machine, a second operator, and members with credits and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.jobs import Job
from accounts.viewer import Viewer
from rewards import ledger
from rewards.actions.payouts.choosing import choose
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze, open_run
from rewards.ledger import Draft, Move
from rewards.models import Account, Charity, Payout, PayoutRun, Transfer
from rewards.providers import http
from tests.rewards.payouts.provider import CLIENT, CLIENT_SECRET, SECRET, Provider

# The days of the first run: people joined on 10 March 2026.
STATEMENTS = datetime(2026, 7, 1, 10, tzinfo=UTC)
CHOOSING = datetime(2026, 7, 10, 10, tzinfo=UTC)
FREEZING = datetime(2026, 7, 16, 10, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


@pytest.fixture
def provider(settings: Any, monkeypatch: Any) -> Iterator[Provider]:
    """Billing and PayPal, on a port of this machine."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(http, "TIMEOUT", (5.0, 0.6))
    made = Provider()
    made.start()
    settings.ENTRAIDE = {
        **settings.ENTRAIDE,
        "PRIVATE_HOSTS_ALLOWED": ["127.0.0.1"],
        "PAYOUTS": {
            "billing": {"url": f"{made.url}/credits", "secret": SECRET},
            "paypal": {"url": made.url, "client_id": CLIENT, "secret": CLIENT_SECRET},
        },
    }
    yield made
    made.stop()


@pytest.fixture
def second(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Sven Second", Job.OPERATOR, is_team=True)


@pytest.fixture
def charity(db: None) -> Charity:
    return Charity.objects.create(names={"en": "Sea rescue", "fr": "Sauvetage"}, account="FR76-SEA", match_percent=50)


@pytest.fixture
def earn(now: datetime) -> Callable[[Viewer, int], None]:
    """`earn(helper, 40)`: so many credits are settled."""

    def settle(viewer: Viewer, credits: int, *, thousandths: int = 0) -> None:
        amount = credits * 1_000 + thousandths
        draft = Draft(
            key=f"earned:{Transfer.objects.count()}:{viewer.member_id}",
            kind=Transfer.Kind.SETTLEMENT,
            reason=Transfer.Reason.ANSWER_ACCEPTED,
            moves=(
                Move(Account.Kind.SETTLED, amount, viewer.member_id, line=True),
                Move(Account.Kind.ISSUANCE, -amount),
            ),
        )
        with transaction.atomic():
            ledger.post(books=ledger.lock([viewer.member_id or 0]), draft=draft, now=now)

    return settle


@pytest.fixture
def member(make_viewer: Callable[..., Viewer], earn: Callable[..., None]) -> Callable[..., Viewer]:
    """`member("Ada", 2_000)`: somebody with so many settled credits."""

    def make(name: str, credits: int, **given: Any) -> Viewer:
        viewer = make_viewer(name, **given)
        if credits:
            earn(viewer, credits)
        return viewer

    return make


@pytest.fixture
def choosing(now: datetime) -> Callable[[], PayoutRun]:
    """`choosing()`: a run whose members may choose."""

    def start() -> PayoutRun:
        run = open_run(by=Viewer.system(), now=now)
        assert run
        move_runs(now=STATEMENTS)
        run.refresh_from_db()
        return run

    return start


@pytest.fixture
def wants() -> Callable[..., Payout]:
    """`wants(ada, run, "cash", "ada@example.org")`."""

    def choose_it(viewer: Viewer, run: PayoutRun, choice: str, reference: str = "", **given: Any) -> Payout:
        asked: dict[str, Any] = {"is_adult": True, "charity": "", "now": CHOOSING, **given}
        return choose(run=run, choice=choice, reference=reference, by=viewer, **asked)

    return choose_it


@pytest.fixture
def approved(operator: Viewer, second: Viewer) -> Callable[[PayoutRun], PayoutRun]:
    """`approved(run)`: frozen by one operator and approved by the other, and nothing sent yet."""

    def go(run: PayoutRun) -> PayoutRun:
        freeze(run=run, by=operator, now=FREEZING)
        move_runs(now=FREEZING)
        approve(run=run, by=second, now=FREEZING)
        run.refresh_from_db()
        return run

    return go


def state_of(payout: Payout) -> str:
    payout.refresh_from_db()
    return payout.state
