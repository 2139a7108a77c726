"""What a member might do next, for the top of their credits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.viewer import Viewer
from community.models import Standing, Thread
from community.queries.home import could_help
from community.queries.lists import Tree, languages
from rewards.levels import Level, next_level
from rewards.models import Review
from rewards.models.reviews import APPEAL_DAYS

THREADS = 3


@dataclass(frozen=True, slots=True)
class Advice:
    """Threads with why they suit (as the first page says it), the next level and how much lacks, an appeal to make."""

    threads: list[tuple[Thread, str, int]]
    following: Level | None
    lacking: int
    appeal: Review | None


def advice(viewer: Viewer, lang: str, now: datetime) -> Advice:
    """Six queries at most; nothing of it for the team, which earns nothing."""
    member = viewer.member
    if member is None or member.is_team:
        return Advice([], None, 0, None)
    accepted = Standing.objects.filter(pk=member.pk).values_list("accepted", flat=True).first() or 0
    following = next_level(accepted)
    withheld = Review.objects.filter(
        hold__member=member, state=Review.State.WITHHELD, decided_at__gte=now - timedelta(days=APPEAL_DAYS)
    )
    return Advice(
        threads=could_help(viewer, Tree.read(viewer), languages(viewer, lang), THREADS),
        following=following,
        lacking=following.accepted - accepted if following else 0,
        appeal=withheld.order_by("decided_at").first(),
    )
