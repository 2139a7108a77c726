"""Finding counters that drifted from the rows that they count, and mending them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from community.actions.ground import save_thread
from community.models import Acceptance, Comment, MeToo, NotSolved, Post, Standing, Thread, Visibility, Vote

# Rows looked at in one transaction.
BATCH = 500

_SHOWN = Q(removed_at=None, is_opening=False)
_PUBLIC = Q(visibility=Visibility.PUBLIC)


@dataclass(frozen=True, slots=True)
class Drift:
    """One counter that told something else than its rows."""

    model: str
    pk: int
    field: str
    told: object
    counted: object


def reconcile(*, now: datetime, progress: Callable[[int], None] | None = None) -> list[Drift]:
    """Count everything anew, batch by batch, and mend what differs. Imported base totals stay.

    Each batch locks its own rows only; the pages of a mended thread are made anew. `progress` is told how
    many rows were looked at since it was last told.
    """
    found: list[Drift] = []
    for mend, keys in ((_threads, Thread), (_posts, Post), (_standings, Standing)):
        for pks in _batches(keys._default_manager.all()):
            with transaction.atomic():
                found += mend(pks)
            if progress:
                progress(len(pks))
    return found


def _threads(pks: list[int]) -> list[Drift]:
    threads = list(Thread.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    by_others = _SHOWN & ~Q(author_id=F("thread__author_id")) & ~Q(visibility=Visibility.STAFF)
    answers = {
        row["thread"]: row
        for row in Post.objects.filter(thread__in=pks)
        .values("thread")
        .annotate(
            answers=Count("pk", filter=_SHOWN & _PUBLIC),
            first=Min("created_at", filter=by_others),
            last=Max("created_at", filter=by_others),
        )
        .order_by()
    }
    me_toos = _counted(MeToo.objects.filter(thread__in=pks), "thread")
    unsolved = _counted(NotSolved.objects.filter(thread__in=pks, created_at__gte=F("thread__last_answer_at")), "thread")
    found = []
    for thread in threads:
        row = answers.get(thread.pk, {"answers": 0, "first": None, "last": None})
        drifts = _compare(
            thread,
            {
                "answer_count": row["answers"],
                "first_answer_at": row["first"],
                "last_answer_at": row["last"],
                "me_too_count": me_toos.get(thread.pk, 0),
                "not_solved_count": unsolved.get(thread.pk, 0),
            },
        )
        if drifts:
            save_thread(thread, *(drift.field for drift in drifts))
            found += drifts
    return found


def _posts(pks: list[int]) -> list[Drift]:
    # The threads first, as everywhere: a vote that comes meanwhile waits for us, and we never for it.
    threads = Thread.objects.filter(posts__in=pks).values_list("pk", flat=True)
    list(Thread.objects.select_for_update(of=("self",)).filter(pk__in=set(threads)).order_by("pk").only("pk"))
    posts = list(Post.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk").defer("body", "html"))
    votes = _counted(Vote.objects.filter(post__in=pks), "post")
    comments = _counted(Comment.objects.filter(post__in=pks, removed_at=None), "post")
    found = []
    for post in posts:
        drifts = _compare(post, {"helpful_count": votes.get(post.pk, 0), "comment_count": comments.get(post.pk, 0)})
        if drifts:
            post.save(update_fields=[drift.field for drift in drifts])
            found += drifts
    return found


def _standings(pks: list[int]) -> list[Drift]:
    standings = list(Standing.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    threads = _counted(Thread.objects.listed().filter(author__in=pks), "author")
    answers = Post.objects.filter(_SHOWN & _PUBLIC, author__in=pks)
    written = _counted(answers, "author")
    helpful = dict(
        answers.values("author")
        .annotate(n=Coalesce(Sum(F("helpful_base") + F("helpful_count")), 0))
        .order_by()
        .values_list("author", "n")
    )
    accepted = _counted(Acceptance.objects.filter(post__author__in=pks, revoked_at=None), "post__author")
    found = []
    for standing in standings:
        pk = standing.pk
        drifts = _compare(
            standing,
            {
                "threads": threads.get(pk, 0),
                "answers": written.get(pk, 0),
                "accepted": accepted.get(pk, 0),
                "helpful": helpful.get(pk, 0),
            },
        )
        if drifts:
            standing.save(update_fields=[drift.field for drift in drifts])
            found += drifts
    return found


def _compare(row: Thread | Post | Standing, counted: dict[str, object]) -> list[Drift]:
    """What differs, after setting it right on the object."""
    found = []
    for field, value in counted.items():
        told = getattr(row, field)
        if told != value:
            found.append(Drift(row._meta.label_lower, row.pk, field, told, value))
            setattr(row, field, value)
    return found


def _counted(rows: QuerySet, of: str) -> dict[int, int]:
    return dict(rows.values(of).annotate(n=Count("pk")).order_by().values_list(of, "n"))


def _batches(rows: QuerySet) -> Iterator[list[int]]:
    """Keys in order, a batch at a time."""
    last = 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield pks
        last = pks[-1]
