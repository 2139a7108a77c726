"""Atom feeds: new questions, in the whole community and about a product; what is new in a thread. Nothing private."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community.models import Post, Product, Thread
from community.queries.lists import Tree
from core import brand
from core.paging import newest

SIZE = 30


class PostFeed(Feed):
    """Posts as entries: the title of their thread, their words, who wrote them."""

    feed_type = Atom1Feed

    def item_title(self, item: Post) -> str:
        return item.thread.title

    def item_description(self, item: Post) -> str:
        return item.html

    def item_link(self, item: Post) -> str:
        return item.thread.canonical_path + ("" if item.is_opening else f"#{item.anchor}")

    def item_author_name(self, item: Post) -> str:
        return item.author.shown_name

    def item_pubdate(self, item: Post) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Post) -> datetime:
        return item.edited_at or item.created_at

    def item_guid(self, item: Post) -> str:
        return f"tag:entraide,post:{item.pk}"


def _openings(products: Sequence[int] | None = None) -> list[Post]:
    """The opening posts of the newest public questions: the keys first, by their index."""
    among = {} if products is None else {"product_id": products}
    threads = newest(Thread.objects.listed().without_ideas(), key="created_at", most=SIZE, among=among)
    posts = Post.objects.visible_to(Viewer()).filter(
        thread_id__in=list(threads.values_list("pk", flat=True)), is_opening=True
    )
    return list(posts.select_related("author", "thread").order_by("-created_at", "-pk"))


class NewestFeed(PostFeed):
    """The newest questions."""

    def title(self) -> str:
        return f"{_('New questions')} · {brand.current().name}"

    def link(self) -> str:
        return reverse("community:list")

    def items(self) -> list[Post]:
        return _openings()


class ProductFeed(PostFeed):
    """The newest questions about a product and what belongs to it."""

    def get_object(self, request: HttpRequest, product: str) -> Product:
        found = Product.objects.filter(slug=product).first()
        if found is None:
            raise Http404
        return found

    def title(self, obj: Product) -> str:
        return f"{_('New questions: %(product)s') % {'product': obj.name}} · {brand.current().name}"

    def link(self, obj: Product) -> str:
        return reverse("community:product", args=[obj.slug])

    def items(self, obj: Product) -> list[Post]:
        return _openings(Tree.read(Viewer()).below(obj))


class ThreadFeed(PostFeed):
    """The posts of one thread, newest first."""

    def get_object(self, request: HttpRequest, pk: int) -> Thread:
        found = Thread.objects.visible_to(Viewer()).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def title(self, obj: Thread) -> str:
        return f"{obj.title} · {brand.current().name}"

    def link(self, obj: Thread) -> str:
        return obj.canonical_path

    def items(self, obj: Thread) -> list[Post]:
        posts = Post.objects.visible_to(Viewer()).filter(thread=obj)
        return list(posts.select_related("author", "thread").order_by("-created_at", "-pk")[:SIZE])
