"""Reading the desk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Count, Prefetch, Q

from accounts.jobs import Job
from accounts.models import Member
from accounts.viewer import Viewer
from care import sla
from care.models import Calendar, Case, Target
from care.sla import Level, Levels
from community.models import Comment, MemberProduct, Post, Thread
from core.paging import Page, paginate

DESK_ROWS = 50
POSTS_SHOWN = 200
REQUESTS_SHOWN = 20


class Queue(StrEnum):
    """What the desk lists."""

    WAITING = "waiting"
    MINE = "mine"
    TAKEN = "taken"


# Targets and calendars change a few times a year and are read for every row of a list: each process keeps them.
KEEP_SECONDS = 30

_kept: tuple[float, Levels] | None = None


def levels() -> Levels:
    """Every product's level. One query, at most once in `KEEP_SECONDS` in each process."""
    global _kept
    if _kept is None or _kept[0] < time.monotonic():
        _kept = (time.monotonic() + KEEP_SECONDS, _read_levels())
    return _kept[1]


def forget_levels() -> None:
    """Read them anew next time: a calendar or target was changed."""
    global _kept
    _kept = None


def level_of_path(path: str) -> Level:
    """The level of the product with this path; "" for no product."""
    return levels().of(path)


def _read_levels() -> Levels:
    default, by_product = None, {}
    for target in Target.objects.select_related("calendar"):
        if target.is_default:
            default = target.level()
        elif target.product_id:
            by_product[target.product_id] = target.level()
    return Levels(default or _built_in(), by_product)


def _built_in() -> Level:
    """For an installation whose operator took every default away."""
    return Level(
        hours=Calendar().hours(),
        take_over=timedelta(minutes=sla.DEFAULT_TAKE_OVER_MINUTES),
        answer=timedelta(minutes=sla.DEFAULT_ANSWER_MINUTES),
    )


def agent_ids() -> list[int]:
    """The members who work at the desk."""
    return list(
        Member.objects.present()
        .filter(user__is_active=True, user__groups__name=Job.AGENT.value)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases lie in each queue of the desk."""

    waiting: int
    mine: int
    taken: int


def desk_counts(viewer: Viewer) -> Counts:
    """One query."""
    mine = Q(state=Case.State.TAKEN, taken_by_id=viewer.member_id)
    found = Case.objects.current().aggregate(
        waiting=Count("pk", filter=Q(state=Case.State.OPEN)),
        mine=Count("pk", filter=mine),
        taken=Count("pk", filter=Q(state=Case.State.TAKEN)),
    )
    return Counts(**found)


def desk_cases(viewer: Viewer, queue: str) -> list[Case]:
    """The queue's most urgent cases, with what a row shows; one query. At most `DESK_ROWS`."""
    cases = Case.objects.for_desk()
    if queue == Queue.MINE:
        cases = cases.with_agent(viewer.member_id)
    elif queue == Queue.TAKEN:
        cases = cases.filter(state=Case.State.TAKEN)
    else:
        cases = cases.waiting()
    return list(cases.by_due()[:DESK_ROWS])


def case_posts(case: Case, viewer: Viewer) -> list[Post]:
    """The thread as the viewer may read it, with comments; two queries."""
    comments = (
        Comment.objects.visible_to(viewer).filter(removed_at=None).select_related("author").order_by("created_at", "id")
    )
    posts = (
        Post.objects.visible_to(viewer)
        .filter(thread=case.thread, removed_at=None)
        .select_related("author")
        .prefetch_related(Prefetch("comments", queryset=comments, to_attr="shown_comments"))
        .order_by("-is_opening", "created_at", "id")[:POSTS_SHOWN]
    )
    found: list[Post] = list(posts)
    for post in found:
        post.thread = case.thread
    return found


def cases_before(case: Case) -> list[Case]:
    """What the asker brought to the desk before; the last five."""
    earlier = Case.objects.filter(thread__author_id=case.thread.author_id).exclude(thread_id=case.thread_id)
    return list(earlier.select_related("thread", "taken_by").order_by("-opened_at", "-pk")[:5])


def products_of(case: Case) -> list[MemberProduct]:
    """What the asker owns."""
    return list(
        MemberProduct.objects.filter(member_id=case.thread.author_id).select_related("product").order_by("pk")[:10]
    )


def requests_page(viewer: Viewer, cursor: str) -> tuple[Page[Thread], dict[int, Case]]:
    """The viewer's own questions, newest first, and each one's last case; two queries at any size.

    No ideas: nobody is asked for anything there.
    """
    threads = Thread.objects.visible_to(viewer).filter(author_id=viewer.member_id, removed_at=None)
    page = paginate(threads.without_ideas().for_page(), key="created_at", cursor=cursor, size=REQUESTS_SHOWN)
    cases = Case.objects.filter(thread__in=page.rows).select_related("taken_by").order_by("pk")
    # The last of a thread is the one that counts: an open one is always the last.
    return page, {case.thread_id: case for case in cases}


def queue_of(name: str, viewer: Viewer) -> Queue:
    """The queue that was asked for; operators, who take none, have no "mine"."""
    if name in set(Queue) and (name != Queue.MINE or viewer.is_agent):
        return Queue(name)
    return Queue.WAITING
