"""Searching, as pages and commands do it: the engine finds, the database decides what is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.viewer import Viewer
from search import editorial, engines, ranking, snippets
from search.analysis import base_of
from search.documents import SOURCES, Document, Shown
from search.engine import Counts, Filters, Found, Key, left_open
from search.models import Change

PAGE_SIZE = 20
# Nobody reads further; who gets here is better served by other words.
LAST_PAGE = 10
# Looked at beyond the page, so that it stays full when some of its hits may not be seen.
SPARE = 20
# As many waiting changes are looked at one by one; beyond (an import runs), counts are left out instead.
PENDING_MAX = 500
# Whatever an engine gives to what fits best, what editors pinned stands above it.
PINNED = 1_000.0


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found that this viewer may see.

    `title` and `snippet` are HTML, with `<mark>` around matches. `answer` is plain text, and only that of
    the best suggestion is filled in.
    """

    shown: Shown
    score: float
    title: SafeString
    snippet: SafeString
    answer: str = ""
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits.

    `total` counts what this viewer may see: exact up to a few pages, an estimate beyond (`about`), None
    while the index is too far behind to tell. `loosened`: these hold only some of the words. `meant`: what was
    searched for, where words that nothing holds were taken for others. `foreign`: all of these are in another
    language than the reader's.
    """

    hits: list[Hit]
    total: int | None
    about: bool
    page: int
    has_more: bool
    loosened: bool
    meant: str = ""
    foreign: bool = False
    # What other filters would find; None where that was not asked, or cannot be told now.
    counts: Counts | None = None

    @property
    def before(self) -> int | None:
        """The page before; None for the first, which needs no number in its address."""
        return self.page - 1 if self.page > 2 else None

    @property
    def after(self) -> int:
        return self.page + 1


def query(
    *,
    text: str,
    viewer: Viewer,
    kinds: Collection[str] | None = None,
    product: int | None = None,
    topic: int | None = None,
    solved: bool | None = None,
    lang: str,
    page: int = 1,
    count: bool = False,
) -> Results:
    """Threads and articles in one ranked list. Any text is fine. Raises `search.engine.Unavailable`.

    `count` asks for what other filters would find, too.
    """
    page = min(max(page, 1), LAST_PAGE)
    hidden, behind = _hidden(viewer)
    wanted = page * PAGE_SIZE + SPARE
    filters = Filters(kinds=tuple(kinds) if kinds else None, product=product, topic=topic, solved=solved)
    pins = _pins(text, lang, viewer)
    pinned = [(shown, PINNED) for shown, document in pins if _fits(document, filters)]
    without = hidden | {Key(shown.kind, shown.object_id) for shown, _ in pins}
    answer = engines.current().query(text, lang=lang, filters=filters, without=without, limit=wanted)
    below = _seen(answer.found, viewer)
    complete = answer.total <= len(answer.found)
    total = len(pinned) + (len(below) if complete else answer.total - (len(answer.found) - len(below)))
    seen = [*pinned, *below]
    counts = None
    if count and not behind:
        counts = engines.current().counts(
            answer.meant or text, lang=lang, filters=filters, without=without, any_of=answer.any_of
        )
        counts = _with_pins(counts, [document for _, document in pins], filters)
    here = seen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_with_snippets(editorial.widened(answer.meant or text, lang), here),
        total=None if behind and not complete else total,
        about=not complete,
        page=page,
        has_more=page < LAST_PAGE and len(seen) > page * PAGE_SIZE,
        loosened=answer.loosened and bool(below),
        meant=answer.meant if below else "",
        counts=counts,
        foreign=bool(here) and not any(base_of(shown.lang) == base_of(lang) for shown, _ in seen),
    )


def similar(
    *,
    title: str,
    body: str = "",
    product: int | None = None,
    viewer: Viewer,
    lang: str,
    limit: int = 5,
    least: float = ranking.SURE,
) -> list[Hit]:
    """What may answer a question that is being written; empty when nothing fits. Raises Unavailable.

    `least` is how sure it must be, 0 to 1, as `search.engine.Found` says it.
    """
    hidden, _ = _hidden(viewer)
    pinned = [(shown, PINNED) for shown, _ in _pins(title, lang, viewer)]
    hidden |= {Key(shown.kind, shown.object_id) for shown, _ in pinned}
    answer = engines.current().similar(title, body, lang=lang, product=product, without=hidden, limit=limit + SPARE)
    sure = [each for each in answer.found if each.sure >= least]
    return _suggestions([*pinned, *_seen(sure, viewer)][:limit])


def suggest(*, text: str, viewer: Viewer, lang: str, limit: int = 5) -> list[Hit]:
    """What to offer while somebody types a search. Raises Unavailable."""
    hidden, _ = _hidden(viewer)
    pinned = [(shown, PINNED) for shown, _ in _pins(text, lang, viewer)]
    hidden |= {Key(shown.kind, shown.object_id) for shown, _ in pinned}
    answer = engines.current().query(
        text, lang=lang, filters=Filters(), without=hidden, limit=limit + SPARE, typing=True
    )
    sure = [each for each in answer.found if each.sure >= ranking.SURE_TYPED]
    return _suggestions([*pinned, *_seen(sure, viewer)][:limit])


def _pins(text: str, lang: str, viewer: Viewer) -> list[tuple[Shown, Document]]:
    """What editors want first for this search, as far as this viewer may see it.

    Only what everybody may read is pinned: what was made private since is in no source's documents.
    """
    keys = editorial.pinned(text, lang)
    if not keys:
        return []
    shown = _shown(keys, viewer)
    documents = _documents(shown)
    return [(shown[key], documents[key]) for key in keys if key in shown and key in documents]


def _with_pins(counts: Counts, pins: list[Document], filters: Filters) -> Counts:
    """The engine was told to leave pins out, so they are counted here."""
    own = left_open(filters)
    kinds, products, topics = dict(counts.kinds), dict(counts.products), dict(counts.topics)
    solved = counts.solved
    for each in pins:
        if _fits(each, own["kinds"]):
            kinds[each.kind] = kinds.get(each.kind, 0) + 1
        if _fits(each, own["products"]):
            for product in {*each.product_ids, each.product_id} - {None}:
                products[product] = products.get(product, 0) + 1  # type: ignore[index, arg-type]
        if each.topic_id and _fits(each, own["topics"]):
            topics[each.topic_id] = topics.get(each.topic_id, 0) + 1
        solved += each.solved and _fits(each, own["solved"])
    return Counts(kinds, products, topics, solved)


def _fits(document: Document, filters: Filters) -> bool:
    """Whether the engine would take it for these filters."""
    return (
        (filters.kinds is None or document.kind in filters.kinds)
        and (filters.product is None or filters.product in (document.product_id, *document.product_ids))
        and (filters.topic is None or document.topic_id == filters.topic)
        and (filters.solved is None or document.solved == filters.solved)
    )


def _hidden(viewer: Viewer) -> tuple[set[Key], bool]:
    """Keys that wait to be taken out of the index as far as this viewer is concerned, and whether there
    were too many waiting to look at."""
    pending = [Key(*row) for row in Change.objects.order_by("-pk").values_list("kind", "object_id")[: PENDING_MAX + 1]]
    keys = set(pending[:PENDING_MAX])
    return keys - set(_shown(keys, viewer)), len(pending) > PENDING_MAX


def _seen(found: Iterable[Found], viewer: Viewer) -> list[tuple[Shown, float]]:
    """What of it this viewer may see now, in the same order."""
    found = list(found)
    shown = _shown({each.key for each in found}, viewer)
    return [(shown[each.key], each.score) for each in found if each.key in shown]


def _shown(keys: Iterable[Key], viewer: Viewer) -> dict[Key, Shown]:
    """One question to each kind's source."""
    return {
        Key(kind, object_id): shown
        for kind, wanted in _by_kind(keys).items()
        for object_id, shown in SOURCES[kind].shown(wanted, viewer).items()
    }


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    """Those of the kinds that there are."""
    ids: dict[str, list[int]] = {}
    for kind, object_id in keys:
        if kind in SOURCES:
            ids.setdefault(kind, []).append(object_id)
    return ids


