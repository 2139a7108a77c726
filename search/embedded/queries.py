"""Questions in Tantivy's terms.

Built from analysed terms only, never by a parser on what was typed: so nothing typed is syntax, and
nothing typed raises.
"""

from __future__ import annotations

from collections.abc import Collection

import tantivy
from tantivy import Occur, Query

from search import analysis
from search.embedded.schema import SCHEMA, key_text
from search.engine import Filters, Key

# Longer texts are cut: the first words say what somebody looks for.
TEXT_MAX = 1_000
TERMS_MAX = 32
BODY_TERMS_MAX = 48
# Of the same term, in a title and in a body.
TITLE_WEIGHT = 1.5
# Of what a question's body says beside its title, when similar ones are looked for.
BODY_QUERY_WEIGHT = 0.3
# What is written in another language than the reader's counts a little less.
OTHER_LANGUAGE_WEIGHT = 0.9
SAME_PRODUCT_BONUS = 2.0
PREFIXES_MAX = 12


def enough(count: int) -> int:
    """How many of that many words a document must hold to be a match rather than a coincidence."""
    return count if count <= 2 else (count + 1) // 2


def words(text: str, *, lang: str, all_of: bool, searcher: tantivy.Searcher | None = None) -> Query:
    """Documents in any language that hold the words: enough of them if `all_of`, else any.

    With a `searcher`, the last word may be the start of one.
    """
    text = text[:TEXT_MAX]
    groups = []
    for group in analysis.LANGUAGES:
        terms = analysis.terms(text, group, TERMS_MAX)
        each = [_term(term, group) for term in terms]
        if searcher is not None:
            each = _with_start(text, group, each, searcher)
        if each:
            groups.append((Occur.Should, _weighted(_at_least(each, enough(len(each)) if all_of else 1), group, lang)))
    return Query.boolean_query(groups) if groups else Query.empty_query()


def like(title: str, body: str, *, lang: str, product: int | None) -> Query:
    """Documents about the same as a question: enough words of its title; its body and product sort them."""
    groups = []
    for group in analysis.LANGUAGES:
        terms = analysis.terms(title[:TEXT_MAX], group, TERMS_MAX)
        if not terms:
            continue
        parts = [(Occur.Must, _at_least([_term(term, group) for term in terms], enough(len(terms))))]
        more = [term for term in analysis.terms(body[:TEXT_MAX], group, BODY_TERMS_MAX) if term not in terms]
        parts += [(Occur.Should, Query.boost_query(_term(term, group), BODY_QUERY_WEIGHT)) for term in more]
        groups.append((Occur.Should, _weighted(Query.boolean_query(parts), group, lang)))
    if not groups:
        return Query.empty_query()
    found = Query.boolean_query(groups)
    if product is None:
        return found
    same = Query.const_score_query(Query.term_query(SCHEMA, "products", product, "basic"), SAME_PRODUCT_BONUS)
    return Query.boolean_query([(Occur.Must, found), (Occur.Should, same)])


def narrowed(found: Query, filters: Filters, without: Collection[Key]) -> Query:
    """The same, only within the filters; they change no score."""
    musts: list[Query] = []
    if filters.kinds is not None:
        musts.append(Query.term_set_query(SCHEMA, "kind", list(filters.kinds)))
    for field, value in (("products", filters.product), ("topic", filters.topic)):
        if value is not None:
            # A key that no row can have finds nothing, rather than raising for a number out of range.
            fits = 0 <= value < 2**63
            musts.append(Query.term_query(SCHEMA, field, value, "basic") if fits else Query.empty_query())
    if filters.solved is not None:
        musts.append(Query.term_query(SCHEMA, "solved", filters.solved, "basic"))
    if not musts and not without:
        return found
    parts = [(Occur.Must, found), *((Occur.Must, Query.const_score_query(each, 0.0)) for each in musts)]
    if without:
        parts.append((Occur.MustNot, Query.term_set_query(SCHEMA, "key", [key_text(key) for key in without])))
    return Query.boolean_query(parts)


def _term(term: str, group: str) -> Query:
    return Query.boolean_query(
        [
            (Occur.Should, Query.boost_query(Query.term_query(SCHEMA, f"title_{group}", term, "freq"), TITLE_WEIGHT)),
            (Occur.Should, Query.term_query(SCHEMA, f"body_{group}", term, "freq")),
        ]
    )


def _at_least(each: list[Query], needed: int) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in each], minimum_number_should_match=needed)


def _weighted(query: Query, group: str, lang: str) -> Query:
    return query if group == analysis.group_of(lang) else Query.boost_query(query, OTHER_LANGUAGE_WEIGHT)


def _with_start(text: str, group: str, each: list[Query], searcher: tantivy.Searcher) -> list[Query]:
    """The last word as itself, or as the start of the commonest words in titles."""
    start = analysis.last_word(text)
    if len(start) < 2:
        return each
    longer = searcher.terms_with_prefix(f"title_{group}", start, limit=PREFIXES_MAX)
    if not longer:
        return each
    whole = analysis.term_of(start, group)
    best = Query.disjunction_max_query([_term(term, group) for term in {term for term, _ in longer} | ({whole} - {""})])
    return [*(each[:-1] if whole else each), best]
