"""Lists of threads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.viewer import viewer_of
from community.models import Product, Topic
from community.queries import lists
from community.views.common import now, sign_in
from core import drawn, frames
from core.visitors import same_for_visitors

# Another list that has something to offer where this one is empty.
_ELSEWHERE = {"followed": "newest", "unanswered": "unsolved", "solved": "unsolved"}
# Where `parts/rows.html` lets a reader's own marks be laid over a row.
_MARKED = re.compile(r'<(?:li|p) class="[a-z]+" data-(?P<what>row|say)="(?P<pk>[0-9]+)">')


@dataclass(frozen=True, slots=True)
class Place:
    """What a list is about: nothing, a product, or one of its topics."""

    product: Product | None = None
    topic: Topic | None = None
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists: its name, what the address says of it ("" for the first), and its words."""

    name: str
    given: str
    words: str


@require_safe
@same_for_visitors
def thread_list(request: HttpRequest, product: str = "", topic: str = "") -> HttpResponse:
    """One list: which one, about what, in whose languages, from which cursor on."""
    viewer = viewer_of(request)
    which = request.GET.get("list", "newest")
    if which not in lists.LISTS:
        raise Http404
    if which in lists.OWN_LISTS and not viewer.is_signed_in:
        return sign_in(request, request.get_full_path())
    tree = lists.Tree.read(viewer)
    place = _place(tree, product, topic)
    only_own = request.GET.get("products") == "yours" and bool(tree.owned) and place.product is None
    queryset = lists.threads(which, viewer)
    among: dict[str, Sequence[Any]] = {}
    if place.topic is not None:
        queryset = queryset.filter(topic=place.topic)
    elif place.product is not None:
        among["product_id"] = tree.below(place.product)
    elif only_own:
        among["product_id"] = tree.own()
    langs = lists.languages(viewer, get_language() or "en")
    # The reader's languages come first; when they run out, the list goes on with the others.
    others = request.GET.get("in") == "other"
    by_language = which not in lists.OWN_LISTS
    if by_language:
        among["lang_base"] = lists.other_languages(langs) if others else langs
    page = lists.page(queryset, which=which, cursor=request.GET.get("at", ""), among=among)
    rows = marked(
        drawn_rows([(thread.pk, thread.version) for thread in page.rows], now()),
        lists.seen(viewer, [thread.pk for thread in page.rows]),
        page.rows,
    )

    def context() -> dict[str, Any]:
        return {
            "which": which,
            "place": place,
            "tree": tree,
            "only_own": only_own,
            "owned": [p for p in tree.products if p.pk in tree.owned],
            "branch": tree.children(place.product),
            "above": tree.ancestors(place.product) if place.product else [],
            "page": page,
            "rows": rows,
            "others": others,
            "offer_others": by_language and not others and not page.older,
            "title": _title(place),
            "tabs": _tabs(signed_in=viewer.is_signed_in),
            "empty": _empty(which),
            # Where nothing is followed or waits, the next step is to read; elsewhere it is to ask.
            "elsewhere": _ELSEWHERE.get(which, ""),
        }

    if not viewer.is_signed_in or not frames.is_possible(request):
        return render(request, "community/list.html", context())
    key = drawn.key("list page", request.get_full_path(), viewer.kind, viewer.verified, langs, sorted(tree.owned))
    named = (*tree.products, *place.topics, *filter(None, (place.product, place.topic)))
    stamp = (page.newer, page.older, bool(rows), tuple((each.slug, each.name) for each in named))
    frame = frames.shelf.get(key, stamp)
    if frame is None:
        own = {"viewer": viewer.unnamed(), "rows": rows and frames.room("rows")}
        frame = frames.drawn_for_many(request, "community/list.html", context() | own, key=key, stamp=stamp)
    return frame.filled(request, {"rows": rows})


def drawn_rows(keys: list[tuple[int, int]], at: datetime, *, level: int = 2) -> SafeString:
    """The finished rows of these threads (key, version): one block that holds nothing of the reader.

    Kept in the cache for each language and time zone; drawn again when a version or the step of the clock changes.
    Costs no query when it is there, one otherwise. `level` is that of the rows' headings.
    """
    if not keys:
        return SafeString("")
    what = hashlib.blake2b(repr(keys).encode(), digest_size=16).hexdigest()
    key = drawn.key("rows", what, level)
    html = cache.get(key)
    if html is None:
        threads = lists.rows([pk for pk, _version in keys])
        html = render_to_string("community/parts/rows.html", {"threads": threads, "now": at, "level": level})
        cache.set(key, html, drawn.STEP)
    return mark_safe(html)  # drawn by our own template, which escapes


def marked(html: SafeString, read: Mapping[int, datetime], threads: Iterable[Any]) -> SafeString:
    """Finished rows with what this reader has read marked as read, or as having news since; see `drawn_rows`.

    `read` is up to when by thread, `threads` have `pk` and `last_activity_at`. Nothing of it enters the kept block.
    """
    if not read:
        return html
    news = {thread.pk: thread.last_activity_at > read[thread.pk] for thread in threads if thread.pk in read}
    words = format_html('<span class="since">{}</span> ', _("New since you were here."))

    def each(found: re.Match[str]) -> str:
        changed = news.get(int(found["pk"]))
        if changed is None:
            return found[0]
        if found["what"] == "say":
            return f"{found[0]}{words}" if changed else found[0]
        return found[0].replace('class="row"', f'class="row {"changed" if changed else "read"}"')

    return mark_safe(_MARKED.sub(each, html))  # our own block, with words that are escaped


def _place(tree: lists.Tree, product: str, topic: str) -> Place:
    """What the address names, with the topics beside it: one query for a product, none without. Raises Http404."""
    if not product:
        return Place()
    # A retired product is in no choice, but what was written about it stays readable.
    found = next((p for p in tree.products if p.slug == product), None) or Product.objects.filter(slug=product).first()
    if found is None:
        raise Http404
    topics = list(found.topics.all())
    chosen = next((t for t in topics if t.slug == topic), None)
    if topic and chosen is None:
        raise Http404
    return Place(found, chosen, tuple(t for t in topics if t.retired_at is None))


def _title(place: Place) -> str:
    if place.topic:
        return place.topic.name
    return place.product.name if place.product else _("Community")


def _tabs(*, signed_in: bool) -> list[Tab]:
    words = {
        "newest": _("Latest"),
        "active": _("Active"),
        "unanswered": _("Nobody has answered yet"),
        "unsolved": _("Unsolved"),
        "solved": pgettext("tab", "Solved"),
        "ideas": _("Ideas"),
        "mine": _("Yours"),
        "followed": _("Followed"),
    }
    names = [name for name in lists.LISTS if signed_in or name not in lists.OWN_LISTS]
    return [Tab(name, "" if name == "newest" else name, words[name]) for name in names]


def _empty(which: str) -> str:
    """What would be in this list."""
    words = {
        "newest": _("No question yet. When somebody asks one, it stands here first."),
        "active": _("Nothing has happened here yet. Threads with news will stand here first."),
        "unanswered": _("Every question has an answer. A new one will stand here until somebody answers."),
        "unsolved": _("Nothing is open here. A new question will stand here until it is solved."),
        "solved": _("Nothing is solved here yet. Accepted answers will stand here."),
        "ideas": _("No idea yet. What customers wish for, and what the team adopts of it, will stand here."),
        "mine": _(
            "You have not asked anything yet. Your questions stay here, with the hour by which a person takes over."
        ),
        "followed": _("You follow nothing yet. Threads that you follow stay here, newest activity first."),
    }
    return words[which]
