"""What help articles earn those who are credited for them, and how that is taken back.

A promoted answer earns when its article is first published, a translation and the answer to a failed search too; each
amount is shared between those who are credited, by largest remainder. An article that is withdrawn while its credits
are pending gives them back, and has them again when it is published again; what had settled was earned. When the
answer behind it is removed, all that its article earned goes, royalties too, and comes back with the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Post
from kb.models import Article, EditorialTask, Origin
from kb.queries import authors_of, translators_of
from rewards import ledger, ways
from rewards.actions.earning import Earned, post_earned
from rewards.actions.reversing import Reversed, reverse_holds, tell_reversed
from rewards.ledger import Books
from rewards.models import Hold, ProgrammeVersion, Transfer
from rewards.queries import ANSWERED, ARTICLE, ROYALTY, TRANSLATION, version_in_force
from rewards.rules import Rules

_OURS = (Transfer.Reason.ARTICLE_WITHDRAWN, Transfer.Reason.ARTICLE_GONE)


def award_article(*, article: Article, now: datetime) -> None:
    """It went live: what it earns once, and what it gave back when it was withdrawn. Again is harmless.

    Locks the accounts of all who are credited, at once.
    """
    with transaction.atomic():
        origin = _origin(article.translation_key)
        earned = [*_for_promotion(article, origin, now), *_for_translation(article, origin, now)]
        back = _given_back([article], origin)
        books = ledger.lock([*(each.member_id for each in earned), *(hold.member_id for hold in back)])
        _give_again(back, books, now)
        post_earned(earned=earned, books=books, by=Viewer.system(), now=now)


def award_search(*, task: EditorialTask, article: Article, now: datetime) -> None:
    """A live article answers a search that found nothing. Again is harmless. Locks the authors' accounts."""
    version = version_in_force(now)
    way = Rules.read(version.rules).failed_search if version else None
    if version is None or way is None:
        return
    with transaction.atomic():
        authors = authors_of([article])[article.pk] or translators_of([article]).get(article.pk, [])
        earned = _shared(
            way.amount, authors, version, now, hold_days=way.hold_days, origin=_origin(article.translation_key),
            key=f"answered:{task.pk}", reason=Transfer.Reason.SEARCH_ANSWERED, subject=(ANSWERED, task.pk),
        )  # fmt: skip
        books = ledger.lock(each.member_id for each in earned)
        post_earned(earned=earned, books=books, by=Viewer.system(), now=now)


def withdraw_article(*, article_id: int, translation_key: UUID, title: str, now: datetime) -> None:
    """It is live no longer: what it earned and has not settled is taken back. Locks the accounts of those credited."""
    with transaction.atomic():
        subjects = Q(award__subject_type=TRANSLATION, award__subject_id=article_id) | Q(
            award__subject_type=ANSWERED, award__subject_id__in=_tasks([article_id])
        )
        origin = _origin(translation_key)
        others = Article.objects.shown().filter(translation_key=translation_key).exclude(pk=article_id)
        if origin is not None and not others.exists():
            subjects |= Q(award__subject_type=ARTICLE, award__subject_id=origin.pk)
        _take(subjects & Q(state__in=Hold.WAITING), Transfer.Reason.ARTICLE_WITHDRAWN, title, Viewer.system(), now)


def remove_answer(*, post: Post, by: Viewer, now: datetime) -> None:
    """The answer behind an article was removed: all that the article earned is taken back, from wherever it is."""
    with transaction.atomic():
        origin = Origin.objects.select_related("thread").filter(post=post).first()
        if origin is not None:
            title = origin.thread.title if origin.thread else ""
            _take(_written(origin, _pages(origin)), Transfer.Reason.ARTICLE_GONE, title, by, now)


def restore_answer(*, post: Post, by: Viewer, now: datetime) -> None:
    """It is back: so is what was taken then, but for what hangs on an article that is not live."""
    with transaction.atomic():
        origin = Origin.objects.select_related("post").filter(post=post).first()
        if origin is None:
            return
        back = _given_back(_pages(origin), origin)
        books = ledger.lock(hold.member_id for hold in back)
        _give_again(back, books, now)


def earning(member_ids: Iterable[int]) -> set[int]:
    """Those of these members who may earn by articles: whose account is open, and who are not of the team."""
    return set(Member.objects.present().filter(pk__in=list(member_ids), is_team=False).values_list("pk", flat=True))


def _for_promotion(article: Article, origin: Origin | None, now: datetime) -> list[Earned]:
    if origin is None or origin.post is None or origin.post.removed_at:
        return []
    twins = Article.objects.filter(translation_key=article.translation_key, first_published_at__isnull=False)
    version = _at_first(twins.values_list("first_published_at", flat=True), now)
    way = Rules.read(version.rules).article if version else None
    if version is None or way is None:
        return []
    authors = authors_of([article])[article.pk]
    return _shared(
        way.amount, authors, version, now, hold_days=way.hold_days, origin=origin,
        key=f"article:{origin.pk}", reason=Transfer.Reason.ARTICLE_MADE, subject=(ARTICLE, origin.pk),
    )  # fmt: skip


