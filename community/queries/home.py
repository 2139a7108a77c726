"""What the first page offers: what people ask now, and where this member could help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from django.db.models import Case, IntegerField, Value, When

from accounts.viewer import Viewer
from community.models import Acceptance, Post, State, Thread
from community.queries.lists import Tree
from core.paging import newest

# How far back a member's accepted answers say what they know.
RECENT_ANSWERS = 100
# A list of fewer says too little of what is asked: then what stands elsewhere on the page stands in it too.
FEWEST = 3


def asked_now(tree: Tree, langs: Sequence[str], limit: int = 5, beside: Collection[int] = ()) -> list[int]:
    """Keys of the newest public questions about what the viewer owns, else about anything.

    Those in `beside` stand on the page already and are left out where enough others are asked.
    """
    own = tree.own()
    wanted = limit + len(beside)
    for among in ({"lang_base": langs, "product_id": own}, {"lang_base": langs}):
        found = newest(Thread.objects.listed().without_ideas(), key="created_at", most=wanted, among=among).values_list(
            "pk", flat=True
        )
        if keys := list(found):
            others = [key for key in keys if key not in beside]
            return (others if len(others) >= FEWEST else keys)[:limit]
    return []


def could_help(viewer: Viewer, tree: Tree, langs: Sequence[str], limit: int = 3) -> list[tuple[Thread, str, int]]:
    """Open questions for this member, each with why: ("solved", how many in that topic), ("own", 0) or ("open", 0).

    First those in topics where they had answers accepted, then about what they own, then any; never their own.
    """
    known = Counter(
        Acceptance.objects.filter(post__author_id=viewer.member_id, revoked_at=None, thread__topic__isnull=False)
        .order_by("-pk")
        .values_list("thread__topic_id", flat=True)[:RECENT_ANSWERS]
    )
    own = tree.own()
    answered = Post.objects.filter(author_id=viewer.member_id, is_opening=False).values("thread_id")
    waiting = (
        Thread.objects.listed()
        .filter(state=State.OPEN, locked_at=None)
        .exclude(author_id=viewer.member_id)
        .exclude(pk__in=answered)
        .select_related("product")
        .annotate(
            suits=Case(
                When(topic_id__in=list(known), then=Value(2)),
                When(product_id__in=own, then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
    )
    # Only the newest are weighed, so that the cost does not grow with what nobody answered.
    weighed = newest(waiting, key="created_at", most=200, among={"lang_base": langs}).values("pk")
    found = waiting.filter(pk__in=weighed).order_by("-suits", "-created_at", "-pk")[:limit]
    return [
        (thread, ("open", "own", "solved")[thread.suits], known.get(thread.topic_id or 0, 0))  # type: ignore[attr-defined]
        for thread in found
    ]
