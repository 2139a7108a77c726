"""Money goes out, and what providers say of it is written down.

A payment is marked as sent and committed before its provider is called, with no transaction open while it is. Whatever
then happens (no answer, half of one, `kill -9`), it is asked about before it is sent again, under the same key.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from events.record import record
from notifications.notify import notify
from rewards import ledger, payable, providers
from rewards.actions.payouts.books import draft_back
from rewards.models import Payout, PayoutAccount, PayoutRun
from rewards.payable import PAYING
from rewards.providers.base import ABSENT, Adapter, Answer, Batch, Order, Unanswered

State, RunState = Payout.State, PayoutRun.State
# Batches of payments that are asked about in one look.
LOOK = 50
# Calls in a row that a provider leaves without an answer; then it is left alone until the next pass.
SILENT = 3


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch that this process alone calls its provider about, until its payments' `ask_at`."""

    batch: Batch
    provider: str
    # Payments by key, with how often each had been sent.
    payouts: dict[str, tuple[int, int]]


def pay(*, run_id: int, now: datetime, until: float, silent: Counter[str] | None = None) -> bool:
    """Send all of an approved run that waits to be sent, and ask about the rest whose time has come.

    `silent` counts the calls that each provider has left without an answer, one after the other, in this pass.
    Stops at `until` (of the monotonic clock); returns whether anything is left to do at `now`.
    """
    silent = Counter() if silent is None else silent
    there = providers.configured()
    for name, adapter in there.items():
        while silent[name] < SILENT and (taken := _take_frozen(run_id, name, adapter, now)):
            silent[name] = 0 if _call(taken, adapter, now, first=True) else silent[name] + 1
            if time.monotonic() > until:
                return True
    for name, adapter in there.items():
        while silent[name] < SILENT and (taken := _take_unanswered(run_id, name, now)):
            silent[name] = 0 if _call(taken, adapter, now, first=False) else silent[name] + 1
            if time.monotonic() > until:
                return True
    return _move_on(run_id, now)


def _take_frozen(run_id: int, provider: str, adapter: Adapter, now: datetime) -> _Taken | None:
    """Mark the next payments as sent; None when there are none."""
    with transaction.atomic():
        run = PayoutRun.objects.select_for_update(no_key=True).get(pk=run_id)
        if run.state not in PAYING:
            return None
        waiting = run.payouts.filter(state=State.FROZEN, provider=provider).order_by("pk")
        rows = list(waiting.select_for_update(no_key=True)[: adapter.batch_size])
        if not rows:
            return None
        batch = uuid4()
        for payout in rows:
            payout.state, payout.batch = State.UNKNOWN, batch
            payout.attempts += 1
            # The provider's memory of a key began when it first saw it.
            payout.first_sent_at = payout.first_sent_at or now
            payout.ask_at = now + payable.ask_after(payout.attempts)
        Payout.objects.bulk_update(rows, ["state", "batch", "attempts", "first_sent_at", "ask_at"])
        if run.state == RunState.APPROVED:
            PayoutRun.objects.filter(pk=run.pk).update(state=RunState.PAYING)
        return _taken(rows, provider)


def _take_unanswered(run_id: int, provider: str, now: datetime) -> _Taken | None:
    """Take the next batch whose provider is to be asked, for as long as a call lasts; None when there is none."""
    with transaction.atomic():
        run = PayoutRun.objects.select_for_update(no_key=True).get(pk=run_id)
        due = run.payouts.filter(state__in=[State.UNKNOWN, State.SENT], provider=provider, ask_at__lte=now)
        first = due.order_by("ask_at", "pk").first()
        if first is None:
            return None
        rows = list(run.payouts.filter(batch=first.batch).order_by("pk").select_for_update(no_key=True))
        waiting = [payout for payout in rows if payout.state in (State.UNKNOWN, State.SENT)]
        # Until its provider has said that it knows the batch, to ask is to send it again: without what somebody
        # brought the last word of meanwhile, whose credits may be back.
        if not any(payout.batch_reference for payout in rows):
            rows = waiting
        for payout in waiting:
            payout.attempts += 1
            payout.ask_at = now + payable.ask_after(payout.attempts)
        Payout.objects.bulk_update(waiting, ["attempts", "ask_at"])
        return _taken(rows, provider)


def _taken(rows: Sequence[Payout], provider: str) -> _Taken:
    begun = [payout.first_sent_at for payout in rows if payout.first_sent_at]
    batch = Batch(
        key=rows[0].batch.hex if rows[0].batch else "",
        orders=[order_of(payout) for payout in rows],
        first_sent_at=min(begun),
        reference=next((payout.batch_reference for payout in rows if payout.batch_reference), ""),
    )
    return _Taken(batch, provider, {payout.key.hex: (payout.pk, payout.attempts) for payout in rows})


def order_of(payout: Payout) -> Order:
    """A payout as its provider is told of it."""
    return Order(key=payout.key.hex, payee=payout.payee, value=payout.value, currency=payout.currency)


