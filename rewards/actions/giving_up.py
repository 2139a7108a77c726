"""Whoever is erased gives up their credits: the company owes nobody who is nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Member
from events.record import record
from rewards import ledger
from rewards.actions.settling import settle_locked
from rewards.ledger import RECEIVABLE, SETTLED, Books, Draft, Move
from rewards.models import Account, Entry, Hold, Payout, PayoutRun, Review, Transfer

# What stands in place of where somebody was paid: the database knows this word, too.
ERASED = "erased"


def give_up(*, members: Sequence[int], now: datetime) -> int:
    """Book all that these members have, once they are erased, to what expired; how many had anything.

    What waits settles first, so that what they owe is recovered from it; what nobody has decided about needs no
    decision any more. What is out for a payment is not theirs to give up: it is paid. If it comes back, it is given up
    with the next look. Locks their accounts.
    """
    with transaction.atomic():
        books = ledger.lock(members)
        gone = set(Member.objects.filter(pk__in=members, erased_at__isnull=False).values_list("pk", flat=True))
        holds = Hold.objects.waiting().filter(member_id__in=gone).select_related("award__version").order_by("pk")
        waiting = list(holds)
        settle_locked(holds=waiting, books=books, now=now)
        Review.objects.open().filter(hold__in=waiting).update(state=Review.State.LAPSED)
        given = 0
        for member_id in sorted(gone):
            given += _give_up(member_id, books, now)
        return given


def _give_up(member_id: int, books: Books, now: datetime) -> int:
    settled = books.balance(member_id, SETTLED)
    if not settled:
        return 0
    recovered = min(settled, -books.balance(member_id, RECEIVABLE))
    last = Entry.objects.filter(account__member_id=member_id, account__kind=SETTLED).order_by("-pk")
    # What they have as it stands: what comes to them after this is given up under another.
    mark = last.values_list("pk", flat=True)[0]
    moved = [
        (f"recovered:{mark}", Transfer.Kind.SETTLEMENT, recovered, Move(RECEIVABLE, recovered, member_id, line=True)),
        (
            f"given_up:{mark}",
            Transfer.Kind.EXPIRY,
            settled - recovered,
            Move(Account.Kind.BREAKAGE, settled - recovered),
        ),
    ]
    drafts = [
        Draft(
            key=key,
            kind=kind,
            reason=Transfer.Reason.GIVEN_UP,
            moves=(Move(SETTLED, -amount, member_id, line=True), to),
        )
        for key, kind, amount, to in moved
        if amount
    ]
    posted = ledger.post_many(books=books, drafts=drafts, now=now)
    for transfer in posted:
        after = {"amount": settled, "recovered": recovered, "member": member_id}
        record(verb="credits_given_up", actor=None, obj=transfer, now=now, after=after)
    return 1 if posted else 0


def forget_payees(*, members: QuerySet[Member]) -> int:
    """Forget where these members were paid, what was said of it and how they voted; how many payouts had that.

    Only in runs that are closed, as the database holds: until then a provider is asked about it as it was sent.
    """
    mine = Payout.objects.filter(member__in=members)
    mine.exclude(vote=None).filter(run__state=PayoutRun.State.CLOSED).update(vote=None)
    known = mine.filter(run__state=PayoutRun.State.CLOSED).exclude(payee__in=["", ERASED])
    return known.exclude(choice=Payout.Choice.CHARITY).update(payee=ERASED, words="")
