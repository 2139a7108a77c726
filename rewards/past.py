"""What happened in past months that rules may pay for, as plain facts: a fixed number of queries at any size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import F, Min

from community.models import Acceptance, Adoption, Vote
from kb.models import Article, Credit, EditorialTask, Origin
from kb.queries import authors_of
from rewards import ledger, ways
from rewards.actions.articles import earning
from rewards.actions.royalties import confirmed
from rewards.models import Review
from rewards.queries import OF_ACCEPTANCE
from rewards.rules import months_after
from rewards.shadow import Answer, Facts, Helped, Made

_WITHHELD = (Review.State.WITHHELD, Review.State.APPEALED, Review.State.UPHELD)


def facts(first: date, months: int, *, with_imported: bool = False) -> Facts:
    """All of so many calendar months from the first day of one on. Thirteen queries, whatever happened.

    Acceptances that stand today, but those whose credits a person withheld; imported ones where they are to count.
    Trust levels are those of today: those of the time are not kept.
    """
    each = tuple(months_after(first, number) for number in range(months))
    made, helped = _articles(first, months)
    return Facts(each, _answers(first, months, with_imported), (*made, *_ideas(first, months)), helped)


def _answers(first: date, months: int, with_imported: bool) -> tuple[Answer, ...]:
    begin, end = ledger.midnight(first), ledger.midnight(months_after(first, months))
    withheld = Review.objects.filter(state__in=_WITHHELD, hold__award__subject_type__in=OF_ACCEPTANCE)
    standing = Acceptance.objects.filter(revoked_at=None, post__as_staff=False, post__author__is_team=False)
    standing = standing.exclude(post__author_id=F("thread__author_id"))
    if not with_imported:
        standing = standing.filter(imported=False)
    gone = set(withheld.values_list("hold__award__subject_id", flat=True))
    firsts = dict(standing.order_by().values_list("post__author_id").annotate(first=Min("accepted_at")))
    within = standing.filter(accepted_at__gte=begin, accepted_at__lt=end)
    votes = Vote.objects.filter(member__is_team=False, post__in=within.values("post_id"))
    votes = votes.exclude(member_id=F("post__author_id")).exclude(member_id=F("post__thread__author_id"))
    levels: dict[int, list[int]] = {}
    for post_id, trust in votes.values_list("post_id", "member__standing__trust").iterator():
        levels.setdefault(post_id, []).append(trust or 0)
    rows = within.order_by("accepted_at", "pk").values_list("pk", "accepted_at", "post_id", "post__author_id")
    return tuple(
        Answer(
            month=ways.month_of(ledger.booked_on(at)),
            author=author,
            levels=tuple(levels.get(post_id, ())),
            # Two of one moment are one first.
            is_first=firsts.get(author) == at and firsts.pop(author) == at,
        )
        for pk, at, post_id, author in rows.iterator()
        if pk not in gone
    )


def _ideas(first: date, months: int) -> Iterator[Made]:
    """Those whose adoption stands today, and that are still there."""
    begin, end = ledger.midnight(first), ledger.midnight(months_after(first, months))
    standing = Adoption.objects.filter(revoked_at=None, thread__removed_at=None, thread__author__is_team=False)
    within = standing.filter(adopted_at__gte=begin, adopted_at__lt=end).exclude(adopted_by=F("thread__author"))
    for at, author in within.order_by("adopted_at", "pk").values_list("adopted_at", "thread__author_id").iterator():
        yield Made("adopted", ways.month_of(ledger.booked_on(at)), (author,))


def _articles(first: date, months: int) -> tuple[tuple[Made, ...], tuple[Helped, ...]]:
    begin, end = ledger.midnight(first), ledger.midnight(months_after(first, months))
    helped = confirmed(begin, end)
    tasks = dict(
        EditorialTask.objects.filter(
            state=EditorialTask.State.DONE, closed_at__gte=begin, closed_at__lt=end, article__isnull=False
        ).values_list("article_id", "closed_at")
    )
    # Only its keys and days: a body is long.
    shown = Article.objects.filter(first_published_at__isnull=False).only(
        "pk", "translation_key", "first_published_at", "live"
    )
    articles = list(shown.order_by("first_published_at", "pk"))
    authors = authors_of(articles)
    translators: dict[int, list[int]] = {}
    credits = Credit.objects.filter(role=Credit.Role.TRANSLATOR).order_by("pk")
    for article_id, member_id in credits.values_list("article_id", "member_id"):
        translators.setdefault(article_id, []).append(member_id)
    may = earning({key for keys in (*authors.values(), *translators.values()) for key in keys})
    promoted = set(
        Origin.objects.filter(post__isnull=False, post__removed_at=None).values_list("translation_key", flat=True)
    )
    made, found = [], []
    begun: set[object] = set()
    by_article: dict[int, list[tuple[date, set[int]]]] = {}
    for (article_id, month), members in helped.items():
        by_article.setdefault(article_id, []).append((month, members))
    for article in articles:
        assert article.first_published_at
        at = article.first_published_at
        wrote = tuple(key for key in authors[article.pk] if key in may)
        turned = tuple(key for key in translators.get(article.pk, ()) if key in may)
        is_first = article.translation_key not in begun
        begun.add(article.translation_key)
        month = ways.month_of(ledger.booked_on(at))
        if begin <= at < end and article.live:
            if is_first and article.translation_key in promoted:
                made.append(Made("article", month, wrote))
            if turned:
                made.append(Made("translation", month, turned))
        if article.pk in tasks:
            done = ways.month_of(ledger.booked_on(tasks[article.pk] or at))
            made.append(Made("failed_search", done, wrote or turned))
        credited = set(authors[article.pk]) | set(translators.get(article.pk, ()))
        for month, members in sorted(by_article.get(article.pk, ()), key=lambda row: row[0]):
            age = ways.months_between(ledger.booked_on(at), month)
            found.append(Helped(month, len(members - credited), age, tuple(dict.fromkeys((*wrote, *turned)))))
    return tuple(made), tuple(found)
