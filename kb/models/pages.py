"""Wagtail's pages. `/help/` is the index of each language; sections hold articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.url_routing import RouteResult

from accounts.viewer import Viewer
from community.models import Product, Topic
from core.text import plain
from core.visitors import mark
from kb.blocks import Body
from kb.models.origins import Origin
from kb.models.panels import AnswerGone, CreditsLink
from kb.queries import article_page, index_page, section_page
from kb.rights import ArticlePermissions


class HelpPage(Page):
    """What all of them share. Everything under help is public: no page is kept for some people."""

    private_page_options: ClassVar[list[str]] = []
    promote_panels = [FieldPanel("slug"), FieldPanel("search_description")]

    class Meta:
        abstract = True

    @property
    def path_on_site(self) -> str:
        """The address from the host's root, with its language: "/en/help/…/"; "" for a page outside the site."""
        parts = self.get_url_parts()
        return parts[2] or "" if parts else ""

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return mark(super().serve(request, *args, **kwargs))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), **self.page_context(request)}

    def page_context(self, request: HttpRequest) -> dict[str, Any]:
        """What this page's template shows beside the page itself."""
        return {}


class HomePage(HelpPage):
    """The root of one language's tree. It is never shown: the site's own first page is a Django view."""

    is_creatable = False
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["kb.HelpIndexPage"]
    preview_modes: ClassVar[list[tuple[str, str]]] = []

    class Meta:
        verbose_name = _("root of a language")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Finds the page by its whole address, in two queries; Wagtail's own way takes two a level. Raises Http404."""
        path = self.url_path + "".join(f"{part}/" for part in path_components)
        page = None
        if path_components:
            # The slug has an index, the address has none.
            page = Page.objects.filter(slug=path_components[-1], url_path=path, live=True).first()
        if page is None:
            raise Http404
        return RouteResult(page.specific)


class HelpIndexPage(HelpPage):
    """`/help/`: the sections."""

    intro = models.TextField(_("Introduction"), blank=True)

    is_creatable = False
    template = "kb/index.html"
    parent_page_types = ["kb.HomePage"]
    subpage_types = ["kb.FaqSection"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("help index")

    def page_context(self, request: HttpRequest) -> dict[str, Any]:
        return index_page(self)


class FaqSection(HelpPage):
    """Articles about one product, or one matter."""

    intro = models.TextField(_("Introduction"), blank=True)
    product = models.ForeignKey(
        Product,
        verbose_name=_("Product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Promoted answers about this product, or a part of it, come here."),
    )

    template = "kb/section.html"
    parent_page_types = ["kb.HelpIndexPage"]
    subpage_types = ["kb.FaqArticle", "kb.Guide"]
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("product")]

    class Meta:
        verbose_name = _("section")

    def page_context(self, request: HttpRequest) -> dict[str, Any]:
        return section_page(self, cursor=request.GET.get("page", ""))


class ArticleQuerySet(PageQuerySet):
    def shown(self) -> ArticleQuerySet:
        """The only way to read articles for the public: published, in a place that anyone may see."""
        return self.live().public()


class Article(HelpPage):
    """What a FAQ article and a guide have in common: one table, so that one query reads both."""

    body = StreamField(Body(), verbose_name=_("Body"))
    product = models.ForeignKey(
        Product, verbose_name=_("Product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topic = models.ForeignKey(
        Topic, verbose_name=_("Topic"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_on = models.DateField(
        _("Last checked"), null=True, blank=True, help_text=_("When somebody last tried it and it was right.")
    )

    objects = PageManager.from_queryset(ArticleQuerySet)()

    is_creatable = False
    template = "kb/article.html"
    parent_page_types = ["kb.FaqSection"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        AnswerGone(
            _("The answer that this article was made of is no longer accepted, or was removed. Ask for changes.")
        ),
        *Page.content_panels,
        FieldPanel("body"),
        FieldPanel("product"),
        FieldPanel("topic"),
        FieldPanel("checked_on"),
        CreditsLink(),
    ]

    class Meta:
        verbose_name = _("article")

    def page_context(self, request: HttpRequest) -> dict[str, Any]:
        said = request.GET.get("helped", "")
        return article_page(self, viewer=getattr(request, "viewer", Viewer()), said=said)

    def permissions_for_user(self, user: Any) -> ArticlePermissions:
        return ArticlePermissions(user, self)

    @cached_property
    def origin(self) -> Origin | None:
        """Where it and its translations come from, in one query."""
        return (
            Origin.objects.filter(translation_key=self.translation_key)
            .select_related("post", "thread", "credited", "promoted_by", "reviewed_by")
            .first()
        )

    @property
    def words(self) -> str:
        """All of its text, plain: for the index and for snippets. Costs no query."""
        return " ".join(filter(None, (plain(part) for part in _texts(list(self.body.raw_data)))))

    @property
    def summary(self) -> str:
        """The answer in short, plain; else how its text begins."""
        for block in self.body.raw_data:
            if block["type"] == "lead":
                return plain(str(block["value"]))
        words = self.words
        return words if len(words) <= 300 else words[:300].rsplit(" ", 1)[0] + "…"


def _texts(value: Any) -> Iterator[str]:
    """Every text in a stream's raw data, in order; keys of rows are no text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        if "type" in value and "value" in value:
            yield from _texts(value["value"])
        else:
            for part in value.values():
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


class FaqArticle(Article):
    """The answer to one question."""

    is_creatable = True
    template = Article.template

    class Meta:
        verbose_name = _("FAQ article")


class Guide(Article):
    """How to do something from beginning to end."""

    is_creatable = True
    template = Article.template

    class Meta:
        verbose_name = _("guide")
