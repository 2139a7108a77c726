"""What a payout does to the books: it goes out once, and comes back once."""

from __future__ import annotations

from rewards import rules
from rewards.ledger import RECEIVABLE, SETTLED, Books, Draft, Move
from rewards.models import Account, Payout, Transfer

# What these transfers are for: `Transfer.subject_type`.
SUBJECT = "rewards.payout"


def key_of(payout_id: int) -> str:
    """The idempotency key of what takes a payout's credits."""
    return f"payout:{payout_id}"


def draft_out(payout: Payout, version_id: int | None) -> Draft:
    """From the member's settled credits to what is paid out; the company's part from what it issues."""
    source = (
        Move(SETTLED, -payout.amount, payout.member_id, line=True)
        if payout.member_id
        else Move(Account.Kind.ISSUANCE, -payout.amount)
    )
    return Draft(
        key=key_of(payout.pk),
        kind=Transfer.Kind.PAYOUT,
        reason=Transfer.Reason.PAID_OUT if payout.member_id else Transfer.Reason.MATCHED,
        version_id=version_id,
        subject_type=SUBJECT,
        subject_id=payout.pk,
        moves=(source, Move(Account.Kind.PAYOUTS, payout.amount)),
    )


def draft_back(payout: Payout, books: Books) -> Draft:
    """The reverse. What the member came to owe meanwhile is recovered from it, as from all that settles."""
    out = Transfer.objects.get(key=key_of(payout.pk))
    target: tuple[Move, ...]
    if payout.member_id:
        split = rules.settle(payout.amount, receivable_balance=books.balance(payout.member_id, RECEIVABLE))
        target = (
            Move(SETTLED, split.settled, payout.member_id, line=True),
            Move(RECEIVABLE, split.recovered, payout.member_id, line=True),
        )
    else:
        target = (Move(Account.Kind.ISSUANCE, payout.amount),)
    return Draft(
        key=f"{out.key}:back",
        kind=Transfer.Kind.REVERSAL,
        reason=Transfer.Reason.PAYOUT_CAME_BACK,
        version_id=out.version_id,
        subject_type=SUBJECT,
        subject_id=payout.pk,
        reverses_id=out.pk,
        moves=(*target, Move(Account.Kind.PAYOUTS, -payout.amount)),
    )
