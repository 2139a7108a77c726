"""Where the rules have a pool: each month it is shared between the accepted answers of the month before.

Each answer counts for what it would have earned without one, falling cap and all; shares are split by largest
remainder. They are pending from then on, like any other credits. What was taken back of them while they were pending
is shared once more, between those that stand: the honest lose nothing to the others.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from community.models import Acceptance
from rewards import ledger, rules, ways
from rewards.actions.awarding import facts, key_of
from rewards.actions.earning import Earned, post_earned
from rewards.models import Hold, PoolMonth, ProgrammeVersion, Transfer
from rewards.queries import SUBJECT, version_in_force


def share_pools(*, now: datetime) -> int:
    """Share the last month that is over, and once more what came back of earlier ones; returns how many awards.

    By the rules that were in force when the month began. A month is one transaction: it is shared wholly or not at
    all, and run again nothing is shared twice.
    """
    today = ledger.booked_on(now)
    month = rules.months_after(ways.month_of(today), -1)
    shared = _share(month, now)
    due = PoolMonth.objects.filter(again_on=None, again_from__lte=today).order_by("month")
    for each in list(due.values_list("pk", flat=True)):
        shared += _share_again(each, now)
    return shared


def points(answers: list[tuple[int, int]], terms: rules.Rules) -> dict[int, int]:
    """What each answer counts for, by acceptance: `answers` are (acceptance, author) in the order of acceptance."""
    numbers: dict[int, int] = {}
    counted = {}
    for acceptance_id, author_id in answers:
        numbers[author_id] = numbers.get(author_id, 0) + 1
        counted[acceptance_id] = terms.answer(numbers[author_id])
    return counted


def _share(month: date, now: datetime) -> int:
    first, end = ledger.midnight(month), ledger.midnight(rules.months_after(month, 1))
    version = version_in_force(first)
    terms = rules.Rules.read(version.rules) if version else None
    if version is None or terms is None or terms.pool is None:
        return 0
    today = ledger.booked_on(now)
    settles_on = terms.settles_on(today)
    with transaction.atomic():
        _pool, made = PoolMonth.objects.get_or_create(
            month=month,
            defaults={"amount": terms.pool, "shared_on": today, "again_from": settles_on + timedelta(days=1)},
        )
        if not made:
            return 0
        # Locked: one that is taken back meanwhile waits, and finds what it earned.
        rows = Acceptance.objects.select_for_update(of=("self",)).filter(
            accepted_at__gte=first, accepted_at__lt=end, revoked_at=None
        )
        due = {row.pk: row for row in rows.select_related("thread", "post__author").order_by("pk") if _may(row)}
        order = sorted(due.values(), key=lambda row: (row.accepted_at, row.pk))
        counted = points([(row.pk, row.post.author_id) for row in order], terms)
        shares = ways.split(terms.pool, counted)
        earned = [_earned(due[key], share, key_of(key), settles_on, version) for key, share in shares.items()]
        books = ledger.lock(each.member_id for each in earned)
        return len(post_earned(earned=earned, books=books, by=None, now=now))


def _may(row: Acceptance) -> bool:
    return rules.may_earn(facts(row))


def _share_again(pool_id: int, now: datetime) -> int:
    today = ledger.booked_on(now)
    with transaction.atomic():
        pool = PoolMonth.objects.select_for_update().get(pk=pool_id)
        if pool.again_on is not None:
            return 0
        pool.again_on = today
        pool.save(update_fields=["again_on"])
        first = Transfer.objects.filter(
            kind=Transfer.Kind.AWARD, reason=Transfer.Reason.POOL_SHARED, booked_on=pool.shared_on
        )
        subjects = first.filter(key__startswith="acceptance:").values("subject_id")
        locked = Acceptance.objects.select_for_update(of=("self",)).filter(pk__in=subjects, revoked_at=None)
        rows = list(locked.select_related("post", "thread").order_by("pk"))
        books = ledger.lock(row.post.author_id for row in rows)
        standing = Hold.objects.filter(award__subject_type=SUBJECT, award__subject_id__in=subjects)
        standing = standing.exclude(state=Hold.State.REVERSED)
        has = dict(standing.values_list("award__subject_id").annotate(sum=Sum("amount")).order_by())
        left = pool.amount - sum(has.values())
        version = ProgrammeVersion.objects.filter(pk__in=first.values("version")).first()
        shares = ways.split(max(left, 0), {row.pk: has.get(row.pk, 0) for row in rows})
        earned = [_earned(row, shares.get(row.pk, 0), f"pool:{row.pk}", today, version) for row in rows]
        return len(post_earned(earned=earned, books=books, by=None, now=now))


def _earned(row: Acceptance, amount: int, key: str, settles_on: date, version: ProgrammeVersion | None) -> Earned:
    return Earned(
        key=key,
        reason=Transfer.Reason.POOL_SHARED,
        member_id=row.post.author_id,
        amount=amount,
        settles_on=settles_on,
        version=version,
        subject_type=SUBJECT,
        subject_id=row.pk,
        post_id=row.post_id,
        thread_id=row.thread_id,
    )
