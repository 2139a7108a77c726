"""What follows when a page is published, and when it no longer is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from wagtail.models import Page

from community.actions.ground import draw_anew
from community.actions.lifecycle import link_article, unlink_article
from community.models import Thread
from events.record import record
from kb import signals
from kb.actions import gaps
from kb.models import Article, Origin
from notifications.notify import notify
from search.outbox import changed


def published(*, article: Article, now: datetime) -> None:
    """Thread and article point at each other, its author is told, the index hears of it. Again is harmless.

    Sends `article_published`.
    """
    with transaction.atomic():
        changed("article", [article.pk])
        origin = _relink(article.translation_key, now)
        record(verb="article.published", actor=None, obj=article.page_ptr, now=now, subject=_subject(origin, article))
        gaps.answered_by(article=article, now=now)
        signals.article_published.send(Article, article=article, now=now)
        if origin is None or origin.credited_id is None or origin.post_id is None:
            return
        notify(
            members=[origin.credited_id],
            kind="article_published",
            path=f"help/articles/{article.pk}/",
            key=f"article_published:{origin.pk}",
            now=now,
            data={"title": article.title},
        )


def unpublished(*, article: Article, now: datetime) -> None:
    """It is no longer there for readers: the reverse of `published`, but for what was told.

    Sends `article_unpublished`, as `deleted` does.
    """
    with transaction.atomic():
        changed("article", [article.pk])
        origin = _relink(article.translation_key, now)
        record(verb="article.unpublished", actor=None, obj=article.page_ptr, now=now, subject=_subject(origin, article))
        _tell_unpublished(article.pk, article.translation_key, article.title, now)


def deleted(*, article_id: int, translation_key: UUID, title: str, now: datetime) -> None:
    """The page is gone. With the last of its translations goes its origin: the answer may be promoted again."""
    with transaction.atomic():
        changed("article", [article_id])
        origin = _relink(translation_key, now)
        record(verb="article.deleted", actor=None, obj=Page(pk=article_id), now=now)
        _tell_unpublished(article_id, translation_key, title, now)
        if origin is not None and not Article.objects.filter(translation_key=translation_key).exists():
            origin.delete()


def _tell_unpublished(article_id: int, translation_key: UUID, title: str, now: datetime) -> None:
    signals.article_unpublished.send(
        Article, article_id=article_id, translation_key=translation_key, title=title, now=now
    )


def arranged(*, page: Page, verb: str, now: datetime) -> None:
    """Something else in the tree of help pages changed: `verb` is published, unpublished, moved or deleted.

    Recorded, so that whoever keeps finished pages makes them anew.
    """
    with transaction.atomic():
        record(verb=f"page.{verb}", actor=None, obj=Page(pk=page.pk), now=now)


def _relink(translation_key: UUID, now: datetime) -> Origin | None:
    """Have the thread point at the live article, first at the one in its own language; or at none."""
    origin = Origin.objects.select_related("thread").filter(translation_key=translation_key).first()
    if origin is None or origin.thread is None:
        return origin
    thread = Thread.objects.select_for_update(of=("self",)).get(pk=origin.thread.pk)
    live = list(Article.objects.shown().filter(translation_key=translation_key).select_related("locale").order_by("pk"))
    own = thread.lang.split("-")[0]
    live.sort(key=lambda page: page.locale.language_code != own)
    if live:
        link_article(thread=thread, path=live[0].path_on_site, title=live[0].title, now=now)
    elif thread.article_path:
        unlink_article(thread=thread, now=now)
    # Moderators are shown where the article stands, also where it is no other for readers.
    draw_anew(Thread.objects.filter(pk=thread.pk))
    return origin


def _subject(origin: Origin | None, article: Article) -> Thread | Article:
    return origin.thread if origin is not None and origin.thread is not None else article.page_ptr
