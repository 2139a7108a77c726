"""Cards of the community: for a thread, for what a list is about, for the first page. Only of what everybody sees."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from community.models import Product, Thread
from community.status import status
from core import brand, cards
from core.pictures import Card


def of_thread(thread: Thread) -> str:
    """The address of a thread's card; `product` is read with it."""
    return reverse("community:thread_card", args=[thread.pk, thread_version(thread)])


def thread_version(thread: Thread) -> str:
    return cards.version("thread", thread.pk, thread.version, thread.product.name)


def draw_thread(thread: Thread) -> Card:
    """Its title, and where it stands in words that stay true: no time is on it, which would pass."""
    # As of when it was asked: the words of a promise that has run out are a matter of the clock.
    stands = status(thread, thread.created_at)
    return Card(
        site=brand.current().name,
        colour=brand.current().drawn,
        title=thread.title,
        over=thread.product.name,
        state=stands.words,
        meaning=stands.meaning,
    )


def of_list(product: Product | None) -> str:
    """The address of the card of a list: of all questions, or of those about a product."""
    if product is None:
        return reverse("community:list_card", args=[list_version(None)])
    return reverse("community:product_card", args=[product.slug, list_version(product)])


def list_version(product: Product | None) -> str:
    return cards.version("list", product.name if product else "")


def draw_list(product: Product | None) -> Card:
    return Card(
        site=brand.current().name,
        colour=brand.current().drawn,
        title=product.name if product else _("Community"),
        over=_("Community") if product else "",
        state=_("Customers ask, customers answer. A person takes over when nobody does."),
    )


def of_home() -> str:
    """The address of the card of the first page, which stands for every page that has none of its own."""
    return reverse("card", args=[home_version()])


def home_version() -> str:
    return cards.version("home")


def draw_home() -> Card:
    worn = brand.current()
    return Card(
        site=worn.name,
        colour=worn.drawn,
        title=worn.said.get("home_heading") or _("What do you need?"),
        state=_("Find the answer, or ask: other customers answer, and a person takes over when nobody does."),
    )
