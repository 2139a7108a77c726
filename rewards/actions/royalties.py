"""Each month, what help articles earned by having helped: booked when the month is over, once for an article."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from community.models import Deflection
from kb.models import Article, HelpedVote, Origin
from kb.queries import authors_of, translators_of
from rewards import ledger, ways
from rewards.actions.articles import earning
from rewards.actions.earning import Earned, post_earned
from rewards.models import ProgrammeVersion, Transfer
from rewards.queries import ROYALTY, version_in_force
from rewards.rules import Rules, months_after

# Articles in one transaction.
BATCH = 100
_PREFIX = "article:"


def book_royalties(*, now: datetime, progress: Callable[[int], object] | None = None) -> int:
    """Book what articles earned by having helped in the last month that is over; returns how many awards.

    By the rules that were in force when it ended. Each batch of articles is one transaction: interrupted, it goes on
    where it stopped, and running it again books nothing twice. `progress` is told how many articles each batch had.
    """
    month = months_after(ways.month_of(ledger.booked_on(now)), -1)
    first, end = ledger.midnight(month), ledger.midnight(months_after(month, 1))
    version = version_in_force(end - timedelta(microseconds=1))
    if version is None or Rules.read(version.rules).royalty is None:
        return 0
    helped = {article_id: members for (article_id, _month), members in confirmed(first, end).items()}
    keys = sorted(helped)
    booked = 0
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        with transaction.atomic():
            earned = _earned({key: helped[key] for key in batch}, month, version, now)
            books = ledger.lock(each.member_id for each in earned)
            booked += len(post_earned(earned=earned, books=books, by=None, now=now))
        if progress:
            progress(len(batch))
    return booked


def confirmed(first: datetime, end: datetime) -> dict[tuple[int, date], set[int]]:
    """The members whom each article helped from `first` to before `end`, by article and month. Two queries.

    Those who said so on the article, and those whom it spared a question; each counts once a month. Visitors are
    counted nowhere by name, so that they count for nothing here; neither does the team.
    """
    found: dict[tuple[int, date], set[int]] = {}

    def count(article_id: int, at: datetime, member_id: int) -> None:
        found.setdefault((article_id, ways.month_of(ledger.booked_on(at))), set()).add(member_id)

    votes = HelpedVote.objects.filter(helped=True, at__gte=first, at__lt=end, member__is_team=False)
    for article_id, at, member_id in votes.values_list("article_id", "at", "member_id").iterator():
        count(article_id, at, member_id)
    spared = Deflection.objects.filter(
        helped__startswith=_PREFIX, at__gte=first, at__lt=end, member__isnull=False, member__is_team=False
    )
    for helped, at, member_id in spared.values_list("helped", "at", "member_id").iterator():
        key = helped.removeprefix(_PREFIX)
        if key.isdigit() and member_id is not None:
            count(int(key), at, member_id)
    return found


def _earned(helped: dict[int, set[int]], month: date, version: ProgrammeVersion, now: datetime) -> list[Earned]:
    """What these articles earn those who are credited, who do not count themselves."""
    terms = Rules.read(version.rules)
    way = terms.royalty
    assert way
    articles = list(Article.objects.filter(pk__in=helped, first_published_at__isnull=False).order_by("pk"))
    authors, translators = authors_of(articles), translators_of(articles)
    may = earning({key for keys in (*authors.values(), *translators.values()) for key in keys})
    keys = [article.translation_key for article in articles]
    origins = {
        row.translation_key: row for row in Origin.objects.filter(translation_key__in=keys).select_related("post")
    }
    earned = []
    for article in articles:
        origin = origins.get(article.translation_key)
        if origin is not None and origin.post is not None and origin.post.removed_at:
            continue
        credited = dict.fromkeys([*authors[article.pk], *translators.get(article.pk, [])], 1)
        assert article.first_published_at
        age = ways.months_between(ledger.booked_on(article.first_published_at), month)
        total = way.of(len(helped[article.pk] - set(credited)), age)
        for member_id, share in ways.split(total, {key: 1 for key in credited if key in may}).items():
            earned.append(
                Earned(
                    key=f"royalty:{month:%Y-%m}:{article.pk}:{member_id}",
                    reason=Transfer.Reason.ARTICLE_HELPED,
                    member_id=member_id,
                    amount=share,
                    settles_on=terms.settles_on(ledger.booked_on(now), way.hold_days),
                    version=version,
                    subject_type=ROYALTY,
                    subject_id=article.pk,
                    post_id=origin.post_id if origin else None,
                    thread_id=origin.thread_id if origin else None,
                )
            )
    return earned