def _for_translation(article: Article, origin: Origin | None, now: datetime) -> list[Earned]:
    version = _at_first([article.first_published_at], now)
    way = Rules.read(version.rules).translation if version else None
    if version is None or way is None:
        return []
    translators = translators_of([article]).get(article.pk, [])
    return _shared(
        way.amount, translators, version, now, hold_days=way.hold_days, origin=origin,
        key=f"translation:{article.pk}", reason=Transfer.Reason.TRANSLATED, subject=(TRANSLATION, article.pk),
    )  # fmt: skip


def _at_first(published: Iterable[datetime | None], now: datetime) -> ProgrammeVersion | None:
    """The rules of the day on which it was first published: a later version does not pay for what was there before."""
    return version_in_force(min([at for at in published if at] + [now]))


def _shared(
    amount: int,
    members: Sequence[int],
    version: ProgrammeVersion,
    now: datetime,
    *,
    hold_days: int | None,
    origin: Origin | None,
    key: str,
    reason: Transfer.Reason,
    subject: tuple[str, int],
) -> list[Earned]:
    """One award for each who may earn; nothing where it was awarded before, whoever was credited then."""
    if not members or Transfer.objects.filter(subject_type=subject[0], subject_id=subject[1]).exists():
        return []
    may = earning(members)
    shares = ways.split(amount, {member_id: 1 for member_id in members if member_id in may})
    settles_on = Rules.read(version.rules).settles_on(ledger.booked_on(now), hold_days)
    return [
        Earned(
            key=f"{key}:{member_id}",
            reason=reason,
            member_id=member_id,
            amount=share,
            settles_on=settles_on,
            version=version,
            subject_type=subject[0],
            subject_id=subject[1],
            post_id=origin.post_id if origin else None,
            thread_id=origin.thread_id if origin else None,
        )
        for member_id, share in shares.items()
    ]


def _origin(translation_key: UUID) -> Origin | None:
    return Origin.objects.select_related("post").filter(translation_key=translation_key).first()


def _pages(origin: Origin) -> list[Article]:
    return list(Article.objects.filter(translation_key=origin.translation_key).order_by("pk"))


def _tasks(article_ids: Sequence[int]) -> list[int]:
    return list(EditorialTask.objects.filter(article__in=article_ids).values_list("pk", flat=True))


def _written(origin: Origin | None, pages: Sequence[Article]) -> Q:
    """The holds of all that these articles earned by what their authors wrote: not those of their translators."""
    keys = [page.pk for page in pages]
    found = Q(award__subject_type=ROYALTY, award__subject_id__in=keys)
    found |= Q(award__subject_type=ANSWERED, award__subject_id__in=_tasks(keys))
    return found | Q(award__subject_type=ARTICLE, award__subject_id=origin.pk) if origin else found


def _given_back(pages: Sequence[Article], origin: Origin | None) -> list[Hold]:
    """What was taken back here and may be given again: with a live article and an answer that is shown."""
    if origin is not None and origin.post is not None and origin.post.removed_at:
        return []
    live = [page.pk for page in pages if page.live]
    wanted = _written(origin, pages)
    if live:
        wanted |= Q(award__subject_type=TRANSLATION, award__subject_id__in=live)
    else:
        wanted &= Q(award__subject_type=ROYALTY)
    gone = Hold.objects.filter(wanted, state=Hold.State.REVERSED, award__reversed_by__reason__in=_OURS)
    return list(gone.select_related("award__version").order_by("pk"))


def _take(wanted: Q, cause: Transfer.Reason, title: str, by: Viewer, now: datetime) -> None:
    members = list(Hold.objects.filter(wanted).values_list("member_id", flat=True))
    if not members:
        return
    books = ledger.lock(members)
    standing = Hold.objects.filter(wanted, member_id__in=members).exclude(state=Hold.State.REVERSED)
    holds = list(standing.select_related("award__version").order_by("pk"))
    done = reverse_holds(holds=holds, books=books, cause=cause, reason="", by=by, now=now)
    _tell(done, cause, title, now)


def _give_again(gone: Sequence[Hold], books: Books, now: datetime) -> None:
    """Under keys of their own: what was given again already is left out."""
    today = ledger.booked_on(now)
    earned = [
        Earned(
            key=f"again:{hold.award_id}",
            reason=Transfer.Reason(hold.award.reason),
            member_id=hold.member_id,
            amount=hold.amount,
            settles_on=max(hold.settles_on, today),
            version=hold.award.version,
            subject_type=hold.award.subject_type,
            subject_id=hold.award.subject_id or 0,
            post_id=hold.award.post_id,
            thread_id=hold.award.thread_id,
        )
        for hold in gone
    ]
    post_earned(earned=earned, books=books, by=Viewer.system(), now=now)


def _tell(done: Sequence[Reversed], cause: Transfer.Reason, title: str, now: datetime) -> None:
    """Each member once, of all that was taken back."""
    theirs: dict[int, list[Reversed]] = {}
    for each in done:
        theirs.setdefault(each.hold.member_id, []).append(each)
    for member_id, mine in sorted(theirs.items()):
        tell_reversed(member_id=member_id, done=mine, title=title, cause=cause, reason="", now=now)
