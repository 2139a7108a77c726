"""Reading what badges and statements of contribution look at: a member's accepted answers and articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F

from accounts.models import Member
from community.models import Acceptance
from kb.models import Article as Page
from kb.models import Origin
from rewards import badges
from rewards.models import Badge, Entry, Transfer

# What is taken back for these says nothing of an answer.
_NO_FAULT = (
    Transfer.Reason.CORRECTION, Transfer.Reason.PAYOUT_CAME_BACK,
    Transfer.Reason.ADOPTION_REVOKED, Transfer.Reason.IDEA_REMOVED,
)  # fmt: skip


def facts_of(member_ids: Collection[int], today: date) -> dict[int, badges.Facts]:
    """The facts of these members, by key. Four queries, however many members."""
    answers: dict[int, list[badges.Answer]] = defaultdict(list)
    for row in (
        _accepted(member_ids)
        .order_by("post__author_id", "post_id")
        .values_list(
            "post__author_id", "post_id", "thread__created_at", "post__created_at", "accepted_at",
            "thread__first_answer_at", "post__helpful_count", "post__helpful_base", "thread__lang_base",
        )
    ):  # fmt: skip
        member_id, post_id, asked_at, answered_at, accepted_at, first_at, helped, base, lang = row
        answers[member_id].append(
            badges.Answer(post_id, asked_at, answered_at, accepted_at, first_at == answered_at, helped + base, lang)
        )
    articles = _articles(member_ids)
    back = taken_back(member_ids, today)
    return {
        member_id: badges.Facts(answers[member_id], articles[member_id], member_id in back, today)
        for member_id in member_ids
    }


def taken_back(member_ids: Collection[int], today: date) -> set[int]:
    """Those of whose credits some were taken back within a year. Found by its day, not by their lines."""
    found = Entry.objects.filter(
        transfer__booked_on__gt=today - badges.YEAR, transfer__kind=Transfer.Kind.REVERSAL, line_of__in=member_ids
    ).exclude(transfer__reason__in=_NO_FAULT)
    return {member_id for member_id in found.values_list("line_of_id", flat=True) if member_id is not None}


@dataclass(frozen=True, slots=True)
class Merits:
    """What a member contributed, as a signed statement says it."""

    accepted: int
    people: int
    articles: int


def merits_of(member_id: int) -> Merits:
    """Two or three queries."""
    sums = _accepted([member_id]).aggregate(accepted=Count("pk"), people=Count("thread__author_id", distinct=True))
    return Merits(sums["accepted"], sums["people"], len(_articles([member_id])[member_id]))


def badges_of(member_id: int) -> list[Badge]:
    """In the order in which they are explained."""
    order = {kind: number for number, kind in enumerate(Badge.Kind)}
    return sorted(Badge.objects.filter(member_id=member_id), key=lambda badge: order.get(badge.kind, len(order)))  # type: ignore[call-overload]


def _accepted(member_ids: Collection[int]):  # type: ignore[no-untyped-def]
    """What stands of what they answered as customers, to others."""
    return Acceptance.objects.filter(
        post__author_id__in=member_ids, revoked_at=None, post__as_staff=False, post__removed_at=None
    ).exclude(thread__author_id=F("post__author_id"))


def _articles(member_ids: Collection[int]) -> dict[int, list[badges.Article]]:
    origins = {
        key: (member_id, post_id)
        for key, member_id, post_id in Origin.objects.filter(credited_id__in=member_ids).values_list(
            "translation_key", "credited_id", "post_id"
        )
    }
    found: dict[int, list[badges.Article]] = defaultdict(list)
    if not origins:
        return found
    best: dict[object, int | None] = {}
    live = Page.objects.filter(translation_key__in=origins, live=True).select_related("helpfulness")
    for page in live.order_by("pk"):
        said = getattr(page, "helpfulness", None)
        percent = said.percent if said else None
        # All translations are one article; what helped in one language helped.
        best[page.translation_key] = max((best.get(page.translation_key), percent), key=lambda each: each or -1)
    for key, percent in best.items():
        member_id, post_id = origins[key]  # type: ignore[index]
        found[member_id].append(badges.Article(post_id, percent))
    return found


def is_of_customers(member: Member) -> bool:
    """Whether a member has levels, badges and a place on the board: the team and those who left have not."""
    return not member.is_team and member.erased_at is None
