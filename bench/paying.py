"""Payout runs for `bench.killing`: a provider in a process of its own that answers over HTTP, and not always, whoever
pays, and what must be true of both sides after a kill.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.test import override_settings

from accounts.jobs import Job
from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Invalid, Refused
from rewards.actions.payouts.choosing import choose
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze, make_statements, open_run
from rewards.ledger import booked_on
from rewards.models import Payout, PayoutRun
from tests.rewards.payouts.provider import CLIENT, CLIENT_SECRET, SECRET, Provider

# By these a run is of one day, and everybody is paid.
RULES = {"payout_months": 1, "choice_days": 1, "cash_minimum": 0, "account_days": 0}
# How often the provider answers a call that pays as it should, and each way in which it does not.
BEHAVES = {"well": 85, "hangs up": 4, "deaf": 4, "error": 4, "rubbish": 3}
# The states that say what the provider did.
LAST = (Payout.State.PAID, Payout.State.REFUSED)


class _Unreliable(Provider):
    """Answers now and then not at all."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)

    def next_behaviour(self) -> str:
        return self._rng.choices(list(BEHAVES), list(BEHAVES.values()))[0]


@contextlib.contextmanager
def provider(seed: int) -> Iterator[str]:
    """Billing and PayPal on a port of this machine, in a process of their own; the settings lead there meanwhile."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        made = _Unreliable(seed)
        # Every tenth account is closed.
        made.refuse = {f"{kind}-{number}" for kind in ("C", "p") for number in range(7, 20_000, 10)}
        made.start()
        os.write(writing, made.url.encode())
        os.close(writing)
        while True:
            signal.pause()
    os.close(writing)
    with os.fdopen(reading) as pipe:
        url = pipe.read()
    given = {
        "billing": {"url": f"{url}/credits", "secret": SECRET},
        "paypal": {"url": url, "client_id": CLIENT, "secret": CLIENT_SECRET},
    }
    proxies = {name: "" for name in os.environ if name.lower() in ("http_proxy", "all_proxy")}
    changed = {**settings.ENTRAIDE, "PRIVATE_HOSTS_ALLOWED": ["127.0.0.1"], "PAYOUTS": given}
    try:
        with override_settings(ENTRAIDE=changed), patch.dict(os.environ, proxies):
            yield url
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def operators(now: datetime) -> tuple[Viewer, Viewer]:
    """Two: nobody pays alone."""
    found = []
    for name in ("Olivia", "Sven"):
        member = Member.objects.filter(name=f"{name}, operator").first()
        member = member or Member.objects.create(name=f"{name}, operator", created_at=now)
        found.append(Viewer(member=member, jobs=frozenset({Job.OPERATOR}), verified=True))
    return found[0], found[1]


def run_on(now: datetime, rng: random.Random) -> None:
    """Whatever may happen to runs at `now`: one is opened, members choose, operators freeze and approve, money goes."""
    one, another = operators(now)
    for run in PayoutRun.objects.open().order_by("number"):
        while make_statements(run.pk, now):
            pass
    last = PayoutRun.objects.order_by("-number").first()
    ends_on = max(booked_on(now), last.ends_on + timedelta(days=1)) if last else booked_on(now)
    open_run(by=one, now=now, ends_on=ends_on)
    for run in PayoutRun.objects.open().order_by("number"):
        if run.takes_choices(booked_on(now)):
            _choose(run, now, rng)
        # Too early, or somebody else has.
        with contextlib.suppress(Refused):
            freeze(run=run, by=one, now=now)
        with contextlib.suppress(Refused):
            approve(run=run, by=another, now=now)
    # What `rewards payouts` does.
    move_runs(now=now)


def _choose(run: PayoutRun, now: datetime, rng: random.Random) -> None:
    """Most choose, and keep to one account."""
    for payout in run.payouts.of_members().filter(chosen_at=None, value__gt=0).select_related("member"):
        assert payout.member
        choice = rng.choice((Payout.Choice.BILL, Payout.Choice.CASH, Payout.Choice.CASH, Payout.Choice.KEEP))
        kind = "C" if choice == Payout.Choice.BILL else "p"
        with contextlib.suppress(Refused, Invalid):
            choose(
                run=run, choice=choice, reference=f"{kind}-{payout.member_id}", is_adult=True, charity="",
                by=Viewer(member=payout.member, verified=True), now=now,
            )  # fmt: skip


def outstanding() -> dict[int, int]:
    """What is out of each member's account by the payouts alone, in thousandths."""
    found: dict[int, int] = {}
    for payout in Payout.objects.booked_out().of_members():
        found[payout.member_id or 0] = found.get(payout.member_id or 0, 0) + payout.amount
    return found


def wrong(url: str) -> list[str]:
    """Where what the provider did differs from what the product says it did."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/kept", timeout=10) as answer:
        kept: dict[str, Any] = json.load(answer)
    found = [f"key {key} was paid twice" for key in {key for key in kept["sent"] if kept["sent"].count(key) > 1}]
    payouts = {payout.key.hex: payout for payout in Payout.objects.filter(attempts__gt=0)}
    for key, (payee, value, outcome) in kept["paid"].items():
        payout = payouts.get(key)
        if payout is None or (payout.payee, payout.value) != (payee, value):
            found.append(f"key {key}: {value} went to {payee}, and nobody had sent it")
        elif payout.state in LAST and (payout.state == Payout.State.PAID) != (outcome == "paid"):
            found.append(f"payout {payout.pk} is {payout.state}, and its provider says {outcome}")
    for key, payout in payouts.items():
        if payout.state in (*LAST, Payout.State.SENT) and key not in kept["paid"]:
            found.append(f"payout {payout.pk} is {payout.state}, and its provider has never heard of it")
    return found
