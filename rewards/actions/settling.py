"""Pending credits become their members' own when their hold is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from rewards import ledger, rules
from rewards.ledger import PENDING, RECEIVABLE, SETTLED, Draft, Move
from rewards.models import Hold, Transfer

BATCH = 250


def settle_due(*, now: datetime, progress: Callable[[int], object] | None = None) -> int:
    """Settle every award whose day has come; returns how many.

    Each batch is one transaction: interrupted, it goes on where it stopped, and running it again settles
    nothing twice. `progress` is told how many each batch settled.
    """
    today = ledger.booked_on(now)
    settled, after = 0, 0
    while True:
        last, done = _settle_batch(today, after, now)
        settled += done
        if progress:
            progress(done)
        if last is None:
            return settled
        after = last


def _settle_batch(today: date, after: int, now: datetime) -> tuple[int | None, int]:
    """The last hold looked at (None when there was none) and how many were settled."""
    with transaction.atomic():
        candidates = list(
            Hold.objects.due(today).filter(pk__gt=after).order_by("pk").values_list("pk", "member_id")[:BATCH]
        )
        if not candidates:
            return None, 0
        books = ledger.lock(member_id for _pk, member_id in candidates)
        # Read again: one of them may have been reversed before its member's accounts were locked.
        holds = list(
            Hold.objects.due(today)
            .filter(pk__in=[pk for pk, _member_id in candidates])
            .select_related("award")
            .order_by("pk")
        )
        owed = {hold.member_id: books.balance(hold.member_id, RECEIVABLE) for hold in holds}
        drafts = []
        for hold in holds:
            split = rules.settle(hold.amount, receivable_balance=owed[hold.member_id])
            owed[hold.member_id] += split.recovered
            drafts.append(_draft(hold, split))
        ledger.post_many(books=books, drafts=drafts, now=now)
        Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Hold.State.SETTLED)
        return candidates[-1][0], len(holds)


def _draft(hold: Hold, split: rules.Settled) -> Draft:
    award = hold.award
    return Draft(
        key=f"settlement:{award.pk}",
        kind=Transfer.Kind.SETTLEMENT,
        reason=award.reason,
        version_id=award.version_id,
        subject_type=award.subject_type,
        subject_id=award.subject_id,
        post_id=award.post_id,
        thread_id=award.thread_id,
        moves=(
            Move(PENDING, -hold.amount, hold.member_id),
            Move(SETTLED, split.settled, hold.member_id, line=True),
            Move(RECEIVABLE, split.recovered, hold.member_id, line=True),
        ),
    )
