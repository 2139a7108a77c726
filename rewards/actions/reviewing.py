"""A person decides what looked arranged: released or withheld; and another one, when its member appeals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Acceptance, Thread
from core.errors import Invalid
from core.periodic import start
from core.text import check_body, check_reason
from events.record import record
from notifications.notify import notify
from rewards import ledger
from rewards.actions.awarding import has_first
from rewards.actions.earning import Earned, post_earned
from rewards.actions.placing import enter, leave, move_up, next_number
from rewards.actions.settling import settle_locked
from rewards.ledger import PENDING, Books, Draft, Move
from rewards.models import Account, Hold, Place, ProgrammeVersion, Review, ReviewQuerySet, Transfer
from rewards.permissions import check_may_appeal, check_may_decide, check_may_decide_appeal, check_may_review
from rewards.queries import FIRST, OF_ACCEPTANCE, SUBJECT
from rewards.rules import Rules
from rewards.ways import month_of

DETECT = "rewards detect"


def look_now(*, by: Viewer, now: datetime) -> None:
    """Have detection run as soon as a worker is free. Raises Refused."""
    check_may_review(by, now)
    with transaction.atomic():
        start(DETECT)


def release(*, review: Review, by: Viewer, now: datetime, whole_group: bool = False) -> int:
    """It was honest: it goes on to settle, at once where its day has come. Returns how many were released.

    `whole_group` releases all that waits of those who hang together with it. Raises Refused.
    """
    with transaction.atomic():
        books, reviews = _lock_open(review, whole_group)
        for each in reviews:
            check_may_decide(each, by, now)
        _decide(reviews, Review.State.RELEASED, by, now)
        holds = [each.hold for each in reviews]
        Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Hold.State.PENDING)
        settle_locked(holds=[h for h in holds if h.settles_on <= ledger.booked_on(now)], books=books, now=now)
        _move_up(reviews, books, by, now)
        for each in reviews:
            record(verb="credits_released", actor=by.member, obj=each, now=now, after=_facts(each))
        return len(reviews)


def withhold(*, review: Review, by: Viewer, reason: str, rule: str, now: datetime, whole_group: bool = False) -> int:
    """Take it back, and send its member a statement of reasons. Returns how many were withheld.

    `rule` is one of `Review.Rule`. `whole_group` withholds all that waits of those who hang together with it; each
    of them is told once, of all that was theirs. Raises Refused, and Invalid without a reason or a rule.
    """
    reason = _check(reason, rule)
    with transaction.atomic():
        books, reviews = _lock_open(review, whole_group)
        for each in reviews:
            check_may_decide(each, by, now)
        _decide(reviews, Review.State.WITHHELD, by, now, reason=reason, rule=rule)
        holds = [each.hold for each in reviews]
        ledger.post_many(books=books, drafts=[_draft_withheld(each) for each in reviews], now=now)
        Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=Hold.State.REVERSED)
        # What others of the month earned is not the less for it.
        for each in reviews:
            if each.hold.award.subject_type == SUBJECT:
                leave(acceptance_id=each.hold.award.subject_id or 0, books=books, by=by, now=now)
        for each in reviews:
            record(verb="credits_withheld", actor=by.member, obj=each, now=now, reason=reason, after=_facts(each))
        _tell_withheld(reviews, now)
        return len(reviews)


def appeal(*, review: Review, by: Viewer, text: str, now: datetime) -> int:
    """Its member asks for another person to look again, at all that was withheld in that decision.

    Returns at how many credits. Raises Refused, and Invalid without a word.
    """
    text = check_body(text, field="text")
    with transaction.atomic():
        review = Review.objects.select_related("hold").get(pk=review.pk)
        _books, reviews = _lock(Review.objects.decided_with(review).filter(state=Review.State.WITHHELD), review)
        for each in reviews:
            check_may_appeal(each, by, now)
        for each in reviews:
            each.state, each.appeal, each.appealed_at = Review.State.APPEALED, text, now
            record(verb="credits_appealed", actor=by.member, obj=each, now=now, after=_facts(each))
        Review.objects.bulk_update(reviews, ["state", "appeal", "appealed_at"])
        return len(reviews)


def decide_appeal(
    *, review: Review, by: Viewer, granted: bool, reason: str, now: datetime, whole_appeal: bool = False
) -> int:
    """Another person than who withheld it decides. Returns about how many credits.

    What is granted is awarded anew, and settles on its old day or, where that has passed, at once; unless its answer
    is not the accepted one any more. `whole_appeal` decides about all that was appealed with it. Its member is told
    either way. Raises Refused, and Invalid without a reason.
    """
    reason = check_reason(reason)
    with transaction.atomic():
        review = Review.objects.select_related("hold").get(pk=review.pk)
        appealed = Review.objects.filter(state=Review.State.APPEALED)
        chosen = Review.objects.decided_with(review)
        chosen = chosen if whole_appeal else chosen & _of_answer(review)
        books, reviews = _lock(appealed & chosen, review)
        for each in reviews:
            check_may_decide_appeal(each, by, now)
        state = Review.State.RESTORED if granted else Review.State.UPHELD
        for each in reviews:
            each.state, each.appeal_reason = state, reason
            each.appeal_decided_by, each.appeal_decided_at = by.member, now
        Review.objects.bulk_update(reviews, ["state", "appeal_reason", "appeal_decided_by", "appeal_decided_at"])
        given_back = _restore(reviews, books, by, now) if granted else []
        verb = "appeal_granted" if granted else "appeal_refused"
        for each in reviews:
            record(verb=verb, actor=by.member, obj=each, now=now, reason=reason, after=_facts(each))
        first = reviews[0]
        notify(
            members=[first.hold.member_id],
            kind="appeal_decided",
            path=f"credits/withheld/{first.pk}/",
            key=f"appeal_decided:{first.pk}",
            now=now,
            data={
                "title": _title(first),
                "count": len(reviews),
                "granted": granted,
                "amount": sum(hold.amount for hold in given_back),
                "reason": reason,
            },
        )
        return len(reviews)


def _check(reason: str, rule: str) -> str:
    errors: dict[str, str | Promise] = {}
    if rule not in Review.Rule.values:
        errors["rule"] = _("Choose the rule that was broken: its member reads it.")
    try:
        reason = check_reason(reason)
    except Invalid as invalid:
        errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    return reason


def _lock_open(review: Review, whole_group: bool) -> tuple[Books, list[Review]]:
    chosen = Review.objects.open() & _of_answer(review)
    if whole_group:
        chosen |= Review.objects.open().filter(hold__member_id__in=review.group)
    return _lock(chosen, review)


def _of_answer(review: Review) -> ReviewQuerySet:
    """This review and those of all else that the same accepted answer earned: one answer, one decision."""
    award = review.hold.award
    return Review.objects.filter(
        hold__member_id=review.hold.member_id,
        hold__award__subject_type__in=OF_ACCEPTANCE,
        hold__award__subject_id=award.subject_id,
    )


def _move_up(reviews: Sequence[Review], books: Books, by: Viewer, now: datetime) -> None:
    """What was released may move into a place of its month that became free meanwhile."""
    wanted = [each.hold.award.subject_id or 0 for each in reviews if each.hold.award.subject_type == SUBJECT]
    months = Place.objects.filter(acceptance_id__in=wanted).values_list("member_id", "month").distinct()
    for member_id, month in sorted(months):
        move_up(member_id=member_id, month=month, books=books, by=by, now=now)


def _lock(chosen: ReviewQuerySet, review: Review) -> tuple[Books, list[Review]]:
    """Members first, since they are told; then their accounts, and what is theirs as it is then.

    Where none is left as it was chosen, the review itself, for the right to say why not.
    """
    members = sorted({review.hold.member_id, *chosen.values_list("hold__member_id", flat=True)})
    list(Member.objects.select_for_update(no_key=True).filter(pk__in=members).order_by("pk").values_list("pk"))
    books = ledger.lock(members)
    whole = Review.objects.select_related("hold__award__version", "hold__member")
    reviews = list(whole.filter(pk__in=chosen.values("pk"), hold__member_id__in=members).order_by("pk"))
    return books, reviews or [whole.get(pk=review.pk)]


def _decide(
    reviews: Sequence[Review], state: Review.State, by: Viewer, now: datetime, *, reason: str = "", rule: str = ""
) -> None:
    for each in reviews:
        each.state, each.decided_by, each.decided_at = state, by.member, now
        each.reason, each.rule = reason, rule
    Review.objects.bulk_update(reviews, ["state", "decided_by", "decided_at", "reason", "rule"])


def _draft_withheld(review: Review) -> Draft:
    hold = review.hold
    return Draft.about(
        hold.award,
        key=f"withheld:{review.pk}",
        kind=Transfer.Kind.REVERSAL,
        reason=Transfer.Reason.WITHHELD,
        reverses_id=hold.award_id,
        moves=(
            Move(PENDING, -hold.amount, hold.member_id, line=True),
            Move(Account.Kind.ISSUANCE, hold.amount),
        ),
    )


def _restore(reviews: Sequence[Review], books: Books, by: Viewer, now: datetime) -> list[Hold]:
    """Award anew what is accepted still, under a key of its own.

    An answer whose month has a cap that falls takes the place in it that is free now. A member has one bonus for a
    first answer: where another answer earned it meanwhile, it is not given twice.
    """
    wanted = [each.hold.award.subject_id or 0 for each in reviews]
    # Key, and whether it was imported: no cap counts those.
    standing = dict(Acceptance.objects.filter(pk__in=wanted, revoked_at=None).values_list("pk", "imported"))
    today = ledger.booked_on(now)
    holds: list[Hold] = []
    for each in reviews:
        award, hold = each.hold.award, each.hold
        subject_id = award.subject_id or 0
        if subject_id not in standing or (award.subject_type == FIRST and has_first(hold.member_id)):
            continue
        amount = hold.amount
        if award.subject_type == SUBJECT and not standing[subject_id] and _has_places(award.version):
            amount = _in_its_month(hold)
        holds += post_earned(
            earned=[
                Earned(
                    key=f"restored:{each.pk}",
                    reason=Transfer.Reason.RESTORED,
                    member_id=hold.member_id,
                    amount=amount,
                    settles_on=max(hold.settles_on, today),
                    version=award.version,
                    subject_type=award.subject_type,
                    subject_id=subject_id,
                    post_id=award.post_id,
                    thread_id=award.thread_id,
                )
            ],
            books=books,
            by=by,
            now=now,
        )
    settle_locked(holds=[hold for hold in holds if hold.settles_on <= today], books=books, now=now)
    return holds


def _has_places(version: ProgrammeVersion | None) -> bool:
    terms = Rules.read(version.rules) if version else None
    return terms is not None and terms.taper is not None and terms.pool is None


def _in_its_month(hold: Hold) -> int:
    """What an answer that was withheld still lacks of what the place is worth that it has or takes now."""
    award = hold.award
    assert award.version and award.subject_id
    month = month_of(award.booked_on)
    place = Place.objects.filter(acceptance_id=award.subject_id).first()
    if place is None:
        number = next_number(hold.member_id, month)
        place = enter(acceptance_id=award.subject_id, member_id=hold.member_id, month=month, number=number)
    standing = Hold.objects.filter(award__subject_type=SUBJECT, award__subject_id=award.subject_id)
    has = standing.exclude(state=Hold.State.REVERSED).aggregate(sum=Sum("amount"))["sum"] or 0
    return Rules.read(award.version.rules).answer(place.number) - has


def _tell_withheld(reviews: Sequence[Review], now: datetime) -> None:
    """Each member once: the facts, the rule, that detection was automated and a person decided, and how to appeal."""
    theirs: dict[int, list[Review]] = {}
    for each in reviews:
        theirs.setdefault(each.hold.member_id, []).append(each)
    for member_id, mine in sorted(theirs.items()):
        first = mine[0]
        until = first.appeal_until
        assert until is not None
        notify(
            members=[member_id],
            kind="credits_withheld",
            path=f"credits/withheld/{first.pk}/",
            key=f"credits_withheld:{first.pk}",
            now=now,
            data={
                "title": _title(first),
                "count": len(mine),
                "amount": sum(each.hold.amount for each in mine),
                "rule": first.rule,
                "automated": first.automated,
                "reason": first.reason,
                "until_at": until.isoformat(),
            },
        )


def _title(review: Review) -> str:
    return Thread.objects.values_list("title", flat=True).get(pk=review.hold.award.thread_id or 0)


def _facts(review: Review) -> dict[str, int]:
    return {"score": review.score, "amount": review.hold.amount, "member": review.hold.member_id}
