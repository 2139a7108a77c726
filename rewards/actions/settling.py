"""Pending credits become their members' own when their hold is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction

from rewards import ledger, rules
from rewards.actions.endorsing import endorse
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
    """The last hold looked at (None when there are no more) and how many were settled."""
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
            .select_related("award__version")
            .order_by("pk")
        )
        settle_locked(holds=holds, books=books, now=now)
        return candidates[-1][0] if len(candidates) == BATCH else None, len(holds)


def settle_locked(*, holds: Sequence[Hold], books: ledger.Books, now: datetime) -> None:
    """Settle these, with their award and its version loaded and their members' accounts locked.

    Whoever said by now that an answer helped them counts for its bonus: see `endorsing`.
    """
    today = ledger.booked_on(now)
    owed = {hold.member_id: books.balance(hold.member_id, RECEIVABLE) for hold in holds}
    drafts = []
    for hold in holds:
        split = rules.settle(hold.amount, receivable_balance=owed[hold.member_id])
        owed[hold.member_id] += split.recovered
        drafts.append(_draft(hold, split, today))
    ledger.post_many(books=books, drafts=drafts, now=now)
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Hold.State.SETTLED)
    endorse(holds=holds, books=books, now=now)


def _draft(hold: Hold, split: rules.Settled, today: date) -> Draft:
    award = hold.award
    return Draft.about(
        award,
        key=key_of(award.pk),
        kind=Transfer.Kind.SETTLEMENT,
        reason=award.reason,
        moves=(
            Move(PENDING, -hold.amount, hold.member_id),
            Move(SETTLED, split.settled, hold.member_id, line=True),
            Move(RECEIVABLE, split.recovered, hold.member_id, line=True),
        ),
        life=rules.Rules.read(award.version.rules).life(today) if award.version else rules.Life(),
    )


def key_of(award_id: int) -> str:
    """The idempotency key of an award's settlement."""
    return f"settlement:{award_id}"
