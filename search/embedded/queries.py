"""Questions in Tantivy's terms.

Built from analysed terms only, never by a parser on what was typed: so nothing typed is syntax, and
nothing typed raises.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import combinations

from tantivy import FieldType, Occur, Query

from search import analysis
from search.embedded.schema import SCHEMA, key_text
from search.embedded.words import Asked, Forms, Frequency
from search.engine import Filters, Key

# What is written in another language than the reader's counts a little less.
OTHER_LANGUAGE_WEIGHT = 0.9


def scored(asked: Asked, *, lang: str, title: float, body: float) -> list[tuple[Occur, Query]]:
    """What each word adds to a document that holds it, as parts of one flat query: nested ones are far slower."""
    parts = []
    for group, words in asked.words.items():
        factor = 1.0 if group == analysis.group_of(lang) else OTHER_LANGUAGE_WEIGHT
        best: Forms = {}
        for forms in words:
            for term, weight in forms.items():
                best[term] = max(weight, best.get(term, 0.0))
        for term, weight in best.items():
            for field, field_weight in ((f"title_{group}", title), (f"body_{group}", body)):
                if field_weight:
                    query = Query.term_query(SCHEMA, field, term, "freq")
                    parts.append((Occur.Should, Query.boost_query(query, factor * weight * field_weight)))
    return parts


def holding(asked: Asked, *, all_of: bool, frequency: Frequency = lambda group, term: 0) -> Query:
    """Documents in any language that hold the words: enough of them if `all_of`, else any.

    Enough are two of up to four words. Of more, it is one of the rarest half: whoever holds half of the words holds
    one of these; the order does the rest. Counting how many each document holds takes ten times as long.
    """
    groups = []
    for group, words in asked.words.items():
        if not words:
            continue
        needed = min(asked.needed[group], len(words)) if all_of else 1
        if needed == 1:
            parts = [_any_of(forms, group) for forms in words]
        elif needed == 2:
            each = [_any_of(forms, group) for forms in words]
            parts = [
                Query.boolean_query([(Occur.Must, one), (Occur.Must, other)]) for one, other in combinations(each, 2)
            ]
        else:
            rarest = sorted(words, key=lambda forms: sum(frequency(group, term) for term in forms))
            parts = [_any_of(forms, group) for forms in rarest[: len(words) - needed + 1]]
        groups += [(Occur.Should, part) for part in parts]
    return Query.const_score_query(Query.boolean_query(groups), 0.0) if groups else Query.empty_query()


def narrowed(filters: Filters, without: Collection[Key], since: datetime | None = None) -> list[tuple[Occur, Query]]:
    """What a document must be beside matching; changes no score."""
    musts: list[Query] = []
    if filters.kinds is not None:
        musts.append(Query.term_set_query(SCHEMA, "kind", list(filters.kinds)))
    for field, value in (("products", filters.product), ("topic", filters.topic)):
        if value is not None:
            musts.append(number(field, value))
    if filters.solved is not None:
        musts.append(Query.term_query(SCHEMA, "solved", filters.solved, "basic"))
    if since is not None or filters.until is not None:
        low, high = (None if each is None else int(each.timestamp()) for each in (since, filters.until))
        musts.append(
            Query.range_query(
                SCHEMA, "at", FieldType.Integer, lower_bound=low, upper_bound=high, include_upper=high is None
            )
        )
    parts = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in musts]
    if without:
        parts.append((Occur.MustNot, Query.term_set_query(SCHEMA, "key", [key_text(key) for key in without])))
    return parts


def number(field: str, value: int) -> Query:
    """A key that no row can have finds nothing, rather than raising for a number out of range."""
    return Query.term_query(SCHEMA, field, value, "basic") if 0 <= value < 2**63 else Query.empty_query()


def _any_of(forms: Forms, group: str) -> Query:
    terms = [Query.term_query(SCHEMA, f"words_{group}", term, "basic") for term in forms]
    return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, each) for each in terms])
