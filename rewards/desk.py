"""Reading the review desk, and a member's own page of what was withheld."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Acceptance, Post, Standing, Thread
from core.paging import Page, paginate
from rewards.models import Hold, Review

ROWS = 30
# Of a group, and of a helper's other credits, no more than these are listed.
MOST = 20
_SHOWN = ("hold__award", "hold__member", "decided_by", "appeal_decided_by")


class Listed(StrEnum):
    """What the desk lists."""

    OPEN = "open"
    APPEALED = "appealed"
    WITHHELD = "withheld"
    DONE = "done"

    @property
    def states(self) -> list[str]:
        return [state.value for state in _STATES[self]]


_STATES = {
    Listed.OPEN: [Review.State.OPEN],
    Listed.APPEALED: [Review.State.APPEALED],
    Listed.WITHHELD: [Review.State.WITHHELD, Review.State.UPHELD],
    Listed.DONE: [Review.State.RELEASED, Review.State.RESTORED, Review.State.LAPSED],
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews each list has, and how much waits for a decision."""

    open: int
    appealed: int
    withheld: int
    done: int
    amount: int


def counts() -> Counts:
    """One query."""
    found = {each.value: Count("pk", filter=Q(state__in=each.states)) for each in Listed}
    waits = Sum("hold__amount", filter=Q(state=Review.State.OPEN))
    return Counts(**Review.objects.aggregate(**found, amount=Coalesce(waits, 0)))


def page(listed: Listed, *, cursor: str = "", size: int = ROWS) -> tuple[Page[Review], dict[int, Thread]]:
    """The highest scores first, with the threads by key; two queries at any size."""
    rows = Review.objects.select_related(*_SHOWN)
    found = paginate(rows, key="score", cursor=cursor, size=size, among={"state": listed.states})
    return found, _threads(found.rows)


@dataclass(frozen=True, slots=True)
class Person:
    """One of those concerned, with the numbers that a decision looks at."""

    member: Member
    standing: Standing | None
    # Of their own credits.
    open: int
    released: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Other:
    """Another credit of the same helper."""

    hold: Hold
    review: Review | None
    thread: Thread | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that stands on the page of one review."""

    acceptance: Acceptance
    question: Post
    answer: Post
    asker: Person
    helper: Person
    # Who else hangs together with it.
    others: list[Person]
    # What else waits for a decision in the group, this one not counted: how many, and the first of them.
    waiting: int
    group: list[tuple[Review, Thread | None]]
    credits: list[Other]
    # How many were withheld with it in one decision, this one counted.
    together: int


def find(pk: int) -> Review | None:
    """A review with what its page shows of it."""
    return Review.objects.select_related(*_SHOWN, "hold__award__version").filter(pk=pk).first()


def evidence(review: Review) -> Evidence:
    """Nine queries, however many members and credits hang together."""
    award = review.hold.award
    acceptance = Acceptance.objects.select_related("accepted_by").get(pk=award.subject_id or 0)
    posts = Post.objects.select_related("author", "thread__product", "thread__author")
    both = list(posts.filter(Q(pk=award.post_id) | Q(thread_id=award.thread_id, is_opening=True)))
    answer = next(post for post in both if post.pk == award.post_id)
    question = next(post for post in both if post.is_opening)
    asker_id, helper_id = question.thread.author_id, review.hold.member_id
    others = [key for key in review.group if key not in (asker_id, helper_id)][:MOST]
    people = _people([asker_id, helper_id, *others])
    in_group = Review.objects.open().filter(hold__member_id__in=review.group).exclude(pk=review.pk)
    group = list(in_group.select_related("hold__award", "hold__member").order_by("-score", "-pk")[:MOST])
    holds = Hold.objects.filter(member_id=helper_id).exclude(pk=review.hold_id).select_related("award", "review")
    credits = list(holds.order_by("-pk")[:MOST])
    threads = _by_key({row.hold.award.thread_id for row in group} | {hold.award.thread_id for hold in credits})
    return Evidence(
        acceptance=acceptance,
        question=question,
        answer=answer,
        asker=people[asker_id],
        helper=people[helper_id],
        others=[people[key] for key in others if key in people],
        waiting=in_group.count(),
        group=[(row, threads.get(row.hold.award.thread_id or 0)) for row in group],
        credits=[
            Other(hold, getattr(hold, "review", None), threads.get(hold.award.thread_id or 0)) for hold in credits
        ],
        together=Review.objects.decided_with(review).count() if review.state in Review.TOLD else 1,
    )


@dataclass(frozen=True, slots=True)
class Withheld:
    """A member's statement of reasons: one decision, and what it took."""

    review: Review
    rows: list[tuple[Review, Thread | None]]

    @property
    def amount(self) -> int:
        return sum(row.hold.amount for row, _thread in self.rows)


def withheld(viewer: Viewer, pk: int) -> Withheld | None:
    """What was withheld of the viewer's own; None for everybody else. Three queries."""
    mine = Review.objects.told().filter(hold__member_id=viewer.member_id or 0)
    review = mine.filter(pk=pk).select_related("hold").first()
    if review is None:
        return None
    rows = list(Review.objects.decided_with(review).select_related("hold__award").order_by("pk"))
    visible = Thread.objects.visible_to(viewer).in_bulk({row.hold.award.thread_id for row in rows})
    return Withheld(review, [(row, visible.get(row.hold.award.thread_id or 0)) for row in rows])


def _threads(rows: list[Review]) -> dict[int, Thread]:
    return _by_key({row.hold.award.thread_id for row in rows})


def _by_key(keys: set[int | None]) -> dict[int, Thread]:
    # Whoever may be at the desk sees every thread.
    return {
        thread.pk: thread
        for thread in Thread.objects.filter(pk__in=[key for key in keys if key]).select_related("author")
    }


def _people(keys: list[int]) -> dict[int, Person]:
    """Two queries for all of them."""
    members = Member.objects.select_related("standing").in_bulk(keys)
    kept = Q(state__in=[Review.State.WITHHELD, Review.State.APPEALED, Review.State.UPHELD])
    rows = Review.objects.filter(hold__member_id__in=keys).order_by().values("hold__member_id")
    numbers = {
        row["hold__member_id"]: (row["open"], row["released"], row["kept"])
        for row in rows.annotate(
            open=Count("pk", filter=Q(state=Review.State.OPEN)),
            released=Count("pk", filter=Q(state=Review.State.RELEASED)),
            kept=Count("pk", filter=kept),
        )
    }
    return {
        pk: Person(member, getattr(member, "standing", None), *numbers.get(pk, (0, 0, 0)))
        for pk, member in members.items()
    }
