"""The preview of what an editor teaches: one search, as it is answered now and as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation

from accounts.viewer import Viewer
from search import editorial, find
from search.engine import Key, Unavailable

if TYPE_CHECKING:
    from search.models import Taught

SHOWN = 6


def page(request: HttpRequest, row: Taught) -> HttpResponse:
    """Both answers beside each other, as somebody sees them who is not signed in, in the language of the row."""
    text = getattr(row, "tried", "") or _first_words(row)
    before = editorial.read()
    after = editorial.read(**_but(row), more=_alone(row))
    with translation.override(row.lang):
        context: dict[str, Any] = {"text": text, "lang": row.lang}
        try:
            context["before"] = _found(text, row.lang, before)
            context["after"] = _found(text, row.lang, after)
        except Unavailable:
            context["resting"] = True
        else:
            was = [hit.shown.url for hit in context["before"]]
            context["moved"] = {hit.shown.url for hit in context["after"]} - set(was)
            context["same"] = was == [hit.shown.url for hit in context["after"]]
        shown: Any = TemplateResponse(request, "search/trying.html", context)
        shown.render()
    # It stands in a frame of the editors' admin.
    shown._csp_replace = {"frame-ancestors": ["'self'"]}
    return shown  # type: ignore[no-any-return]


def _found(text: str, lang: str, table: editorial.Table) -> list[find.Hit]:
    with editorial.tried(table):
        return find.query(text=text, viewer=Viewer(), lang=lang).hits[:SHOWN] if text else []


def _alone(row: Any) -> editorial.Table:
    if hasattr(row, "words"):
        return editorial.table_of([(row.lang, row.words)], [])
    return editorial.table_of([], [(row.lang, row.queries, row.exact, [Key(*pair) for pair in row.found])])


def _but(row: Any) -> dict[str, int]:
    return {"synonyms_but" if hasattr(row, "words") else "pins_but": row.pk or 0}


def _first_words(row: Any) -> str:
    line = (getattr(row, "words", "") or getattr(row, "queries", "")).strip().partition("\n")[0]
    return line.partition("=>")[0].partition(",")[0].strip() if hasattr(row, "words") else line.strip()
