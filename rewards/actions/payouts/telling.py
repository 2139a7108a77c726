"""Nobody forgets a run: its operators are told once when it waits for them, and members once before they can no
longer choose.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.jobs import Job
from accounts.models import Member
from core.times import noon
from notifications.notify import notify
from rewards.ledger import booked_on
from rewards.models import Payout, PayoutRun
from rewards.payable import PAYING, Terms

State = PayoutRun.State
# Members in one transaction.
BATCH = 250
# Before the last day of a window.
REMIND_DAYS = 3
# A payment whose provider says nothing for so long is looked at by a person.
UNANSWERED = timedelta(days=1)


def tell_operators(*, run: PayoutRun, what: str, now: datetime, count: int = 0) -> None:
    """In the caller's transaction: `what` (freeze, approve, bank or ask) a run waits for; told twice, they read it
    once. Who froze a run is not asked to approve it.
    """
    operators = Member.objects.filter(user__groups__name=Job.OPERATOR)
    if what == "approve" and run.frozen_by_id:
        operators = operators.exclude(pk=run.frozen_by_id)
    notify(
        members=operators.values_list("pk", flat=True),
        kind="payout_run_waits",
        path=f"credits/runs/{run.number}/",
        key=f"payout_run_waits:{run.number}:{what}",
        now=now,
        data={"number": run.number, "what": what, "count": count},
    )


def tell_what_waits(*, run_id: int, now: datetime) -> None:
    """Tell operators of whatever only a person can do for a run at `now`, but of its approval: who freezes it does."""
    with transaction.atomic():
        run = PayoutRun.objects.get(pk=run_id)
        if run.state == State.CHOOSING and run.frozen_by_id is None and not run.takes_choices(booked_on(now)):
            tell_operators(run=run, what="freeze", now=now)
        if run.state in PAYING:
            if in_file := run.payouts.in_file().count():
                tell_operators(run=run, what="bank", now=now, count=in_file)
            silent = run.payouts.filter(state=Payout.State.UNKNOWN, first_sent_at__lt=now - UNANSWERED).count()
            if silent:
                tell_operators(run=run, what="ask", now=now, count=silent)


def remind(*, run_id: int, now: datetime) -> bool:
    """Remind one batch of those who have not chosen, in the last days of a window; whether there is more to do.

    A window that is hardly longer than these days reminds nobody: the statement is new enough.
    """
    with transaction.atomic():
        rows = PayoutRun.objects.select_for_update(of=("self",), no_key=True)
        run = rows.select_related("version").get(pk=run_id)
        today = booked_on(now)
        if not run.takes_choices(today) or run.version is None or run.choose_until is None:
            return False
        if today < run.choose_until - timedelta(days=REMIND_DAYS):
            return False
        if Terms.read(run.version.rules).choice_days < 2 * REMIND_DAYS:
            return False
        waiting = run.payouts.of_members().filter(chosen_at=None, value__gt=0, member_id__gt=run.reminded_to or 0)
        batch = list(waiting.order_by("member_id")[:BATCH])
        if not batch:
            return False
        for payout in batch:
            notify(
                members=[payout.member_id or 0],
                kind="payout_reminder",
                path=f"credits/payouts/{run.number}/",
                key=f"payout_reminder:{run.number}",
                now=now,
                data={"amount": payout.amount, "choice": payout.choice, "choose_at": noon(run.choose_until)},
            )
        run.reminded_to = batch[-1].member_id
        run.save(update_fields=["reminded_to"])
        return True
