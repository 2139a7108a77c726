"""Questions in Elasticsearch's terms.

What was typed goes only where text is analysed, never where it is parsed: so nothing typed is syntax, and nothing
typed raises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from search import analysis
from search.elastic.words import Asked
from search.embedded.queries import OTHER_LANGUAGE_WEIGHT
from search.embedded.schema import key_text
from search.engine import Filters, Key

# Weights are for a BM25 with the factor k1 + 1, which Elasticsearch keeps where Lucene has dropped it.
# What a title that begins like the word being typed is worth, as a BM25 of that word.
START = 6.0

# Up to so many words that are needed, those that hold them all come before the rest.
EXACT = 2

NOTHING = Q("match_none")


def scored(asked: Asked, *, lang: str, title: float, body: float) -> list[Query]:
    """What each word adds to a document that holds it, as parts of one flat query.

    Together in one `match` they would be a query within the query: twice the time, thrice for common words.
    """
    parts = []
    for group, words in asked.words.items():
        best: dict[str, float] = {}
        for forms in words:
            for word, weight in forms.items():
                best[word] = max(weight, best.get(word, 0.0))
        for word, weight in best.items():
            parts += _matches(_text([word], group), group, title=weight * title, body=weight * body, lang=lang)
    if asked.start:
        parts.append(Q("constant_score", filter=_begun(asked.start), boost=START * title))
    return parts


def more(telling: Mapping[str, Iterable[str]], *, lang: str, title: float, body: float) -> list[Query]:
    """What terms add that tell of a longer text, by language."""
    return [
        Q("term", **{f"{field}_{group}": {"value": term, "boost": _in(group, lang) * weight}})
        for group, terms in telling.items()
        for field, weight in (("title", title), ("body", body))
        if weight
        for term in terms
    ]


def plain(parts: Iterable[Query]) -> list[dict[str, Any]]:
    """As they are sent, made once for all questions that share them."""
    return [each.to_dict() for each in parts]


def any_of(parts: list[dict[str, Any]], within: Iterable[Query], hidden: Iterable[Query]) -> dict[str, Any]:
    """What holds one of the parts. These stand beside the filters: so what cannot be among the best is passed over."""
    found = {"should": parts, "minimum_should_match": 1, "filter": plain(within), "must_not": plain(hidden)}
    return {"bool": found}


def holding(asked: Asked, *, all_of: bool) -> Query:
    """Documents in any language that hold the words: enough of them if `all_of`, else any."""
    groups = []
    for group, words in asked.words.items():
        each = [Q("match", **{f"words_{group}": _text(forms, group)}) for forms in words]
        if asked.start and each:
            each[-1] = Q("bool", should=[each[-1], _begun(asked.start)])
        elif asked.start:
            each = [_begun(asked.start)]
        if each:
            needed = min(max(asked.needed[group], 1), len(each)) if all_of else 1
            groups.append(Q("bool", should=each, minimum_should_match=needed))
    return Q("bool", should=groups, minimum_should_match=1) if groups else NOTHING


def narrowed(filters: Filters, since: datetime | None = None) -> list[Query]:
    """What a document must be beside matching; changes no score."""
    within = []
    if filters.kinds is not None:
        within.append(Q("terms", kind=list(filters.kinds)))
    for field, value in (("products", filters.product), ("topic", filters.topic)):
        if value is not None:
            within.append(number(field, value))
    if filters.solved is not None:
        within.append(Q("term", solved=filters.solved))
    if since is not None:
        within.append(Q("range", at={"gte": since.isoformat()}))
    if filters.until is not None:
        within.append(Q("range", at={"lt": filters.until.isoformat()}))
    return within


def hidden(without: Collection[Key]) -> list[Query]:
    """What a document must not be."""
    return [Q("ids", values=[key_text(key) for key in without])] if without else []


def number(field: str, value: int) -> Query:
    """A key that no row can have finds nothing, rather than raising for a number out of range."""
    return Q("term", **{field: value}) if 0 <= value < 2**63 else NOTHING


def _begun(start: str) -> Query:
    return Q("prefix", starts={"value": start})


def _text(words: Iterable[str], group: str) -> str:
    return analysis.prepare(" ".join(words), group)


def _matches(text: str, group: str, *, title: float, body: float, lang: str) -> list[Query]:
    return [
        Q("match", **{field: {"query": text, "boost": _in(group, lang) * weight}})
        for field, weight in ((f"title_{group}", title), (f"body_{group}", body))
        if weight
    ]


def _in(group: str, lang: str) -> float:
    """What is written in another language than the reader's counts a little less."""
    return 1.0 if group == analysis.group_of(lang) else OTHER_LANGUAGE_WEIGHT
