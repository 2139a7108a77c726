"""Cards of help articles."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import brand, cards
from core.pictures import Card
from kb.models import Article


def of_article(page: Article) -> str:
    """The address of an article's card, in the article's language."""
    with override(page.locale.language_code):
        return reverse("kb:card", args=[page.pk, version(page)])


def version(page: Article) -> str:
    return cards.version("article", page.pk, page.last_published_at)


def draw(page: Article) -> Card:
    worn = brand.current()
    return Card(
        site=worn.name,
        colour=worn.drawn,
        title=page.title,
        over=_("Help"),
        state=page.summary,
    )
