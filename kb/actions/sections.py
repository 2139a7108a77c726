"""Where articles stand in the tree."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import translation
from wagtail.models import Locale, Page

from community.models import Product
from core.text import slugify
from kb.models import Article, FaqSection, HelpIndexPage


def locale_for(lang: str) -> Locale:
    """The locale that a text in `lang` (a BCP 47 tag) belongs to: its own where help is kept in it, else English."""
    base = lang.split("-")[0].lower()
    found = {locale.language_code: locale for locale in Locale.objects.filter(language_code__in=[base, "en"])}
    return found.get(base) or found["en"]


def section_for(product: Product, locale: Locale) -> FaqSection:
    """The section that keeps a product's articles in this language: its own, else its nearest ancestor's, else new.

    Call it in a transaction. Locks the help index, so that two at once do not make two.
    """
    index = lock(HelpIndexPage.objects.filter(locale=locale))
    above = [int(key) for key in product.path.split("/") if key] or [product.pk]
    there = {
        section.product_id: section
        for section in FaqSection.objects.child_of(index).filter(product_id__in=above).order_by("-path")
    }
    for key in reversed(above):
        if key in there:
            return there[key]
    twin = FaqSection.objects.filter(product=product).exclude(locale=locale).first()
    with translation.override(locale.language_code):
        title = product.name
    section = FaqSection(title=title, slug=free_slug(index, slugify(title) or product.slug), product=product, live=True)
    section.locale = locale
    if twin is not None:
        section.translation_key = twin.translation_key
    index.add_child(instance=section)
    return section


def lock(pages: QuerySet[Page]) -> Page:
    """The one page of these, locked: a tree's child is numbered by its parent, so two at once would clash."""
    return pages.select_for_update(of=("self",)).get()


def free_slug(parent: Page, slug: str) -> str:
    """`slug`, or with the first number that makes it unlike its siblings'."""
    taken = set(parent.get_children().filter(slug__startswith=slug).values_list("slug", flat=True))
    number = 1
    tried = slug
    while tried in taken:
        number += 1
        tried = f"{slug}-{number}"
    return tried


def add_article(section: FaqSection, article: Article) -> None:
    """Put a new article at the end of a section, under a slug of its own. Call it in a transaction."""
    parent = lock(FaqSection.objects.filter(pk=section.pk))
    article.locale_id = parent.locale_id
    article.slug = free_slug(parent, slugify(article.title) or "article")
    parent.add_child(instance=article)
