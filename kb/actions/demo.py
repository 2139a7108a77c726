"""Articles for the demo: published by the product itself, at a moment of its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.viewer import Viewer
from community.models import Product
from core.errors import Refused
from core.text import render_markdown
from kb.actions.sections import add_article, free_slug, locale_for, lock
from kb.clock import as_of
from kb.conversion import line_of
from kb.models import FaqArticle, FaqSection, HelpIndexPage, Origin


def make_article(
    *,
    section_slug: str,
    lang: str,
    title: str,
    lead: str,
    now: datetime,
    steps: Sequence[str] = (),
    paragraphs: Sequence[str] = (),
    product: Product | None = None,
    credited_to: str = "",
    section_title: str = "",
    translation_of: FaqArticle | None = None,
) -> FaqArticle:
    """A published article in the section of that slug (made with `section_title` where it is missing).

    Texts are Markdown, a paragraph each. `translation_of` makes it the translation of an article in another
    language, and of its section where that is new.
    """
    with transaction.atomic(), as_of(now):
        body: list[tuple[str, object]] = [("lead", _paragraph(lead))]
        if steps:
            body.append(("steps", {"heading": "", "hint": "", "steps": [_paragraph(step) for step in steps]}))
        if paragraphs:
            body.append(("text", {"heading": "", "text": "".join(map(_paragraph, paragraphs))}))
        article = FaqArticle(title=title, body=body, product=product, checked_on=now.date(), live=False)
        if translation_of is not None:
            article.translation_key = translation_of.translation_key
        add_article(_section(section_slug, section_title, lang, product, translation_of), article)
        if credited_to and translation_of is None:
            Origin.objects.create(translation_key=article.translation_key, credited_to=credited_to[:60], created_at=now)
        article.save_revision().publish()
        return _dated(article, now)


def publish_promotion(*, article: FaqArticle, by: Viewer, now: datetime) -> FaqArticle:
    """Approve a promoted article as a reviewer would. Raises PermissionDenied where `by` may not."""
    if by.member is None or by.member.user is None:
        raise Refused(_("Sign in first."), code="signed_out")
    with transaction.atomic(), as_of(now):
        state = article.current_workflow_task_state
        if state is None:
            raise Refused(_("This article is not being reviewed."), code="not_in_review")
        state.task.specific.on_action(state, by.member.user, "approve")
        return _dated(article, now)


def _section(
    slug: str, title: str, lang: str, product: Product | None, translation_of: FaqArticle | None
) -> FaqSection:
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


def _dated(article: FaqArticle, now: datetime) -> FaqArticle:
    """As published at `now`: Wagtail takes the clock's time."""
    FaqArticle.objects.filter(pk=article.pk).update(first_published_at=now, last_published_at=now)
    return FaqArticle.objects.get(pk=article.pk)


def _paragraph(text: str) -> str:
    return line_of(render_markdown(text))
