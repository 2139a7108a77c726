"""What detection is told of the community: read once, in streams, with no query for a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from community.models import Acceptance, Post, Thread, Visibility
from core.text import plain
from rewards.detection import Accepted, Network
from rewards.likeness import Likeness, marks
from rewards.limits import Limits
from rewards.models import DetectionLimits, Trace

# How far back behaviour counts.
YEAR = timedelta(days=365)
# Rows that are read at a time.
CHUNK = 2_000
# A question of fewer words is only a title.
FEW_WORDS = 3

_ROW = (
    "post_id", "thread_id", "thread__author_id", "post__author_id", "thread__created_at", "post__created_at",
    "accepted_at", "thread__author__created_at", "thread__author__source", "thread__author__user__date_joined",
    "post__author__created_at", "post__author__source", "post__author__user__date_joined",
)  # fmt: skip


class _Row(NamedTuple):
    """One acceptance as it is read: the columns of `_ROW`."""

    answer: int
    thread: int
    asker: int
    helper: int
    asked_at: datetime
    answered_at: datetime
    accepted_at: datetime
    asker_created: datetime
    asker_source: str
    asker_joined: datetime | None
    helper_created: datetime
    helper_source: str
    helper_joined: datetime | None


@dataclass(frozen=True, slots=True)
class _Texts:
    """Of the acceptances that are weighed: which questions are only a title, and how much of an answer was there."""

    title_only: frozenset[int]
    alike: Mapping[int, float]


def limits() -> Limits:
    """As the operator set them; those of the product where nobody did."""
    row = DetectionLimits.objects.first()
    return row.plain() if row else Limits()


def network(*, now: datetime, limits: Limits, wanted: Collection[int]) -> Network:
    """The last year's questions, answers and acceptances, for weighing the acceptances of these `wanted` answers.

    Texts and traces are read of those alone, and of what else the same people accepted and were accepted for.
    """
    since = now - YEAR
    found = Network(limits)
    asked = Thread.objects.filter(
        kind=Thread.Kind.QUESTION, created_at__gte=since, created_at__lte=now, removed_at=None
    )
    for (author,) in _stream(asked.values_list("author_id")):
        found.ask(author)
    # What is said of an idea is never accepted, and says nothing of how often somebody is.
    answered = _answers(since, now).filter(thread__kind=Thread.Kind.QUESTION).exclude(author_id=F("thread__author_id"))
    for thread, author in _stream(answered.values_list("thread_id", "author_id")):
        found.answer(thread, author)
    standing = Acceptance.objects.filter(revoked_at=None, accepted_at__gte=since, accepted_at__lte=now)
    rows = [_Row(*row) for row in _stream(standing.exclude(post__author_id=F("thread__author_id")).values_list(*_ROW))]
    weighed = _weighed(rows, wanted)
    texts = _texts(weighed, since, now) if limits.texts else _Texts(frozenset(), {})
    traces = _traces({member for row in weighed for member in (row.asker, row.helper)})
    for row in rows:
        found.accept(
            Accepted(
                row.answer,
                row.thread,
                row.asker,
                row.helper,
                row.asked_at,
                row.answered_at,
                row.accepted_at,
                title_only=row.thread in texts.title_only,
                alike=texts.alike.get(row.answer, 0.0),
                asker_since=_since(row.asker_created, row.asker_source, row.asker_joined, row.accepted_at),
                helper_since=_since(row.helper_created, row.helper_source, row.helper_joined, row.accepted_at),
                networks=frozenset(traces.get(row.asker, frozenset()) & traces.get(row.helper, frozenset())),
            )
        )
    return found


def _answers(since: datetime, now: datetime) -> QuerySet[Post]:
    return Post.objects.filter(
        is_opening=False, removed_at=None, visibility=Visibility.PUBLIC, created_at__gte=since, created_at__lte=now
    )


def _weighed(rows: list[_Row], wanted: Collection[int]) -> list[_Row]:
    """The wanted ones, and those beside them: by the same asker, or for the same helper."""
    chosen = [row for row in rows if row.answer in wanted]
    askers, helpers = {row.asker for row in chosen}, {row.helper for row in chosen}
    return [row for row in rows if row.asker in askers or row.helper in helpers]


def _since(created: datetime, source: str, joined: datetime | None, accepted_at: datetime) -> datetime | None:
    """Since when somebody is here, as far as that is known: an imported member was here before they were imported."""
    if source:
        return None
    since = min(created, joined) if joined else created
    return since if since <= accepted_at else None


def _texts(weighed: list[_Row], since: datetime, now: datetime) -> _Texts:
    threads = {row.thread for row in weighed}
    titles = set()
    for keys in _chunks(sorted(threads)):
        opening = Post.objects.filter(thread_id__in=keys, is_opening=True).values_list("thread_id", "html")
        titles |= {thread for thread, html in opening if len(plain(html).split()) < FEW_WORDS}
    answers = {row.answer for row in weighed}
    runs: set[int] = set()
    for keys in _chunks(sorted(answers)):
        for (html,) in Post.objects.filter(pk__in=keys).values_list("html"):
            runs |= marks(plain(html))
    alike: dict[int, float] = {}
    if runs:
        known = Likeness(only=runs)
        for pk, html in _stream(_answers(since, now).order_by("created_at", "pk").values_list("pk", "html")):
            share = known.read(pk, plain(html))
            if pk in answers:
                alike[pk] = share
    return _Texts(frozenset(titles), alike)


def _traces(members: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for keys in _chunks(sorted(members)):
        for member, hashed in Trace.objects.filter(member_id__in=keys).values_list("member_id", "hash"):
            found.setdefault(member, set()).add(hashed)
    return found


def _stream(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    return iter(rows.iterator(chunk_size=CHUNK))


def _chunks(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
