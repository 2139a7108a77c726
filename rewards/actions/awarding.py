"""An accepted answer earns; an answer that is no longer accepted gives back what it earned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.viewer import Viewer
from community.models import Acceptance
from rewards import ledger, rules, ways
from rewards.actions import placing
from rewards.actions.earning import Earned, post_earned
from rewards.actions.reversing import Reversed, reverse_holds, tell_reversed
from rewards.ledger import Books
from rewards.models import Hold, ProgrammeVersion, Transfer
from rewards.queries import FIRST, OF_ACCEPTANCE, SUBJECT, version_in_force

# What `acceptance_revoked` says when another answer took its place.
REPLACED = "replaced"


def award(*, acceptance: Acceptance, by: Viewer, now: datetime) -> Transfer | None:
    """Post what an acceptance earns, pending; None when it earns nothing or was posted before.

    A member's first answer that stands earns its bonus with it. The caller's rights were checked by the acceptance
    itself. Locks the author's accounts.
    """
    version = version_in_force(now)
    if version is None:
        return None
    terms = rules.Rules.read(version.rules)
    case = facts(acceptance)
    if not rules.may_earn(case):
        return None
    with transaction.atomic():
        books = ledger.lock([case.author_id])
        holds = []
        month = ways.month_of(ledger.booked_on(now))
        number = placing.next_number(case.author_id, month) if terms.taper and terms.pool is None else 1
        amount = rules.accepted_answer_earns(terms, case, number=number)
        if amount:
            earned = earned_by(acceptance, amount, version, now)
            holds = post_earned(earned=[earned], books=books, by=by, now=now)
            if not holds:
                return None
            if terms.taper:
                placing.enter(acceptance_id=acceptance.pk, member_id=case.author_id, month=month, number=number)
        first = _first_of(acceptance, terms, version, now)
        holds += post_earned(earned=first, books=books, by=by, now=now)
        return holds[0].award if holds else None


def take_back(*, acceptance: Acceptance, reason: str, by: Viewer, now: datetime) -> Transfer | None:
    """Reverse all that an acceptance earned, and tell its author why; None when there is nothing (left) to reverse.

    Takes it from where it is: pending, else settled; what was spent already becomes the member's debt. Its place in
    the month is free for another answer, and the bonus of a member's first goes to their next. Locks the author's
    accounts, and with them those of whoever is accepted instead: all at once, so that two who change places and the
    settlement of both never wait for each other.
    """
    with transaction.atomic():
        # All that it earned: what was withheld and given back on appeal is an award of its own.
        earned = Hold.objects.filter(award__subject_type__in=OF_ACCEPTANCE, award__subject_id=acceptance.pk)
        member_id = earned.values_list("member_id", flat=True).first()
        if member_id is None:
            return None
        cause = _cause(reason)
        books = ledger.lock([member_id, *_accepted_instead(acceptance, reason)])
        holds = earned.exclude(state=Hold.State.REVERSED).select_related("award__version").order_by("pk")
        words = "" if cause == Transfer.Reason.ANSWER_REPLACED else reason
        done = reverse_holds(holds=list(holds), books=books, cause=cause, reason=words, by=by, now=now)
        if not done:
            return None
        placing.leave(acceptance_id=acceptance.pk, books=books, by=by, now=now)
        for each in done:
            if each.hold.award.subject_type == FIRST:
                _pass_on(each, books=books, by=by, now=now)
        tell_reversed(member_id=member_id, done=done, title=acceptance.thread.title, cause=cause, reason=words, now=now)
        return done[0].transfer


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


def earned_by(acceptance: Acceptance, amount: int, version: ProgrammeVersion, now: datetime) -> Earned:
    """What its author earns for the acceptance itself; `post` is loaded."""
    return Earned(
        key=key_of(acceptance.pk),
        reason=Transfer.Reason.ANSWER_ACCEPTED,
        member_id=acceptance.post.author_id,
        amount=amount,
        settles_on=rules.Rules.read(version.rules).settles_on(ledger.booked_on(now)),
        version=version,
        subject_type=SUBJECT,
        subject_id=acceptance.pk,
        post_id=acceptance.post_id,
        thread_id=acceptance.thread_id,
    )


def _first_of(acceptance: Acceptance, terms: rules.Rules, version: ProgrammeVersion, now: datetime) -> list[Earned]:
    """The bonus of a member's first: while no other answer of theirs stands accepted, and none earned it."""
    way, author = terms.first_answer, acceptance.post.author_id
    if way is None or has_first(author):
        return []
    others = Acceptance.objects.filter(post__author_id=author, revoked_at=None).exclude(pk=acceptance.pk)
    if others.exists():
        return []
    return [
        Earned(
            key=f"first:{acceptance.pk}",
            reason=Transfer.Reason.FIRST_ANSWER,
            member_id=author,
            amount=way.amount,
            settles_on=terms.settles_on(ledger.booked_on(now), way.hold_days),
            version=version,
            subject_type=FIRST,
            subject_id=acceptance.pk,
            post_id=acceptance.post_id,
            thread_id=acceptance.thread_id,
        )
    ]


def has_first(member_id: int) -> bool:
    """Whether a member earned the bonus of a first answer, and still has it."""
    earned = Hold.objects.filter(member_id=member_id, award__subject_type=FIRST)
    return earned.exclude(state=Hold.State.REVERSED).exists()


def _pass_on(gone: Reversed, *, books: Books, by: Viewer, now: datetime) -> None:
    """A first answer was taken back: its bonus goes to the first of the member's that stand, where there is one."""
    member_id, award = gone.hold.member_id, gone.hold.award
    standing = Hold.objects.filter(member_id=member_id, award__subject_type=SUBJECT)
    following = standing.exclude(state=Hold.State.REVERSED).select_related("award").order_by("pk").first()
    if following is None or has_first(member_id):
        return
    subject_id = following.award.subject_id or 0
    earned = Earned(
        key=f"first:{subject_id}:{award.pk}",
        reason=Transfer.Reason.FIRST_ANSWER,
        member_id=member_id,
        amount=gone.hold.amount,
        settles_on=max(following.settles_on, ledger.booked_on(now)),
        version=award.version,
        subject_type=FIRST,
        subject_id=subject_id,
        post_id=following.award.post_id,
        thread_id=following.award.thread_id,
    )
    post_earned(earned=[earned], books=books, by=by, now=now)


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
