"""Lists of threads: which rows, in which order, how many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

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
    "ideas": "created_at",
    "mine": "created_at",
    "followed": "last_activity_at",
}
OWN_LISTS = ("mine", "followed")
# The states that a list holds; all where it names none.
STATES = {
    "unanswered": (State.OPEN,),
    "unsolved": (State.OPEN, State.ANSWERED, State.WITH_PERSON),
    "solved": (State.SOLVED,),
    # Their states are their own, so that they need no index of their own.
    "ideas": (State.IDEA, State.ADOPTED),
}
_LANGUAGES = "threads:languages"
# From one language in the index to the next: there are few, and a million threads in each.
_KNOWN = """
WITH RECURSIVE known(lang) AS (
    SELECT min(lang_base) FROM community_thread WHERE visibility = 'public' AND removed_at IS NULL
    UNION ALL
    SELECT (SELECT min(lang_base) FROM community_thread
            WHERE visibility = 'public' AND removed_at IS NULL AND lang_base > known.lang)
    FROM known WHERE known.lang IS NOT NULL
)
SELECT lang FROM known WHERE lang IS NOT NULL
"""


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


def other_languages(langs: Sequence[str]) -> list[str]:
    """What else threads are written in. One query, kept for a few minutes."""
    known: list[str] | None = cache.get(_LANGUAGES)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN)
            known = [lang for (lang,) in cursor.fetchall()]
        cache.set(_LANGUAGES, known, 300)
    return [lang for lang in known if lang not in langs]


def threads(which: str, viewer: Viewer) -> ThreadQuerySet:
    """The threads of one list, visible to this viewer; see LISTS, and `STATES` for what it narrows further."""
    if which == "mine":
        return Thread.objects.visible_to(viewer).filter(author_id=viewer.member_id)
    if which == "followed":
        followed = Follow.objects.filter(member=viewer.member).values("thread_id")
        return Thread.objects.visible_to(viewer).filter(pk__in=followed)
    return Thread.objects.listed()


def page(
    queryset: ThreadQuerySet, *, which: str, cursor: str, among: Mapping[str, Sequence[Any]], size: int = 30
) -> Page[Any]:
    """One page of keys and versions only: the rows themselves are often drawn already. `among` as in `paginate`."""
    key = LISTS[which]
    columns = dict.fromkeys(("pk", "version", "last_activity_at", key))
    if which in STATES:
        among = {**among, "state": STATES[which]}
    return paginate(queryset.values_list(*columns, named=True), key=key, cursor=cursor, size=size, among=among)


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
