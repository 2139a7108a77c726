"""The board of the last 30 days: who helped the most different people. Reading it, and what is fair about places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from accounts.models import Member
from community.models import Acceptance
from rewards.models import BoardRow, Hold, Showing, Transfer
from rewards.queries import SUBJECT

DAYS = 30
# People on the page at most.
MOST = 50


@dataclass(frozen=True, slots=True)
class Place:
    """One place: who shares it, by name, and how many people each of them helped."""

    number: int
    helped: int
    members: tuple[Member, ...]


def places(rows: Iterable[tuple[Member, int]], most: int = MOST) -> list[Place]:
    """Equal counts share a place, and the next number is left out as often: 1, 2, 2, 4. `rows` come the most first.

    A place is on the board with all who share it, or not at all: nobody is left out by their name.
    """
    found: list[Place] = []
    above = 0
    group: list[Member] = []
    helped = 0
    for member, count in [*rows, (None, 0)]:
        if group and count != helped:
            if above + len(group) > most:
                break
            found.append(
                Place(above + 1, helped, tuple(sorted(group, key=lambda each: (each.name.casefold(), each.pk))))
            )
            above, group = above + len(group), []
        helped = count
        if member is not None:
            group.append(member)
    return found


def on_board() -> tuple[list[Place], bool]:
    """The places, and whether more people than fit share the next one. One query, however many there are."""
    rows = (
        BoardRow.objects.filter(member__closed_at=None, member__erased_at=None, member__is_team=False)
        .exclude(member__showing__on_board=False)
        .select_related("member", "member__standing")
        .order_by("-helped", "member")
    )
    # One more than fit tells whether the last place was cut.
    found = [(row.member, row.helped) for row in rows[: MOST + 1]]
    shown = places(found)
    return shown, sum(len(place.members) for place in shown) < len(found)


@dataclass(frozen=True, slots=True)
class Own:
    """A member's own: how many people they helped, and whether they want to be on the board."""

    helped: int
    shown: bool


def own(member_id: int) -> Own:
    helped = BoardRow.objects.filter(pk=member_id).values_list("helped", flat=True).first() or 0
    return Own(helped, is_shown(member_id))


def is_shown(member_id: int) -> bool:
    return not Showing.objects.filter(pk=member_id, on_board=False).exists()


def count_helped(today: date) -> dict[int, int]:
    """Members, and how many people's questions each solved in the last 30 days.

    What counts is what earned and still stands: so never one's own question, the team's answers, or what was
    withheld. Found by the day on which it was booked, so that its cost is that of a month and not of all threads.
    """
    since = today - timedelta(days=DAYS - 1)
    earned = Hold.objects.filter(
        award__booked_on__gte=since, award__kind=Transfer.Kind.AWARD, award__subject_type=SUBJECT
    ).exclude(state=Hold.State.REVERSED)
    rows = (
        Acceptance.objects.filter(pk__in=earned.values("award__subject_id"), revoked_at=None)
        .filter(Q(post__author__erased_at=None, post__author__closed_at=None, post__author__is_team=False))
        .exclude(post__author__showing__on_board=False)
        .values_list("post__author_id")
        .annotate(helped=Count("thread__author_id", distinct=True))
        .order_by("post__author_id")
    )
    return dict(rows)