def _call(taken: _Taken, adapter: Adapter, now: datetime, *, first: bool) -> bool:
    """Call the provider, with no transaction open, and write what it says; whether it answered."""
    try:
        answers = adapter.send(taken.batch, now) if first else adapter.ask(taken.batch, now)
    except Unanswered as error:
        keys = [pk for pk, _attempts in taken.payouts.values()]
        Payout.objects.filter(pk__in=keys, state=State.UNKNOWN).update(words=str(error)[:200])
        return False
    for answer in answers:
        if answer.key in taken.payouts:
            pk, attempts = taken.payouts[answer.key]
            write_answer(payout_id=pk, answer=answer, now=now, attempts=attempts, polls=adapter.polls)
    return True


def write_answer(
    *, payout_id: int, answer: Answer, now: datetime, attempts: int | None = None, polls: bool = True
) -> bool:
    """Write what a provider says of one payment; what it did not pay comes back to its member, who is told.

    `attempts`: how often it had been sent when the provider was asked; None: a person brought the answer, and while
    the provider may be being called it is not written. Whether it changed anything: said twice, or after the last
    word, it does not.
    """
    with transaction.atomic():
        member_id = Payout.objects.values_list("member_id", flat=True).get(pk=payout_id)
        books = ledger.lock([member_id] if member_id else [])
        payout = Payout.objects.select_for_update(of=("self",), no_key=True).select_related("run").get(pk=payout_id)
        if answer.outcome == ABSENT:
            # What was sent again while the provider was being asked is not absent.
            if payout.state != State.UNKNOWN or payout.attempts != attempts:
                return False
            payout.state, payout.batch, payout.ask_at = State.FROZEN, None, None
            payout.save(update_fields=["state", "batch", "ask_at"])
            return True
        if not payable.may_become(payout.state, answer.outcome):
            return False
        if (
            attempts is None
            and payout.state == State.UNKNOWN
            and payable.is_called(payout.attempts, payout.ask_at, now)
        ):
            return False
        changed = payout.state != answer.outcome
        payout.state = answer.outcome
        payout.reference = answer.reference or payout.reference
        payout.batch_reference = answer.batch_reference or payout.batch_reference
        payout.words = answer.words
        if answer.outcome == State.SENT:
            payout.ask_at = payout.ask_at if polls else None
        else:
            payout.ask_at, payout.finished_at = None, now
        if answer.outcome in (State.REFUSED, State.RETURNED):
            payout.why = Payout.Why.REFUSED if answer.outcome == State.REFUSED else Payout.Why.RETURNED
            ledger.post(books=books, draft=draft_back(payout, books), now=now)
        payout.save(
            update_fields=[
                "state", "reference", "batch_reference", "words", "ask_at", "finished_at", "why",
            ]
        )  # fmt: skip
        if changed and answer.outcome != State.SENT:
            _tell(payout, now)
        return changed


def _tell(payout: Payout, now: datetime) -> None:
    record(
        verb=f"payout_{payout.state}",
        actor=None,
        obj=payout,
        now=now,
        after={"amount": payout.amount, "member": payout.member_id},
    )
    notify(
        members=[payout.member_id] if payout.member_id else [],
        kind="payout_paid" if payout.state == State.PAID else "payout_back",
        path=f"credits/payouts/{payout.run.number}/",
        key=f"payout_{payout.state}:{payout.pk}",
        now=now,
        data={
            "amount": payout.amount,
            "value": payout.value,
            "currency": payout.currency,
            "choice": payout.choice,
            "why": payout.why,
        },
    )


def _move_on(run_id: int, now: datetime) -> bool:
    """Say where a run stands once nothing more can be sent; close it after the last answer. Whether more is to do."""
    with transaction.atomic():
        run = PayoutRun.objects.select_for_update(no_key=True).get(pk=run_id)
        if run.state not in PAYING:
            return False
        open_ = run.payouts.under_way()
        if open_.filter(state=State.FROZEN).exists():
            return False  # for a provider that is not there
        if open_.exists():
            if run.state != RunState.RECONCILING:
                run.state = RunState.RECONCILING
                run.save(update_fields=["state"])
            return False
        run.state, run.closed_at = RunState.CLOSED, now
        run.save(update_fields=["state", "closed_at"])
        record(verb="payout_run_closed", actor=None, obj=run, now=now)
        return False


def check_accounts(*, now: datetime, until: float, silent: Counter[str] | None = None) -> int:
    """Ask the providers that know it ahead who the members are whose accounts wait for it; returns how many were told.

    Each is asked once a day, in the order in which they were named; `silent` as in `pay`.
    """
    told, silent = 0, Counter() if silent is None else silent
    for name, adapter in providers.configured().items():
        if not adapter.checks_ahead:
            continue
        waiting = PayoutAccount.objects.filter(provider=name, status=PayoutAccount.Status.WAITING)
        due = waiting.exclude(asked_at__gt=now - timedelta(days=1)).order_by("changed_at", "pk")
        for account in due[: LOOK * 20]:
            if time.monotonic() > until:
                return told
            if silent[name] >= SILENT:
                break
            mine = PayoutAccount.objects.filter(pk=account.pk, reference=account.reference)
            try:
                status = adapter.check(account.reference)
            except Unanswered:
                silent[name] += 1
                mine.update(asked_at=now)
                continue
            silent[name] = 0
            told += mine.update(status=status, asked_at=now)
    return told
