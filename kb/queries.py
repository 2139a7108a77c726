"""Reads across relations: what the help pages show. Each costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber, Substr
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page

from accounts.jobs import Job
from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Post, Thread
from community.queries.lists import Tree
from core.paging import paginate
from kb.models.credits import Credit
from kb.models.gaps import EditorialTask, Wanted
from kb.models.helpfulness import HelpedVote, Helpfulness
from kb.models.origins import Origin
from search.counting import digest

if TYPE_CHECKING:
    from kb.models.pages import Article, FaqSection, HelpIndexPage

# Articles of each section on the index; the section has them all.
FIRST = 5
NEAR = 4


def titles_of(paths: set[str]) -> dict[str, str]:
    """Titles of the articles at these paths of the site, for links in posts that show only an address. One query."""
    slugs = {path.rstrip("/").rsplit("/", 1)[-1] for path in paths}
    found = apps.get_model("kb", "Article").objects.shown().filter(slug__in=slugs)
    return {page.path_on_site: page.title for page in found if page.path_on_site in paths}


def index_page(index: HelpIndexPage) -> dict[str, Any]:
    """The sections with their first articles: two queries however many there are."""
    sections = list(index.get_children().live().order_by("path"))
    depth = index.depth + 1
    section_path = Substr("path", 1, depth * Page.steplen)
    articles = (
        Page.objects.descendant_of(index)
        .live()
        .filter(depth=depth + 1)
        .annotate(
            section=section_path,
            place=Window(RowNumber(), partition_by=[section_path], order_by=[F("path").asc()]),
        )
        .filter(place__lte=FIRST)
        .order_by("path")
    )
    by_section: dict[str, list[Page]] = {}
    for article in articles:
        by_section.setdefault(article.section, []).append(article)
    return {
        "sections": [(section, by_section.get(section.path, [])) for section in sections],
        "other_languages": other_languages(index),
    }


def section_page(section: FaqSection, *, cursor: str) -> dict[str, Any]:
    """One section's articles, newest first, a page at a time."""
    articles = section.get_children().live().filter(first_published_at__isnull=False)
    return {
        "crumbs": crumbs(section),
        "listed": paginate(articles, key="first_published_at", cursor=cursor),
        "other_languages": other_languages(section),
    }


def article_page(article: Article, *, viewer: Viewer, said: str = "") -> dict[str, Any]:
    """What stands beside an article: where it is, where it comes from, what is near, and whether it helped.

    `said` is what the reader just said of it, "yes" or "no"; else a member's earlier word counts.
    """
    origin = article.origin
    credits = list(Credit.objects.filter(article=article).select_related("member").order_by("role", "pk"))
    checked = article.checked_on or (origin.reviewed_at.date() if origin and origin.reviewed_at else None)
    return {
        "crumbs": crumbs(article),
        "origin": origin,
        "story": bool(credits) or (origin is not None and bool(origin.credit or origin.promoted_by_id)),
        "credits": credits,
        "source": source_of(origin, viewer),
        "checked_on": checked,
        "near": list(article.get_siblings(inclusive=False).live().order_by("-first_published_at")[:NEAR]),
        # The products are kept at hand for every list.
        "product": next((p for p in Tree.read(Viewer()).products if p.pk == article.product_id), None),
        "helpfulness": Helpfulness.objects.filter(article=article).first(),
        "said": said if said in ("yes", "no") else _said_before(article, viewer),
        "other_languages": other_languages(article),
    }


def _said_before(article: Article, viewer: Viewer) -> str:
    """What a member said of it before; nothing for a visitor, of whom nothing is kept."""
    if viewer.member_id is None:
        return ""
    vote = HelpedVote.objects.filter(article=article, member_id=viewer.member_id).first()
    return "" if vote is None else "yes" if vote.helped else "no"


def crumbs(page: Page) -> list[Page]:
    """The help pages above this one, from the index down."""
    return list(page.get_ancestors().filter(depth__gte=3).order_by("path"))


def source_of(origin: Origin | None, viewer: Viewer) -> Post | None:
    """The answer that an article comes from, where this viewer may see it."""
    if origin is None or origin.post_id is None or origin.thread_id is None:
        return None
    visible = Thread.objects.visible_to(viewer).filter(pk=origin.thread_id)
    return (
        Post.objects.visible_to(viewer)
        .filter(pk=origin.post_id, thread__in=visible)
        .select_related("thread", "author", "thread__author")
        .first()
    )


def other_languages(page: Page) -> list[dict[str, Any]]:
    """For the language links: the translation where there is one, else the other language's help."""
    names = {"en": "English", "fr": "Français"}
    here = page.locale.language_code
    found = {
        other.locale.language_code: other.get_url_parts()
        for other in page.get_translations().live().select_related("locale")
    }
    links = []
    for code, name in names.items():
        if code == here:
            continue
        parts = found.get(code)
        url = parts[2] if parts else ""
        links.append({"code": code, "name": name, "url": url or help_in(code), "translated": bool(url)})
    return links


