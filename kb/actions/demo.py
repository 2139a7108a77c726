"""Articles for the demo: published by the product itself, at a moment of its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import User
from accounts.viewer import Viewer
from community.models import Product
from core.errors import Refused
from core.text import render_markdown
from kb.actions.reviewing import submit
from kb.actions.sections import add_article, free_slug, locale_for, lock
from kb.clock import as_of
from kb.conversion import line_of
from kb.models import Article, FaqArticle, FaqSection, Guide, HelpIndexPage, Origin

A = TypeVar("A", bound=Article)


def make_article(
    *,
    section_slug: str,
    lang: str,
    title: str,
    lead: str,
    now: datetime,
    guide: bool = False,
    steps: Sequence[str] = (),
    paragraphs: Sequence[str] = (),
    parts: Sequence[Mapping[str, Any]] = (),
    product: Product | None = None,
    credited_to: str = "",
    section_title: str = "",
    section_product: Product | None = None,
    owner: Viewer | None = None,
    publish: bool = True,
    translation_of: Article | None = None,
) -> Article:
    """A published article, or a draft, in the section of that slug (made with `section_title`, for
    `section_product` or the article's own, where it is missing).

    Texts are Markdown, a paragraph each; see `_block` for `parts`, which follow the steps. `translation_of` makes it
    the translation of an article in another language, and of its section where that is new.
    """
    with transaction.atomic(), as_of(now):
        body: list[tuple[str, object]] = [("lead", _paragraph(lead))]
        if steps:
            body.append(("steps", {"heading": "", "hint": "", "steps": [_paragraph(step) for step in steps]}))
        if paragraphs:
            body.append(("text", {"heading": "", "text": "".join(map(_paragraph, paragraphs))}))
        body += map(_block, parts)
        kind = Guide if guide else FaqArticle
        article = kind(title=title, body=body, product=product, checked_on=now.date(), live=False, owner=_user(owner))
        if translation_of is not None:
            article.translation_key = translation_of.translation_key
        about = section_product or product
        add_article(_section(section_slug, section_title, lang, about, translation_of), article)
        if credited_to and translation_of is None:
            Origin.objects.create(translation_key=article.translation_key, credited_to=credited_to[:60], created_at=now)
        revision = article.save_revision(user=_user(owner))
        if not publish:
            return article
        revision.publish()
        return _dated(article, now)


def submit_article(*, article: Article, by: Viewer, now: datetime) -> None:
    """Put a draft before the reviewers as its author would."""
    with transaction.atomic(), as_of(now):
        submit(article=article, by=by, now=now)


def withdraw_article(*, article: Article, now: datetime) -> None:
    """Take an article down that is true no longer."""
    with transaction.atomic(), as_of(now):
        article.unpublish()


def publish_promotion(*, article: FaqArticle, by: Viewer, now: datetime) -> FaqArticle:
    """Approve a promoted article as a reviewer would. Raises PermissionDenied where `by` may not."""
    with transaction.atomic(), as_of(now):
        _decide(article, by, "approve")
        return _dated(article, now)


def send_back_promotion(*, article: FaqArticle, by: Viewer, comment: str, now: datetime) -> None:
    """Ask for changes as a reviewer would, in words. Raises PermissionDenied where `by` may not."""
    with transaction.atomic(), as_of(now):
        _decide(article, by, "reject", comment=comment)


def _decide(article: Article, by: Viewer, verdict: str, **words: str) -> None:
    user = _user(by)
    if user is None:
        raise Refused(_("Sign in first."), code="signed_out")
    state = article.current_workflow_task_state
    if state is None:
        raise Refused(_("This article is not being reviewed."), code="not_in_review")
    state.task.specific.on_action(state, user, verdict, **words)


def _user(by: Viewer | None) -> User | None:
    return by.member.user if by is not None and by.member is not None else None


def _block(part: Mapping[str, Any]) -> tuple[str, object]:
    """A part of a body: steps or paragraphs, under a heading or none; a notice; or code."""
    heading = part.get("heading", "")
    if "steps" in part:
        steps = [_paragraph(step) for step in part["steps"]]
        return "steps", {"heading": heading, "hint": part.get("hint", ""), "steps": steps}
    if "notice" in part:
        return "notice", _paragraph(part["notice"])
    if "code" in part:
        return "code", part["code"].strip()
    return "text", {"heading": heading, "text": "".join(map(_paragraph, part["text"]))}


def _section(slug: str, title: str, lang: str, product: Product | None, translation_of: Article | None) -> FaqSection:
    index = lock(HelpIndexPage.objects.filter(locale=locale_for(lang)))
    found = FaqSection.objects.child_of(index).filter(slug=slug).first()
    if found is not None:
        return found
    section = FaqSection(title=title or slug, slug=free_slug(index, slug), locale=index.locale, product=product)
    twin = translation_of.get_parent() if translation_of is not None else None
    if twin is not None and not Page.objects.filter(translation_key=twin.translation_key, locale=index.locale).exists():
        section.translation_key = twin.translation_key
    index.add_child(instance=section)
    return section


def _dated(article: A, now: datetime) -> A:
    """As published at `now`: Wagtail takes the clock's time."""
    kind = type(article)
    kind.objects.filter(pk=article.pk).update(first_published_at=now, last_published_at=now)
    return kind.objects.get(pk=article.pk)


def _paragraph(text: str) -> str:
    return line_of(render_markdown(text))
