"""Questions in Elasticsearch's terms.

What was typed goes only where text is analysed, never where it is parsed: so nothing typed is syntax, and nothing
typed raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from search import analysis
from search.embedded.queries import OTHER_LANGUAGE_WEIGHT, TITLE_WEIGHT, enough
from search.embedded.schema import key_text
from search.engine import Filters, Key

# Longer texts are cut: the first words say what somebody looks for.
TEXT_MAX = 1_000
TERMS_MAX = 32
# Of what a question's body says beside its title, when similar ones are looked for.
BODY_QUERY_WEIGHT = 0.3
# As in the embedded engine, whose scores are 2.2 times as high: there BM25 keeps the factor k1 + 1.
SAME_PRODUCT_BONUS = 2.0 / 2.2
# Of a word that only begins like the one being typed.
START_WEIGHT = 2.0
# All words, or half of those that are more than two; as `embedded.queries.enough`.
ENOUGH = "2<-50%"

_WORD = re.compile(r"[^\W_]+")
NOTHING = Q("match_none")


def words(text: str, *, lang: str, all_of: bool, typing: bool = False) -> Query:
    """Documents in any language that hold the words: enough of them if `all_of`, else any.

    With `typing`, the last word may be the start of one.
    """
    text = text[:TEXT_MAX]
    start = analysis.last_word(text) if typing else ""
    groups = []
    for group in analysis.LANGUAGES:
        prepared = analysis.prepare(text, group)
        if len(start) > 1:
            found = _with_start(prepared, start, group, all_of)
        else:
            found = Q(
                "bool", filter=[_holding(prepared, group, ENOUGH if all_of else "1")], should=_scores(prepared, group)
            )
        groups.append(_weighted(found, group, lang))
    return Q("dis_max", queries=groups)


def like(title: str, body: str, *, lang: str, product: int | None) -> Query:
    """Documents about the same as a question: enough words of its title; its body and product sort them."""
    title, body = title[:TEXT_MAX], body[:TEXT_MAX]
    groups = []
    for group in analysis.LANGUAGES:
        prepared = analysis.prepare(title, group)
        scores = _scores(prepared, group)
        if body.strip():
            scores += _scores(analysis.prepare(body, group), group, BODY_QUERY_WEIGHT)
        groups.append(_weighted(Q("bool", filter=[_holding(prepared, group, ENOUGH)], should=scores), group, lang))
    found = Q("dis_max", queries=groups)
    if product is None:
        return found
    same = Q("constant_score", filter=_number("products", product), boost=SAME_PRODUCT_BONUS)
    return Q("bool", must=[found], should=[same])


def narrowed(found: Query, filters: Filters, without: Collection[Key]) -> Query:
    """The same, only within the filters; they change no score."""
    within = []
    if filters.kinds is not None:
        within.append(Q("terms", kind=list(filters.kinds)))
    for field, value in (("products", filters.product), ("topic", filters.topic)):
        if value is not None:
            within.append(_number(field, value))
    if filters.solved is not None:
        within.append(Q("term", solved=filters.solved))
    hidden = [Q("ids", values=[key_text(key) for key in without])] if without else []
    return Q("bool", must=[found], filter=within, must_not=hidden) if within or hidden else found


def _number(field: str, value: int) -> Query:
    """A key that no row can have finds nothing, rather than raising for a number out of range."""
    return Q("term", **{field: value}) if 0 <= value < 2**63 else NOTHING


def _holding(text: str, group: str, needed: str) -> Query:
    """Whether title and body together hold that many of the words."""
    return Q("combined_fields", query=text, fields=[f"title_{group}", f"body_{group}"], minimum_should_match=needed)


def _scores(text: str, group: str, weight: float = 1.0) -> list[Query]:
    """What the words are worth in each field."""
    return [
        Q("match", **{f"title_{group}": {"query": text, "boost": TITLE_WEIGHT * weight}}),
        Q("match", **{f"body_{group}": {"query": text, "boost": weight}}),
    ]


def _with_start(text: str, start: str, group: str, all_of: bool) -> Query:
    """The words, the last one of which is itself or the start of a title's."""
    *before, last = _WORD.findall(text)
    each = [Q("bool", should=_scores(word, group)) for word in before[:TERMS_MAX] if analysis.term_of(word, group)]
    begun = Q("constant_score", filter=Q("prefix", starts={"value": start}), boost=START_WEIGHT)
    each.append(Q("dis_max", queries=[begun, Q("bool", should=_scores(last, group))]))
    return Q("bool", should=each, minimum_should_match=enough(len(each)) if all_of else 1)


def _weighted(query: Query, group: str, lang: str) -> Query:
    if group == analysis.group_of(lang):
        return query
    return Q("bool", must=[query], boost=OTHER_LANGUAGE_WEIGHT)
