"""Every page of the access table as somebody sees it, drawn once: by each standing, with what a form answers, too.

Pages that are made of the same pieces are kept once. They are drawn from the tests' own world, so that they say the
same on every day, and hung in a browser without a server by `hanging.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone, translation

from accounts.viewer import Viewer
from core import views
from core.errors import TooMany
from tests.access.asking import address, fill
from tests.access.table import TABLE
from tests.access.world import STANDINGS, World
from tests.browser.shape import Piece, Shape

LANGUAGES = ("en", "fr")
HTMX = {"HX-Request": "true"}
# With what a page is asked for beside itself: other lists, a search that finds nothing, the words of a form.
QUERIES = {
    "community:list": ["?list=solved", "?list=unsolved", "?list=mine", "?q=nothing"],
    "community:ask": ["?title=No+data+since+I+moved"],
    "search:results": ["?q=data", "?q=data&kind=article", "?q=zzz", "?q=data&product=plan&topic=data"],
    "kb:searches": ["?days=7&lang=fr"],
    "rewards:figure_transfers": [
        "?figure=earned",
        "?figure=settled&age=0",
        "?figure=payee&year=2026",
        "?figure=debt&member=1",
    ],
    "rewards:figure_payees": ["?list=alerts"],
    "rewards:debts": ["?list=written-off"],
    "rewards:reviews": ["?list=withheld", "?list=appealed"],
    "search:similar": ["?title=No+data+since"],
    "search:suggest": ["?q=No+data+since"],
}
# Whose pages differ; where each standing sees its own.
READERS = ("anonymous", "asker", "moderator", "agent", "operator")
PERSONAL = {
    "community:thread",
    "community:ask",
    "community:member",
    "accounts:home",
    "rewards:credits",
    "rewards:payout",
    "care:requests",
    "search:results",
}
# After these nobody is there to read a page.
NOT_POSTED = {"account_logout", "accounts:erase"}
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|nonce=|"X-CSRFToken": )"[^"]*"')


@dataclass(frozen=True)
class Picture:
    """One page, or a part of one that htmx swaps in."""

    kind: str  # the page that it is in the end, or the status of one that says no
    name: str
    query: str
    standing: str
    lang: str
    how: str
    status: int
    html: str

    def __str__(self) -> str:
        return f"{self.name}{self.query} {self.how} by {self.standing} in {self.lang} ({self.status})"

    @property
    def whole(self) -> bool:
        return self.html.lstrip()[:9].lower() == "<!doctype"


def draw(world: World) -> list[Picture]:
    """All pages, in English. Whatever is written on the way is taken back."""
    kept: list[Picture] = []
    known: dict[str, set[Piece]] = {}
    for picture in (*_all(world), *_errors(world, "en")):
        pieces = Shape.of(picture.html).pieces
        if not pieces <= known.setdefault(picture.kind, set()):
            known[picture.kind] |= pieces
            kept.append(picture)
    return kept


def again(world: World, pictures: list[Picture], lang: str) -> list[Picture]:
    """The same pages in another world or language."""
    drawn = (_ask(world, one.standing, lang, one.name, one.query, one.how) for one in pictures)
    return [picture for picture in (*drawn, *_errors(world, lang)) if picture]


def with_all_pieces(pictures: list[Picture]) -> list[Picture]:
    """The fewest whole pages of ours that show every piece that any page has, the fullest first."""
    ours = [one for one in pictures if one.whole and not one.kind.startswith("wagtailadmin")]
    shapes = sorted(((Shape.of(one.html).pieces, one) for one in ours), key=lambda pair: -len(pair[0]))
    shown: set[Piece] = set()
    chosen = []
    for pieces, picture in shapes:
        if not pieces <= shown:
            shown |= pieces
            chosen.append(picture)
    return chosen


def _all(world: World) -> Iterator[Picture]:
    for name, (_keys, _data, get, post) in TABLE.items():
        readers = () if set(get) == {"m"} else STANDINGS if name in PERSONAL else READERS
        asked = [
            (standing, "read", query)
            for standing in readers
            # Who is sent away is sent away alike.
            if get[STANDINGS.index(standing)] not in set("sx-") & set(get[: STANDINGS.index(standing)])
            for query in ("", *QUERIES.get(name, []))
        ]
        # One of each outcome of sending: done, refused, not like that.
        for place, standing in enumerate(STANDINGS):
            if post[place] not in "m-" + post[:place] and name not in NOT_POSTED:
                # Who may not send it is refused whatever is in it.
                ways = ("sent", "sent by htmx") if post[place] in "sx" else ("sent", "sent empty", "sent by htmx")
                asked += [(standing, how, "") for how in ways]
        for standing, how, query in asked:
            if picture := _ask(world, standing, "en", name, query, how):
                yield picture


def _ask(world: World, standing: str, lang: str, name: str, query: str, how: str) -> Picture | None:
    """None for an answer that is no page."""
    if name not in TABLE:
        return None
    cache.clear()
    keys, data, _get, _post = TABLE[name]
    # Each request leaves its own language on.
    with translation.override(lang), transaction.atomic():
        path = address(name, keys, world) + query
        client = world.client(standing)
        client.raise_request_exception = False
        if how == "read":
            response = client.get(path, follow=True)
        else:
            sent = {} if how == "sent empty" else {field: fill(value, world) for field, value in data.items()}
            response = client.post(path, sent, follow=True, headers=HTMX if how == "sent by htmx" else None)
        transaction.set_rollback(True)
    if not str(response.get("Content-Type", "")).startswith("text/html") or response.streaming:
        return None
    html = TOKEN.sub(r'\1"token"', response.content.decode())
    kind = _kind(response.request["PATH_INFO"]) if response.status_code < 400 else f"{response.status_code}"
    return Picture(kind, name, query, standing, lang, how, response.status_code, html)


def _kind(path: str) -> str:
    """The name of the page that all redirects led to; changing one's language leads to the other's."""
    lang = path.split("/")[1]
    with translation.override(lang if lang in LANGUAGES else "en"):
        return resolve(path).view_name


def _errors(world: World, lang: str) -> Iterator[Picture]:
    """What no address shows while all is well."""
    with translation.override(lang):
        request = RequestFactory().get(f"/{lang}/")
        request.viewer = Viewer()  # type: ignore[attr-defined]
        stale = world.client("asker")
        stale.handler.enforce_csrf_checks = True
        typed = {"title": "A title", "details": "Words"}
        for name, draw_it in (
            ("400", lambda: views.bad_request(request, ValueError())),
            ("403", lambda: stale.post(address("community:ask", [], world), typed)),
            ("411", lambda: views.length_required(request)),
            ("413", lambda: views.too_large(request, 10 * 1024**2)),
            ("429", lambda: views.too_many(request, TooMany(timezone.now()))),
            ("500", lambda: views.server_error(request)),
        ):
            answer = draw_it()
            yield Picture(
                f"error {name}", name, "", "anonymous", lang, "error", answer.status_code, answer.content.decode()
            )
