"""`kill -9` in every state of a run, after each commit and each call of a provider; then it is run again."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from rewards import ledger
from rewards.actions.payouts import running, telling
from rewards.actions.payouts.banking import read_bank_answer
from rewards.actions.payouts.running import approve, freeze, open_run
from rewards.models import Charity, Payout, PayoutRun
from rewards.providers import http
from rewards.providers.paypal import PayPal
from rewards.queries import balance_of
from rewards.verify import verify
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, STATEMENTS

REMINDING = FREEZING - timedelta(days=2)


@pytest.fixture
def db(own_database: str) -> None:
    """Other processes work on a committed database."""


def killed(act, moment) -> bool:
    """Do something in another process that is killed as it commits what it wrote, or is answered, for the n-th time;
    whether it came that far.
    """
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            _kill_at(moment)
            act()
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "it failed: its error is above"
    return False


def _kill_at(moment):
    left, wrote = moment, False
    leave, call = transaction.Atomic.__exit__, http.call

    def note(execute, sql, *rest):
        nonlocal wrote
        wrote = wrote or sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *rest)

    connection.execute_wrappers.append(note)

    def pass_by():
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def watched_leave(atomic, kind, value, traceback):
        nonlocal wrote
        result = leave(atomic, kind, value, traceback)
        if wrote and not connection.in_atomic_block:
            wrote = False
            pass_by()
        return result

    def watched_call(*args, **options):
        answer = call(*args, **options)
        pass_by()
        return answer

    transaction.Atomic.__exit__, http.call = watched_leave, watched_call


def move(now):
    return lambda: call_command("rewards", "payouts", "--now", now.isoformat(), stdout=io.StringIO())


def test_killed_in_every_state_nothing_is_lost_doubled_or_half_paid(
    provider, member, wants, operator, second, monkeypatch
):
    """After every kill the books are whole; in the end each member was paid once or has their credits back."""
    Charity.objects.create(names={"en": "Sea rescue"}, account="FR76", match_percent=50)
    for module in (running, telling):
        monkeypatch.setattr(module, "BATCH", 3)
    monkeypatch.setattr(PayPal, "batch_size", 2)
    people = [
        *((member(f"Bill {n}", 1_000 + n), "bill", f"B-{n}") for n in range(2)),
        *((member(f"Cash {n}", 2_000 + n), "cash", f"cash-{n}@example.org") for n in range(2)),
        (member("Charity", 500), "charity", ""),
        (member("Keep", 700), "keep", ""),
    ]
    before = {viewer.member_id: balance_of(viewer.member_id).settled for viewer, _choice, _reference in people}
    provider.refuse = {"B-1", "cash-1@example.org"}
    kills: Counter[str] = Counter()

    def step(act):
        # Killed at its first moment, begun again and killed at its second, …: until it has no moment left.
        moment = 0
        while killed(act, moment):
            moment += 1
            state = PayoutRun.objects.filter(number=1).values_list("state", flat=True).first()
            kills[state or ""] += 1
            report = verify()
            assert report.ok, report.faults
            # What left a member is on its way or paid, or it is theirs.
            for payout in Payout.objects.of_members():
                out = payout.amount if payout.is_out else 0
                assert balance_of(payout.member_id).settled == before[payout.member_id] - out

    step(lambda: open_run(by=operator, now=STATEMENTS - timedelta(days=30)))
    step(move(STATEMENTS))
    run = PayoutRun.objects.get(number=1)
    for viewer, choice, reference in people:
        wants(viewer, run, choice, reference)
    step(move(CHOOSING))
    step(move(REMINDING))
    step(lambda: freeze(run=run, by=operator, now=FREEZING))
    step(move(FREEZING))
    step(lambda: approve(run=run, by=second, now=FREEZING))
    step(move(FREEZING + timedelta(minutes=1)))
    step(move(FREEZING + timedelta(hours=7)))
    # One that was killed each time as it was marked was never sent: left alone, it is.
    for hours in (14, 21, 28):
        move(FREEZING + timedelta(hours=hours))()
    assert sorted(set(provider.sent)) == sorted(provider.sent) and len(provider.paid) == 4, "each was paid once"
    states = dict(run.payouts.of_members().values_list("member__name", "state"))
    assert states == {
        "Bill 0": "paid", "Bill 1": "refused", "Cash 0": "paid", "Cash 1": "refused", "Charity": "sent", "Keep": "kept",
    }  # fmt: skip
    assert provider.total() == 1_000 + 2_000
    assert ledger.system_balance("payouts") == (provider.total() + 500 + 250) * 1_000
    # The bank answers, and the run is killed as it closes.
    answers = "".join(f"{key.hex},paid\n" for key in run.payouts.in_file().values_list("key", flat=True))
    read_bank_answer(run=run, content=f"reference,state\n{answers}".encode(), by=operator, now=FREEZING)
    step(move(FREEZING + timedelta(days=4)))
    assert set(kills) == set(PayoutRun.State.values), "killed in every state"
    run.refresh_from_db()
    assert run.state == "closed"
