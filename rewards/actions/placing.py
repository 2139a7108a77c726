"""Which number of its month an accepted answer has, while the rules have a cap that falls.

All of it with the member's accounts locked. What is taken back frees its place; the last of the month that nobody
looks at moves there and earns the difference. So no honest answer earns less because of one that was not.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Sum

from accounts.viewer import Viewer
from rewards import ledger, ways
from rewards.actions.earning import Earned, post_earned
from rewards.ledger import Books
from rewards.models import Hold, Place, Transfer
from rewards.queries import SUBJECT
from rewards.rules import Rules


def next_number(member_id: int, month: date) -> int:
    """The lowest number that is free."""
    taken = Place.objects.filter(member_id=member_id, month=month)
    return ways.lowest_free(list(taken.values_list("number", flat=True)))


def enter(*, acceptance_id: int, member_id: int, month: date, number: int) -> Place:
    return Place.objects.create(acceptance_id=acceptance_id, member_id=member_id, month=month, number=number)


def leave(*, acceptance_id: int, books: Books, by: Viewer, now: datetime) -> None:
    """What this answer earned was taken back: its place is free, and another one moves up."""
    place = Place.objects.filter(acceptance_id=acceptance_id).first()
    if place is None:
        return
    place.delete()
    move_up(member_id=place.member_id, month=place.month, books=books, by=by, now=now)


def move_up(*, member_id: int, month: date, books: Books, by: Viewer, now: datetime) -> None:
    """Fill the free places of a member's month from its end; whoever moves earns the rest of what that place is worth.

    What waits for a decision stays where it is until it was released.
    """
    places = {place.acceptance_id: place for place in Place.objects.filter(member_id=member_id, month=month)}
    free = ways.lowest_free([place.number for place in places.values()])
    if all(place.number < free for place in places.values()):
        return
    of_them = Hold.objects.filter(award__subject_type=SUBJECT, award__subject_id__in=places)
    held = {key or 0 for key in of_them.filter(state=Hold.State.HELD).values_list("award__subject_id", flat=True)}
    earned = []
    for acceptance_id, number in ways.moves({key: place.number for key, place in places.items()}, held):
        Place.objects.filter(acceptance_id=acceptance_id).update(number=number)
        standing = of_them.filter(award__subject_id=acceptance_id).exclude(state=Hold.State.REVERSED)
        first = standing.select_related("award__version").order_by("pk").first()
        if first is None or first.award.version is None:
            continue
        award, version = first.award, first.award.version
        has = standing.aggregate(sum=Sum("amount"))["sum"] or 0
        count = Transfer.objects.filter(subject_type=SUBJECT, subject_id=acceptance_id).count()
        earned.append(
            Earned(
                key=f"place:{acceptance_id}:{count}",
                reason=Transfer.Reason.PLACE_FREED,
                member_id=member_id,
                amount=Rules.read(version.rules).answer(number) - has,
                settles_on=max(first.settles_on, ledger.booked_on(now)),
                version=version,
                subject_type=SUBJECT,
                subject_id=acceptance_id,
                post_id=award.post_id,
                thread_id=award.thread_id,
            )
        )
    post_earned(earned=earned, books=books, by=by, now=now)
