"""Each night, and when an operator asks for it: what looks arranged is held for a person before it settles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction

from events.record import record
from rewards import evidence, ledger
from rewards.detection import Finding
from rewards.models import Hold, Review, Trace, Transfer
from rewards.models.reviews import NAT
from rewards.queries import OF_ACCEPTANCE

# Holds in one transaction.
BATCH = 100
# What a person released is held again only for so much more (nats): figures change a little each night.
MORE = 1.0
# How long it is known over which network somebody signed in.
TRACE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be said of one hold."""

    hold: int
    score: int
    signs: list[dict[str, Any]]
    group: list[int]


def detect(*, now: datetime, progress: Callable[[int], object] | None = None) -> int:
    """Weigh what is pending and put what reaches the limit under review; returns how much was put there.

    Each batch is one transaction: interrupted, it goes on where it stopped, and running it again holds nothing
    twice. What is under review already is not judged anew, but shown with the stronger evidence. `progress` is told
    how many each batch dealt with.
    """
    Trace.objects.filter(day__lt=ledger.booked_on(now) - timedelta(days=TRACE_DAYS)).delete()
    # What an appeal gave back was decided by a person.
    waiting = Hold.objects.waiting().filter(award__subject_type__in=OF_ACCEPTANCE)
    waiting = waiting.exclude(award__reason=Transfer.Reason.RESTORED)
    columns = ("pk", "award__post_id", "state", "review__state", "review__score")
    rows = [(pk, post or 0, *more) for pk, post, *more in waiting.order_by("pk").values_list(*columns)]
    if not rows:
        return 0
    limits = evidence.limits()
    network = evidence.network(now=now, limits=limits, wanted={post for _pk, post, *_ in rows})
    findings = network.assess(post for _pk, post, *_ in rows)
    wanted = {
        pk: findings[post]
        for pk, post, state, review, score in rows
        if post in findings
        and (
            state == Hold.State.HELD
            or (findings[post].is_held(limits) and not _was_released(review, score, findings[post]))
        )
    }
    groups = network.groups(finding.answer for finding in wanted.values())
    found = [_found(pk, finding, groups[finding.answer]) for pk, finding in wanted.items()]
    held = 0
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        held += put_under_review(found=batch, now=now)
        if progress:
            progress(len(batch))
    return held


def put_under_review(*, found: Sequence[Found], now: datetime) -> int:
    """Hold these for a person, those that are pending still; one event each. Returns how many.

    Locks their members' accounts. What waits for a decision already gets the evidence where it grew.
    """
    by_hold = {each.hold: each for each in found}
    with transaction.atomic():
        ledger.lock(Hold.objects.filter(pk__in=by_hold).values_list("member_id", flat=True))
        # Read under the lock: one of them may have been settled or reversed before.
        holds = list(Hold.objects.waiting().filter(pk__in=by_hold).order_by("pk"))
        fresh = [hold for hold in holds if hold.state == Hold.State.PENDING]
        made = Review.objects.bulk_create(
            [_review(hold, by_hold[hold.pk], now) for hold in fresh],
            update_conflicts=True,
            unique_fields=["hold"],
            update_fields=_ANEW,
        )
        Hold.objects.filter(pk__in=[hold.pk for hold in fresh]).update(state=Hold.State.HELD)
        for review in made:
            record(
                verb="credits_held",
                actor=None,
                obj=review,
                now=now,
                after={"score": review.score, "amount": review.hold.amount, "member": review.hold.member_id},
            )
        _grow([hold.pk for hold in holds if hold.state == Hold.State.HELD], by_hold)
        return len(fresh)


# What a review that was released before begins with once more.
_ANEW = ["state", "score", "signs", "group", "found_at", "automated", "decided_by", "decided_at", "reason", "rule"]


def _review(hold: Hold, found: Found, now: datetime) -> Review:
    return Review(hold=hold, score=found.score, signs=found.signs, group=found.group, found_at=now)


def _grow(holds: Iterable[int], by_hold: Mapping[int, Found]) -> None:
    grown = []
    for review in Review.objects.open().filter(hold_id__in=list(holds)):
        found = by_hold[review.hold_id]
        if found.score > review.score or found.group != review.group:
            if found.score > review.score:
                review.score, review.signs = found.score, found.signs
            review.group = found.group
            grown.append(review)
    Review.objects.bulk_update(grown, ["score", "signs", "group"])


def _found(hold: int, finding: Finding, group: Iterable[Hashable]) -> Found:
    signs = [
        {"sign": reason.sign, "weight": round(reason.weight, 3), "facts": dict(reason.facts)}
        for reason in finding.reasons
        if reason.weight
    ]
    return Found(hold, round(finding.score * NAT), signs, sorted(cast(Iterable[int], group)))


def _was_released(state: str | None, score: int | None, finding: Finding) -> bool:
    return state == Review.State.RELEASED and round(finding.score * NAT) < (score or 0) + MORE * NAT