def _documents(keys: Iterable[Key]) -> dict[Key, Document]:
    """What the database says of these now, of those that everybody may read."""
    return {
        Key(kind, document.object_id): document
        for kind, wanted in _by_kind(keys).items()
        for document in SOURCES[kind].documents(wanted)
    }


def _with_snippets(text: str, pairs: list[tuple[Shown, float]]) -> list[Hit]:
    """Snippets are cut from what the database says now: an index that lags must not quote what was removed."""
    documents = _documents(Key(shown.kind, shown.object_id) for shown, _ in pairs)
    marker = snippets.Marker(text)
    hits = []
    for shown, score in pairs:
        document = documents.get(Key(shown.kind, shown.object_id))
        hits.append(
            Hit(
                shown=shown,
                score=score,
                title=marker.whole(shown.title, shown.lang),
                snippet=marker.snippet(document.body if document else shown.text, shown.lang),
                product_id=document.product_id if document else None,
            )
        )
    return hits


def _suggestions(pairs: list[tuple[Shown, float]]) -> list[Hit]:
    """The best one comes with the words that solve it, as the database has them now."""
    hits: list[Hit] = []
    for shown, score in pairs:
        answer = ""
        if not hits:
            document = next(iter(SOURCES[shown.kind].documents([shown.object_id])), None)
            answer = (document.answer if document else "") or shown.text
        title, snippet = snippets.escaped(shown.title), snippets.escaped(shown.text)
        hits.append(Hit(shown=shown, score=score, title=title, snippet=snippet, answer=answer))
    return hits
