"""Searching, as pages and commands do it: the engine finds, the database decides what is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.viewer import Viewer
from search import engines, ranking, snippets
from search.documents import SOURCES, Shown
from search.engine import Filters, Found, Key
from search.models import Change

PAGE_SIZE = 20
# Nobody reads further; who gets here is better served by other words.
LAST_PAGE = 10
# Looked at beyond the page, so that it stays full when some of its hits may not be seen.
SPARE = 20
# As many waiting changes are looked at one by one; beyond (an import runs), counts are left out instead.
PENDING_MAX = 500


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
) -> Results:
    """Threads and articles in one ranked list. Any text is fine. Raises `search.engine.Unavailable`."""
    page = min(max(page, 1), LAST_PAGE)
    hidden, behind = _hidden(viewer)
    wanted = page * PAGE_SIZE + SPARE
    filters = Filters(kinds=tuple(kinds) if kinds else None, product=product, topic=topic, solved=solved)
    answer = engines.current().query(text, lang=lang, filters=filters, without=hidden, limit=wanted)
    seen = _seen(answer.found, viewer)
    complete = answer.total <= len(answer.found)
    here = seen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    total = len(seen) if complete else answer.total - (len(answer.found) - len(seen))
    return Results(
        hits=_with_snippets(answer.meant or text, here),
        total=None if behind and not complete else total,
        about=not complete,
        page=page,
        has_more=page < LAST_PAGE and len(seen) > page * PAGE_SIZE,
        loosened=answer.loosened,
        meant=answer.meant,
        foreign=bool(here) and not any(_base(shown.lang) == _base(lang) for shown, _ in seen),
    )


def similar(
    *, title: str, body: str = "", product: int | None = None, viewer: Viewer, lang: str, limit: int = 5
) -> list[Hit]:
    """What may answer a question that is being written; empty when nothing fits. Raises Unavailable."""
    hidden, _ = _hidden(viewer)
    answer = engines.current().similar(title, body, lang=lang, product=product, without=hidden, limit=limit + SPARE)
    sure = [each for each in answer.found if each.sure >= ranking.SURE]
    return _suggestions(_seen(sure, viewer)[:limit])


def suggest(*, text: str, viewer: Viewer, lang: str, limit: int = 5) -> list[Hit]:
    """What to offer while somebody types a search. Raises Unavailable."""
    hidden, _ = _hidden(viewer)
    answer = engines.current().query(
        text, lang=lang, filters=Filters(), without=hidden, limit=limit + SPARE, typing=True
    )
    sure = [each for each in answer.found if each.sure >= ranking.SURE_TYPED]
    return _suggestions(_seen(sure, viewer)[:limit])


def _base(lang: str) -> str:
    """The language of a tag, without its region."""
    return lang.lower().split("-")[0]


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
    ids: dict[str, list[int]] = {}
    for kind, object_id in keys:
        if kind in SOURCES:
            ids.setdefault(kind, []).append(object_id)
    return {
        Key(kind, object_id): shown
        for kind, wanted in ids.items()
        for object_id, shown in SOURCES[kind].shown(wanted, viewer).items()
    }


def _with_snippets(text: str, pairs: list[tuple[Shown, float]]) -> list[Hit]:
    """Snippets are cut from what the database says now: an index that lags must not quote what was removed."""
    ids: dict[str, list[int]] = {}
    for shown, _ in pairs:
        ids.setdefault(shown.kind, []).append(shown.object_id)
    bodies = {
        Key(kind, document.object_id): document.body
        for kind, wanted in ids.items()
        for document in SOURCES[kind].documents(wanted)
    }
    marker = snippets.Marker(text)
    return [
        Hit(
            shown=shown,
            score=score,
            title=marker.whole(shown.title, shown.lang),
            snippet=marker.snippet(bodies.get(Key(shown.kind, shown.object_id), shown.text), shown.lang),
        )
        for shown, score in pairs
    ]


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
