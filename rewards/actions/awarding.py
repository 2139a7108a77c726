"""An accepted answer earns; an answer that is no longer accepted gives back what it earned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.viewer import Viewer
from community.models import Acceptance
from events.record import record
from notifications.notify import notify
from rewards import ledger, rules
from rewards.ledger import PENDING, RECEIVABLE, SETTLED, Draft, Move
from rewards.models import Account, Hold, ProgrammeVersion, Transfer
from rewards.queries import SUBJECT, version_in_force

# What `acceptance_revoked` says when another answer took its place.
REPLACED = "replaced"


def award(*, acceptance: Acceptance, by: Viewer, now: datetime) -> Transfer | None:
    """Post what an acceptance earns, pending; None when it earns nothing or was posted before.

    The caller's rights were checked by the acceptance itself. Locks the author's accounts.
    """
    version = version_in_force(now)
    if version is None:
        return None
    amount = rules.accepted_answer_earns(rules.Rules.read(version.rules), facts(acceptance))
    if not amount:
        return None
    with transaction.atomic():
        books = ledger.lock([acceptance.post.author_id])
        posted = ledger.post(books=books, draft=draft_award(acceptance, amount, version), now=now)
        if posted is None:
            return None
        Hold.objects.bulk_create(holds([posted], {posted.key: acceptance}, version, amount, ledger.booked_on(now)))
        record(
            verb="credits_awarded",
            actor=by.member,
            obj=posted,
            now=now,
            after={"amount": amount, "acceptance": acceptance.pk, "member": acceptance.post.author_id},
        )
        return posted


def take_back(*, acceptance: Acceptance, reason: str, by: Viewer, now: datetime) -> Transfer | None:
    """Reverse what an acceptance earned, and tell its author why; None when there is nothing (left) to reverse.

    Takes it from where it is: pending, else settled; what was spent already becomes the member's debt. Locks
    the author's accounts, and with them those of whoever is accepted instead: all at once, so that two who
    change places and the settlement of both never wait for each other.
    """
    with transaction.atomic():
        award = Transfer.objects.filter(key=key_of(acceptance.pk)).select_related("hold").first()
        if award is None:
            return None
        member_id = award.hold.member_id
        cause = _cause(reason)
        books = ledger.lock([member_id, *_accepted_instead(acceptance, reason)])
        hold = Hold.objects.get(award=award)
        if hold.state == Hold.State.REVERSED:
            return None
        taken = rules.take_back(
            hold.amount,
            pending=hold.state == Hold.State.PENDING,
            settled_balance=books.balance(member_id, SETTLED),
        )
        posted = ledger.post(books=books, draft=_draft_reversal(award, hold, taken, cause), now=now)
        Hold.objects.filter(pk=hold.pk).update(state=Hold.State.REVERSED)
        if posted is None:
            return None
        record(
            verb="credits_reversed",
            actor=by.member,
            obj=posted,
            now=now,
            reason="" if cause == Transfer.Reason.ANSWER_REPLACED else reason,
            after={"amount": hold.amount, "acceptance": acceptance.pk, "member": member_id},
        )
        notify(
            members=[member_id],
            kind="credits_reversed",
            path="credits/",
            key=f"credits_reversed:{posted.pk}",
            now=now,
            data={
                "title": acceptance.thread.title,
                "amount": hold.amount,
                "owed": taken.receivable,
                "cause": cause.value,
                "reason": "" if cause == Transfer.Reason.ANSWER_REPLACED else reason,
            },
        )
        return posted


def key_of(acceptance_id: int) -> str:
    """The idempotency key of what an acceptance earns."""
    return f"acceptance:{acceptance_id}"


def facts(acceptance: Acceptance) -> rules.Accepted:
    """What the rules look at; `post.author` and `thread` are loaded."""
    return rules.Accepted(
        author_id=acceptance.post.author_id,
        author_is_team=acceptance.post.author.is_team,
        asker_id=acceptance.thread.author_id,
        as_staff=acceptance.post.as_staff,
        imported=acceptance.imported,
    )


def draft_award(acceptance: Acceptance, amount: int, version: ProgrammeVersion) -> Draft:
    """From the programme to the author's pending account."""
    return Draft(
        key=key_of(acceptance.pk),
        kind=Transfer.Kind.AWARD,
        reason=Transfer.Reason.ANSWER_ACCEPTED,
        version_id=version.pk,
        subject_type=SUBJECT,
        subject_id=acceptance.pk,
        post_id=acceptance.post_id,
        thread_id=acceptance.thread_id,
        moves=(
            Move(PENDING, amount, acceptance.post.author_id),
            Move(Account.Kind.ISSUANCE, -amount),
        ),
    )


def holds(
    awards: Iterable[Transfer], acceptances: dict[str, Acceptance], version: ProgrammeVersion, amount: int, today: date
) -> list[Hold]:
    """The timetable of these awards, by key."""
    settles_on = rules.Rules.read(version.rules).settles_on(today)
    return [
        Hold(award=award, member_id=acceptances[award.key].post.author_id, amount=amount, settles_on=settles_on)
        for award in awards
    ]


def _accepted_instead(acceptance: Acceptance, reason: str) -> list[int]:
    """Who the same transaction awards next."""
    if reason != REPLACED:
        return []
    standing = Acceptance.objects.filter(thread_id=acceptance.thread_id, revoked_at=None)
    return list(standing.values_list("post__author_id", flat=True))


def _cause(reason: str) -> Transfer.Reason:
    """Why, as the books know it; the words of a person stay in the community's own rows."""
    if reason == REPLACED:
        return Transfer.Reason.ANSWER_REPLACED
    return Transfer.Reason.ACCEPTANCE_REVOKED


def _draft_reversal(award: Transfer, hold: Hold, taken: rules.TakenBack, cause: Transfer.Reason) -> Draft:
    return Draft(
        key=f"reversal:{award.pk}",
        kind=Transfer.Kind.REVERSAL,
        reason=cause,
        version_id=award.version_id,
        subject_type=award.subject_type,
        subject_id=award.subject_id,
        post_id=award.post_id,
        thread_id=award.thread_id,
        reverses_id=award.pk,
        moves=(
            Move(PENDING, -taken.pending, hold.member_id, line=True),
            Move(SETTLED, -taken.settled, hold.member_id, line=True),
            Move(RECEIVABLE, -taken.receivable, hold.member_id, line=True),
            Move(Account.Kind.ISSUANCE, hold.amount),
        ),
    )