def help_in(lang: str) -> str:
    """The address of the help index in a language."""
    with translation.override(lang):
        return reverse("help")


def article_of(post_id: int) -> Page | None:
    """The page that was made of an answer, first the one in the thread's own language; None when there is none."""
    origin = Origin.objects.filter(post_id=post_id).first()
    if origin is None:
        return None
    return Page.objects.filter(translation_key=origin.translation_key).order_by("pk").first()


# -- who is credited ------------------------------------------------------------------------------


def is_translation(article: Page) -> bool:
    """Whether the same article stands in another language, where it was begun earlier."""
    return article.get_translations().filter(pk__lt=article.pk).exists()


def authors_of(articles: Iterable[Page]) -> dict[int, list[int]]:
    """The members who wrote these articles, by article: whose answer it was first, then who is credited with them.

    A translation has the authors of what it was translated from. Two queries.
    """
    keys = {article.pk: article.translation_key for article in articles}
    found: dict[UUID, dict[int, None]] = {key: {} for key in keys.values()}
    origins = Origin.objects.filter(translation_key__in=found, credited__isnull=False)
    for key, member_id in origins.order_by("pk").values_list("translation_key", "credited_id"):
        found[key][member_id or 0] = None
    credits = Credit.objects.filter(article__translation_key__in=found, role=Credit.Role.AUTHOR)
    for key, member_id in credits.order_by("pk").values_list("article__translation_key", "member_id"):
        found[key].setdefault(member_id, None)
    return {pk: list(found[key]) for pk, key in keys.items()}


def translators_of(articles: Iterable[Page]) -> dict[int, list[int]]:
    """The members who translated these articles, by article. One query."""
    found: dict[int, list[int]] = {}
    credits = Credit.objects.filter(article__in=[article.pk for article in articles], role=Credit.Role.TRANSLATOR)
    for article_id, member_id in credits.order_by("pk").values_list("article_id", "member_id"):
        found.setdefault(article_id, []).append(member_id)
    return found


# -- what nothing answers yet ---------------------------------------------------------------------

TASKS_LISTED = 50
ARTICLES_OFFERED = 50


def editors() -> QuerySet[Member]:
    """Who may own a task: whoever edits help articles."""
    return (
        Member.objects.present()
        .filter(user__is_active=True, user__groups__name__in=[Job.MODERATOR, Job.OPERATOR])
        .distinct()
        .order_by("name", "pk")
    )


def tasks(*, lang: str | None) -> list[EditorialTask]:
    """What is to be written, the oldest first, and then what was settled last. Two queries."""
    rows = EditorialTask.objects.select_related("owner", "product", "article")
    if lang is not None:
        rows = rows.filter(lang=lang)
    still = rows.filter(state=EditorialTask.State.OPEN).order_by("created_at", "pk")[:TASKS_LISTED]
    settled = rows.exclude(state=EditorialTask.State.OPEN).order_by("-created_at", "-pk")[:10]
    return [*still, *settled]


def open_tasks(digests: set[str]) -> dict[tuple[str, str], int]:
    """The keys of open tasks for these searches, by language and digest. One query."""
    rows = EditorialTask.objects.filter(state=EditorialTask.State.OPEN, digest__in=digests)
    return {(lang, digest): pk for pk, lang, digest in rows.values_list("pk", "lang", "digest")}


def wanted(*, lang: str | None) -> list[dict[str, Any]]:
    """Searches that members want to be told of and no task is open for: words, language, how many. One query."""
    task = EditorialTask.objects.filter(
        state=EditorialTask.State.OPEN, digest=OuterRef("digest"), lang=OuterRef("lang")
    )
    rows = Wanted.objects.filter(~Exists(task))
    if lang is not None:
        rows = rows.filter(lang=lang)
    found = (
        rows.values("text", "lang", "digest").annotate(members=Count("pk")).order_by("-members", "text")[:TASKS_LISTED]
    )
    return [dict(row) for row in found]


def is_wanted(*, text: str, lang: str, by: Viewer) -> bool:
    """Whether they want to be told of an answer to these normal words."""
    return Wanted.objects.filter(member_id=by.member_id or 0, lang=lang, digest=digest(text, lang)).exists()


def waiting_for(task: EditorialTask) -> int:
    """How many members want to hear of it."""
    return Wanted.objects.filter(digest=task.digest, lang=task.lang).count()


def articles_for(task: EditorialTask) -> list[Article]:
    """What may answer it: the articles of its language that were changed last, drafts among them, and its own."""
    rows = apps.get_model("kb", "Article").objects.filter(locale__language_code=task.lang)
    found = list(rows.order_by(F("latest_revision_created_at").desc(nulls_last=True), "-pk")[:ARTICLES_OFFERED])
    if task.article_id and all(each.pk != task.article_id for each in found):
        found.insert(0, task.article)  # type: ignore[arg-type]
    return found
