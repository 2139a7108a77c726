"""Taking back what an award put into a member's books, from wherever it is now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from accounts.viewer import Viewer
from events.record import record
from notifications.notify import notify
from rewards import ledger, rules
from rewards.actions.settling import key_of as settlement_key
from rewards.ledger import PENDING, RECEIVABLE, SETTLED, Books, Draft, Move
from rewards.models import Account, Hold, Lot, LotUse, Review, Transfer


@dataclass(frozen=True, slots=True)
class Reversed:
    """One award that was taken back: from where, and the transfer that did it."""

    hold: Hold
    taken: rules.TakenBack
    transfer: Transfer


def reverse_holds(
    *, holds: Iterable[Hold], books: Books, cause: Transfer.Reason, reason: str, by: Viewer, now: datetime
) -> list[Reversed]:
    """Reverse these awards, with their transfers loaded and their members' accounts locked; one event each.

    Takes it from where it is: pending, else settled; what was spent already becomes the member's debt. What a person
    was to look at needs no decision any more.
    """
    done = []
    for hold in holds:
        award = hold.award
        taken = rules.take_back(
            hold.amount,
            pending=hold.state in Hold.WAITING,
            settled_balance=books.balance(hold.member_id, SETTLED),
            expired=_expired(award),
        )
        lot_id = _lot_of(award) if taken.settled else None
        posted = ledger.post(books=books, draft=_draft(hold, taken, cause, lot_id), now=now)
        Hold.objects.filter(pk=hold.pk).update(state=Hold.State.REVERSED)
        Review.objects.open().filter(hold=hold).update(state=Review.State.LAPSED)
        if posted is None:
            continue
        record(
            verb="credits_reversed",
            actor=by.member,
            obj=posted,
            now=now,
            reason=reason,
            after={"amount": hold.amount, "subject": award.subject_id, "member": hold.member_id},
        )
        done.append(Reversed(hold, taken, posted))
    return done


def tell_reversed(
    *, member_id: int, done: Sequence[Reversed], title: str, cause: Transfer.Reason, reason: str, now: datetime
) -> None:
    """Tell a member once of all that was taken back of theirs; what expired before is no news."""
    told = sum(each.hold.amount - each.taken.expired for each in done)
    notify(
        members=[member_id] if told else [],
        kind="credits_reversed",
        path="credits/",
        key=f"credits_reversed:{done[0].transfer.pk}",
        now=now,
        data={
            "title": title,
            "amount": told,
            "owed": sum(each.taken.receivable for each in done),
            "cause": cause.value,
            "reason": reason,
        },
    )


def _lot_of(award: Transfer) -> int | None:
    """What is left of what this very award settled: a reversal takes that first."""
    left = Lot.objects.left().filter(origin__key=settlement_key(award.pk))
    return left.values_list("pk", flat=True).first()


def _expired(award: Transfer) -> int:
    """How much of what this award settled has expired."""
    lost = LotUse.objects.filter(lot__origin__key=settlement_key(award.pk), transfer__kind=Transfer.Kind.EXPIRY)
    return lost.aggregate(sum=Sum("amount"))["sum"] or 0


def _draft(hold: Hold, taken: rules.TakenBack, cause: Transfer.Reason, lot_id: int | None) -> Draft:
    return Draft.about(
        hold.award,
        key=f"reversal:{hold.award_id}",
        kind=Transfer.Kind.REVERSAL,
        reason=cause,
        reverses_id=hold.award_id,
        lot_id=lot_id,
        moves=(
            Move(PENDING, -taken.pending, hold.member_id, line=True),
            Move(SETTLED, -taken.settled, hold.member_id, line=True),
            Move(RECEIVABLE, -taken.receivable, hold.member_id, line=True),
            Move(Account.Kind.BREAKAGE, -taken.expired),
            Move(Account.Kind.ISSUANCE, hold.amount),
        ),
    )
