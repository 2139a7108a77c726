"""The tree of products, and their topics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from community.models import Product, Thread, Topic
from community.models.products import PRODUCTS_KEY
from community.permissions import check_may_arrange
from core.drawn import names_changed
from core.errors import Invalid
from core.text import clean_line, slugify
from events.record import record
from search.outbox import changed

# Threads told to the index at a time when a product moved.
CHUNK = 5_000


def make_product(
    *,
    slug: str,
    names: Mapping[str, str],
    now: datetime,
    parent: Product | None = None,
    position: int | None = None,
    by: Viewer | None = None,
) -> Product:
    """A product with its names by language, under its parent, after its sisters unless `position` says.

    `by` is None for the product itself (imports, the demo). Raises Invalid and Refused.
    """
    by = by or Viewer.system()
    with transaction.atomic():
        check_may_arrange(by, now)
        above = Product.objects.select_for_update(of=("self",)).get(pk=parent.pk) if parent else None
        slug, names = _checked(slug, names)
        if Product.objects.filter(slug=slug).exists():
            raise Invalid({"slug": _("There is a product of that name already.")})
        last = Product.objects.filter(parent=above).aggregate(last=Max("position"))["last"]
        product = Product.objects.create(
            slug=slug, names=names, parent=above, position=(last or 0) + 1 if position is None else position
        )
        product.path = f"{above.path if above else '/'}{product.pk}/"
        product.save(update_fields=["path"])
        transaction.on_commit(forget_products)
        record(verb="product.made", actor=by.member, obj=product, now=now, after={"slug": slug})
        return product


def make_topic(
    *,
    product: Product,
    slug: str,
    names: Mapping[str, str],
    now: datetime,
    ask_for: Mapping[str, str] | None = None,
    by: Viewer | None = None,
) -> Topic:
    """A topic of a product; `ask_for` says by language what helpers need to know. Raises Invalid and Refused."""
    by = by or Viewer.system()
    with transaction.atomic():
        check_may_arrange(by, now)
        product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        slug, names = _checked(slug, names)
        if product.topics.filter(slug=slug).exists():
            raise Invalid({"slug": _("There is a topic of that name already.")})
        last = product.topics.aggregate(last=Max("position"))["last"]
        topic = Topic.objects.create(
            product=product, slug=slug, names=names, ask_for=dict(ask_for or {}), position=(last or 0) + 1
        )
        record(verb="topic.made", actor=by.member, obj=topic, subject=product, now=now, after={"slug": slug})
        return topic


def retire(*, product: Product, now: datetime, by: Viewer | None = None) -> Product:
    """Nothing new is asked about it; what was written stays. Raises Refused."""
    by = by or Viewer.system()
    with transaction.atomic():
        check_may_arrange(by, now)
        product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        if product.retired_at is None:
            product.retired_at = now
            product.save(update_fields=["retired_at"])
            transaction.on_commit(forget_products)
            record(verb="product.retired", actor=by.member, obj=product, now=now)
        return product


def hang_under(*, product: Product, parent: Product | None, now: datetime, by: Viewer | None = None) -> Product:
    """Move a product with all below it under another (or to the root); the index hears of their threads.

    Locks the whole tree: it is small, and two moves at once could make a circle. Raises Invalid and Refused.
    """
    by = by or Viewer.system()
    with transaction.atomic():
        check_may_arrange(by, now)
        tree = {row.pk: row for row in Product.objects.select_for_update(of=("self",)).order_by("pk")}
        product, above = tree[product.pk], tree[parent.pk] if parent else None
        if above is not None and above.path.startswith(product.path):
            raise Invalid({"parent": _("A product cannot hang under itself.")})
        before, parent_before = product.path, product.parent_id
        product.parent, product.path = above, f"{above.path if above else '/'}{product.pk}/"
        if product.path == before:
            return product
        product.save(update_fields=["parent", "path"])
        below = Product.objects.filter(path__startswith=before)
        below.update(path=Concat(Value(product.path), Substr(F("path"), len(before) + 1)))
        transaction.on_commit(forget_products)
        record(
            verb="product.moved", actor=by.member, obj=product, now=now, before={"parent": parent_before},
            after={"parent": product.parent_id},
        )  # fmt: skip
        _index_threads(product.path)
        return product


def forget_products() -> None:
    """Have the products read anew; for after the commit of whatever changed them."""
    cache.delete(PRODUCTS_KEY)
    names_changed()


def _index_threads(path: str) -> None:
    chunk: list[int] = []
    threads = Thread.objects.listed().filter(product__path__startswith=path).values_list("pk", flat=True)
    for pk in threads.iterator(chunk_size=CHUNK):
        chunk.append(pk)
        if len(chunk) == CHUNK:
            changed("thread", chunk)
            chunk = []
    changed("thread", chunk)


def _checked(slug: str, names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    cleaned = {lang: clean_line(name)[:120] for lang, name in names.items()}
    cleaned = {lang: name for lang, name in cleaned.items() if name}
    if not cleaned:
        raise Invalid({"names": _("Give it a name.")})
    slug = slugify(slug)
    if not slug:
        raise Invalid({"slug": _("Give it an address of Latin letters and digits.")})
    return slug, cleaned
