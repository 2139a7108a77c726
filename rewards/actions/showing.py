"""The board and badges, made anew by the clock; and what a member wants shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Member
from accounts.permissions import check_may_change_own
from accounts.viewer import Viewer
from events.record import record
from rewards.badges import earned
from rewards.board import count_helped
from rewards.ledger import booked_on
from rewards.merits import facts_of
from rewards.models import Badge, BoardRow, Showing

# Members in one transaction.
BATCH = 200


def refresh_board(*, now: datetime) -> int:
    """Make the board that of the 30 days before `now`; returns how many are on it. Only what changed is written.

    Two at once leave the board that either would have made.
    """
    today = booked_on(now)
    with transaction.atomic():
        found = count_helped(today)
        there = dict(BoardRow.objects.values_list("member_id", "helped"))
        BoardRow.objects.filter(pk__in=[pk for pk in there if pk not in found]).delete()
        BoardRow.objects.bulk_create(
            [BoardRow(member_id=pk, helped=helped) for pk, helped in found.items() if there.get(pk) != helped],
            update_conflicts=True,
            unique_fields=["member"],
            update_fields=["helped"],
            batch_size=1000,
        )
    return len(found)


def show_on_board(*, shown: bool, by: Viewer, now: datetime) -> None:
    """Be on the board, or not. Takes effect at once. Locks the member. Raises Refused."""
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).filter(pk=by.member_id or 0).first()
        check_may_change_own(member)
        assert member is not None
        before = not Showing.objects.filter(pk=member.pk, on_board=False).exists()
        if before == shown:
            return
        Showing.objects.update_or_create(pk=member.pk, defaults={"on_board": shown})
        if not shown:
            BoardRow.objects.filter(pk=member.pk).delete()
        record(
            verb="member.board", actor=member, obj=member, now=now,
            before={"on_board": before}, after={"on_board": shown},
        )  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How many badges were given, and how many taken back."""

    given: int = 0
    taken: int = 0


def refresh_badges(*, now: datetime, progress: Callable[[int], object] | None = None) -> Outcome:
    """Give the badges that are due and take back those whose ground is gone.

    Each batch of members is one transaction: interrupted, it goes on with the next run; run again, it changes
    nothing. `progress` is told how many members each batch looked at.
    """
    outcome, after = Outcome(), 0
    concerned = (
        Member.objects.filter(Q(standing__accepted__gt=0) | Exists(Badge.objects.filter(member=OuterRef("pk"))))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    while members := list(concerned.filter(pk__gt=after)[:BATCH]):
        with transaction.atomic():
            _refresh(members, now, outcome)
        if progress:
            progress(len(members))
        after = members[-1]
    return outcome


def _refresh(members: list[int], now: datetime, outcome: Outcome) -> None:
    facts = facts_of(members, booked_on(now))
    customers = set(Member.objects.filter(pk__in=members, is_team=False, erased_at=None).values_list("pk", flat=True))
    due = {(pk, each.kind.value): each for pk in customers for each in earned(facts[pk])}
    there = {(badge.member_id, badge.kind): badge for badge in Badge.objects.filter(member_id__in=members)}
    lost = [badge for key, badge in there.items() if key not in due]
    new = [
        Badge(member_id=pk, kind=kind, post_id=each.post_id, given_at=now)
        for (pk, kind), each in due.items()
        if (pk, kind) not in there
    ]
    moved = [badge for key, badge in there.items() if key in due and badge.post_id != due[key].post_id]
    for badge in moved:
        badge.post_id = due[badge.member_id, badge.kind].post_id
    Badge.objects.bulk_update(moved, ["post_id"])
    Badge.objects.filter(pk__in=[badge.pk for badge in lost]).delete()
    Badge.objects.bulk_create(new, ignore_conflicts=True)
    people = Member.objects.in_bulk({badge.member_id for badge in (*lost, *new)})
    for badge, verb in (*((each, "badge_given") for each in new), *((each, "badge_taken_back") for each in lost)):
        record(verb=verb, actor=None, obj=people[badge.member_id], now=now, after={"badge": badge.kind})
    outcome.given += len(new)
    outcome.taken += len(lost)
