"""Help articles, as the index and the pages of results read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from accounts.viewer import Viewer
from kb.models import Article
from search.documents import Document, Shown


class ArticleSource:
    """Published articles of both kinds."""

    kind = "article"

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        for article in Article.objects.shown().filter(pk__in=ids).select_related("locale", "product"):
            path = article.product.path if article.product else ""
            yield Document(
                kind=self.kind,
                object_id=article.pk,
                lang=article.locale.language_code,
                title=article.title,
                body=article.words,
                product_id=article.product_id,
                topic_id=article.topic_id,
                product_ids=tuple(int(key) for key in path.split("/") if key),
                solved=True,
                at=article.last_published_at,
                lasting=True,
            )

    def ids(self) -> Iterator[int]:
        yield from Article.objects.shown().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)

    def at(self, path: str) -> int | None:
        """By its slug, which has an index, and then by all of its address."""
        slug = path.rstrip("/").rpartition("/")[2]
        found = Article.objects.shown().filter(slug=slug).order_by("pk")[:20] if slug else ()
        return next((article.pk for article in found if article.path_on_site == path), None)

    def shown(self, ids: Sequence[int], viewer: Viewer) -> dict[int, Shown]:
        articles = Article.objects.shown().filter(pk__in=ids).select_related("locale", "product")
        return {
            article.pk: Shown(
                kind=self.kind,
                object_id=article.pk,
                url=article.path_on_site,
                title=article.title,
                lang=article.locale.language_code,
                text=article.words,
                solved=True,
                at=article.last_published_at,
                product=article.product.name if article.product else "",
            )
            for article in articles
        }
