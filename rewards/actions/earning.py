"""How an award comes into the books: posted pending, with its day in the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.viewer import Viewer
from events.record import record
from rewards import ledger
from rewards.ledger import PENDING, Books, Draft, Move
from rewards.models import Account, Hold, ProgrammeVersion, Transfer


@dataclass(frozen=True, slots=True)
class Earned:
    """What one member earns by one thing; `key` makes it happen once. Amounts of nothing are left out."""

    key: str
    reason: Transfer.Reason
    member_id: int
    amount: int
    settles_on: date
    version: ProgrammeVersion | None
    subject_type: str
    subject_id: int
    post_id: int | None = None
    thread_id: int | None = None


def post_earned(*, earned: Sequence[Earned], books: Books, by: Viewer | None, now: datetime) -> list[Hold]:
    """Post these, with their members' accounts locked; returns the holds of what was not posted before.

    Each hold's `award` is loaded, and its version with it. An event each, but for what the clock does (`by` None):
    of that the books themselves are the record, as of settling.
    """
    wanted = {each.key: each for each in earned if each.amount > 0}
    posted = ledger.post_many(books=books, drafts=[_draft(each) for each in wanted.values()], now=now)
    holds = []
    for award in posted:
        each = wanted[award.key]
        award.version = each.version
        holds.append(Hold(award=award, member_id=each.member_id, amount=each.amount, settles_on=each.settles_on))
    Hold.objects.bulk_create(holds, batch_size=500)
    for hold in holds if by is not None else ():
        record(
            verb="credits_awarded",
            actor=by.member if by else None,
            obj=hold.award,
            now=now,
            after={"amount": hold.amount, "subject": hold.award.subject_id, "member": hold.member_id},
        )
    return holds


def _draft(each: Earned) -> Draft:
    """From the programme to the member's pending account."""
    return Draft(
        key=each.key,
        kind=Transfer.Kind.AWARD,
        reason=each.reason,
        version_id=each.version.pk if each.version else None,
        subject_type=each.subject_type,
        subject_id=each.subject_id,
        post_id=each.post_id,
        thread_id=each.thread_id,
        moves=(
            Move(PENDING, each.amount, each.member_id),
            Move(Account.Kind.ISSUANCE, -each.amount),
        ),
    )
