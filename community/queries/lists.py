"""Lists of threads: which rows, in which order, how many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from accounts.viewer import Viewer
from community.models import Follow, MemberProduct, Product, Seen, State, Thread
from community.models.products import PRODUCTS_KEPT, PRODUCTS_KEY
from community.models.threads import ThreadQuerySet
from core.paging import Page, paginate

# What each list holds, and the column that orders it. `mine` and `followed` need somebody signed in.
LISTS = {
    "newest": "created_at",
    "active": "last_activity_at",
    "unanswered": "created_at",
    "unsolved": "created_at",
    "solved": "created_at",
    "mine": "created_at",
    "followed": "last_activity_at",
}
OWN_LISTS = ("mine", "followed")
UNSOLVED = (State.OPEN, State.ANSWERED, State.WITH_PERSON)


@dataclass(slots=True)
class Tree:
    """All products that can be asked about, and which of them the viewer owns."""

    products: list[Product]
    owned: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, viewer: Viewer) -> Tree:
        """One query for somebody signed in, none for a visitor while the products are in the cache."""
        products: list[Product] | None = cache.get(PRODUCTS_KEY)
        if products is None:
            products = list(Product.objects.current())
            cache.set(PRODUCTS_KEY, products, PRODUCTS_KEPT)
        if viewer.member is None:
            return cls(products)
        return cls(
            products, set(MemberProduct.objects.filter(member=viewer.member).values_list("product_id", flat=True))
        )

    def below(self, product: Product) -> list[int]:
        """The keys of a product and of all its descendants."""
        prefix = product.path or f"/{product.pk}/"
        return [product.pk, *(p.pk for p in self.products if p.pk != product.pk and p.path.startswith(prefix))]

    def own(self) -> list[int]:
        """What the viewer owns, with all below it."""
        return sorted({pk for product in self.products if product.pk in self.owned for pk in self.below(product)})

    def children(self, product: Product | None) -> list[Product]:
        parent = product.pk if product else None
        return [p for p in self.products if p.parent_id == parent]

    def ancestors(self, product: Product) -> list[Product]:
        """From the root down, without the product itself."""
        by_pk = {p.pk: p for p in self.products}
        keys = [int(part) for part in product.path.split("/") if part.isdigit()]
        return [by_pk[pk] for pk in keys if pk != product.pk and pk in by_pk]


def languages(viewer: Viewer, interface: str) -> tuple[str, ...]:
    """Those that the reader reads, as far as we know: the page's and the member's own."""
    own = viewer.member.language if viewer.member else interface
    return tuple(dict.fromkeys(code.split("-")[0] for code in (interface, own)))


def in_languages(langs: Sequence[str]) -> Q:
    """Threads written in one of these, in any of its regions ("fr" finds "fr-CA")."""
    found = Q(lang__in=langs)
    for lang in langs:
        found |= Q(lang__startswith=f"{lang}-")
    return found


def threads(which: str, viewer: Viewer) -> ThreadQuerySet:
    """The threads of one list, visible to this viewer; see LISTS."""
    if which == "mine":
        return Thread.objects.visible_to(viewer).filter(author_id=viewer.member_id)
    if which == "followed":
        followed = Follow.objects.filter(member=viewer.member).values("thread_id")
        return Thread.objects.visible_to(viewer).filter(pk__in=followed)
    listed = Thread.objects.listed()
    if which == "unanswered":
        return listed.filter(state=State.OPEN)
    if which == "unsolved":
        return listed.filter(state__in=UNSOLVED)
    if which == "solved":
        return listed.filter(state=State.SOLVED)
    return listed


def page(queryset: ThreadQuerySet, *, which: str, cursor: str, size: int = 30) -> Page[Any]:
    """One page of keys and versions only: the rows themselves are often drawn already."""
    key = LISTS[which]
    columns = dict.fromkeys(("pk", "version", "last_activity_at", key))
    return paginate(queryset.values_list(*columns, named=True), key=key, cursor=cursor, size=size)


def seen(viewer: Viewer, keys: Sequence[int]) -> dict[int, datetime]:
    """Up to when this reader has read each of these threads. One query; none for a visitor."""
    if viewer.member_id is None or not keys:
        return {}
    return dict(Seen.objects.filter(member_id=viewer.member_id, thread_id__in=keys).values_list("thread_id", "at"))


def rows(keys: Sequence[int]) -> list[Thread]:
    """Threads with what a row shows, in the order of their keys. One query."""
    found = Thread.objects.select_related("product").in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def versions(keys: Sequence[int]) -> list[Thread]:
    """Keys and versions of threads, in the order given. One query."""
    found = Thread.objects.only("pk", "version").in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]
