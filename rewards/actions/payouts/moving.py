"""What the clock does with runs, whatever state they are in: all that needs no person."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.viewer import Viewer
from rewards.actions.payouts.running import freeze_more, make_statements, open_run
from rewards.actions.payouts.sending import check_accounts, pay
from rewards.actions.payouts.telling import remind, tell_what_waits
from rewards.models import PayoutRun
from rewards.payable import PAYING
from rewards.queries import version_in_force

# Less than the time of a background task.
SECONDS = 200.0


@dataclass(slots=True)
class Moved:
    """Where each run that is not closed stands, by its number, and whether time ran out before all was done."""

    runs: dict[int, str]
    more: bool = False


def move_runs(*, now: datetime, seconds: float = SECONDS) -> Moved:
    """Open the run of today, make statements, remind, freeze on, pay, ask and close: whatever `now` allows. Operators
    are told of what is a person's.

    Killed at any moment and started again, it goes on where it stopped; two at once do nothing twice.
    """
    until = time.monotonic() + seconds
    silent: Counter[str] = Counter()
    check_accounts(now=now, until=until, silent=silent)
    more = False
    for run_id in PayoutRun.objects.open().order_by("number").values_list("pk", flat=True):
        while make_statements(run_id, now) or remind(run_id=run_id, now=now) or freeze_more(run_id, now):
            if time.monotonic() > until:
                more = True
                break
        if not more and PayoutRun.objects.filter(pk=run_id, state__in=PAYING).exists():
            more = pay(run_id=run_id, now=now, until=until, silent=silent)
        tell_what_waits(run_id=run_id, now=now)
        if more:
            break
    # After the one whose period ended just now.
    if version_in_force(now) is not None:
        open_run(by=Viewer.system(), now=now)
    return Moved(dict(PayoutRun.objects.open().order_by("number").values_list("number", "state")), more)
