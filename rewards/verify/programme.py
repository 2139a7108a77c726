"""What caps, first answers and pools say is what the rules of their versions come to."""

from __future__ import annotations

from django.db.models import Count, Sum

from rewards.models import Hold, Place, PoolMonth, Transfer
from rewards.queries import FIRST, SUBJECT
from rewards.rules import Rules
from rewards.verify.report import Report


def places(first: int, last: int, report: Report) -> None:
    """Each answer that has a place in its month earned what that place is worth by its version, and has it still."""
    rows = list(Place.objects.filter(pk__range=(first, last)).order_by("pk"))
    keys = [row.acceptance_id for row in rows]
    standing = Hold.objects.filter(award__subject_type=SUBJECT, award__subject_id__in=keys)
    standing = standing.exclude(state=Hold.State.REVERSED).select_related("award__version").order_by("pk")
    has: dict[int, int] = {}
    rules: dict[int, Rules] = {}
    for hold in standing:
        key = hold.award.subject_id or 0
        has[key] = has.get(key, 0) + hold.amount
        if hold.award.version and key not in rules:
            rules[key] = Rules.read(hold.award.version.rules)
    for row in rows:
        key = row.acceptance_id
        wanted = rules[key].answer(row.number) if key in rules else None
        if has.get(key) != wanted or wanted is None:
            what = f"acceptance {key} has {has.get(key, 0)}, place {row.number} is worth {wanted}"
            report.add("place", f"place {row.pk}", what)


def firsts(report: Report) -> None:
    """No member has the bonus of a first answer twice."""
    earned = Hold.objects.filter(award__subject_type=FIRST).exclude(state=Hold.State.REVERSED)
    twice = earned.order_by().values("member_id").annotate(count=Count("pk")).filter(count__gt=1)
    for member_id, count in twice.order_by("member_id").values_list("member_id", "count"):
        report.add("first answer", f"member {member_id}", f"the bonus of a first answer was earned {count} times")


def pools(report: Report) -> None:
    """A month's pool was shared to the last thousandth, or nobody was there to share it."""
    for pool in PoolMonth.objects.order_by("month"):
        shares = Transfer.objects.filter(
            reason=Transfer.Reason.POOL_SHARED, key__startswith="acceptance:", booked_on=pool.shared_on,
            kind=Transfer.Kind.AWARD, entries__account__kind="issuance",
        )  # fmt: skip
        shared = -(shares.aggregate(sum=Sum("entries__amount"))["sum"] or 0)
        if shared not in (0, pool.amount):
            report.add("pool", f"pool of {pool.month:%Y-%m}", f"{shared} were shared of {pool.amount}")
