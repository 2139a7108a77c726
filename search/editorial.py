"""What editors teach search: words that mean the same, and what stands first for some searches.

Each process keeps what it read last and asks the database at most once in TRUSTED seconds whether anything was
changed: so it is live everywhere without a restart. Both engines ask `also` while they take a text apart; pins are put
before what an engine found by `search.find`, which asks what may be seen of them as of everything else.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from django.apps import apps
from django.db import connection

from search import analysis
from search.engine import Key

# How long what was read is believed without asking, in seconds.
TRUSTED = 1.0
# What a word that means the same counts, beside the word that was typed.
SYNONYM = 0.8
LINES_MAX = 200
# Of one meaning, as many ways to say it; of one of them, as many words.
SAME_MAX = 12
WORDS_MAX = 4
ARROW = "=>"

Terms = tuple[str, ...]


class Rule(NamedTuple):
    """Terms in a row, and the words to look for beside them."""

    terms: Terms
    also: tuple[str, ...]


class Held(NamedTuple):
    """Terms of a search, whether they must be all that is asked, and what then stands first."""

    terms: frozenset[str]
    exact: bool
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All of it, ready to use: rules by language and first term, pins by language."""

    rules: Mapping[str, Mapping[str, Sequence[Rule]]] = field(default_factory=dict)
    pins: Mapping[str, Sequence[Held]] = field(default_factory=dict)


class BadLine(ValueError):
    """A line of synonyms that says nothing; its text is the line."""


def read_lines(text: str) -> list[tuple[list[str], list[str]]]:
    """Each line as what somebody types and what that means too. Raises BadLine, and for too much of it ValueError."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if len(lines) > LINES_MAX:
        raise ValueError(f"more than {LINES_MAX} lines")
    read = []
    for line in lines:
        left, arrow, right = line.partition(ARROW)
        typed, meant = _said(left), _said(right if arrow else left)
        enough = bool(typed and meant) if arrow else len(typed) > 1
        if not enough or max(len(typed), len(meant)) > SAME_MAX:
            raise BadLine(line)
        if any(len(analysis.words(each)) > WORDS_MAX for each in (*typed, *meant)):
            raise BadLine(line)
        read.append((typed, meant))
    return read


def _said(text: str) -> list[str]:
    return [each for each in map(str.strip, text.split(",")) if analysis.words(each)]


def table_of(synonyms: Iterable[tuple[str, str]], pins: Iterable[tuple[str, str, bool, Sequence[Key]]]) -> Table:
    """From rows: language and lines; language, lines of searches, whether they must be all, and keys."""
    rules: dict[str, dict[str, list[Rule]]] = {}
    for lang, text in synonyms:
        group = analysis.group_of(lang)
        try:
            lines = read_lines(text)
        except ValueError:
            continue  # the form lets none of these through
        for typed, meant in lines:
            for each in typed:
                terms = tuple(_terms(each, group))
                also = tuple(word for other in meant if other != each for word in analysis.words(other))
                if terms and also:
                    rules.setdefault(lang, {}).setdefault(terms[0], []).append(Rule(terms, also))
    held: dict[str, list[Held]] = {}
    for lang, queries, exact, keys in pins:
        for line in queries.splitlines():
            if (wanted := frozenset(_terms(line, analysis.group_of(lang)))) and keys:
                held.setdefault(lang, []).append(Held(wanted, exact, tuple(keys)))
    return Table(rules, held)


def _terms(text: str, group: str) -> list[str]:
    return [term for word in analysis.words(text) if (term := analysis.term_of(word, group))]


# -- asking ---------------------------------------------------------------------------------------


def also(typed: Sequence[str], lang: str) -> list[tuple[str, ...]]:
    """For each of these words (as `analysis.words` has them) what else readers of this language mean by it.

    Where several words in a row mean something together, each of them does.
    """
    base = analysis.base_of(lang)
    rules = table().rules.get(base)
    found: list[tuple[str, ...]] = [()] * len(typed)
    if not rules:
        return found
    group = analysis.group_of(base)
    # Small words between those that count are passed over.
    telling = [(at, term) for at, word in enumerate(typed) if (term := analysis.term_of(word, group))]
    for place, (_, term) in enumerate(telling):
        for rule in rules.get(term, ()):
            here = telling[place : place + len(rule.terms)]
            if tuple(each for _, each in here) == rule.terms:
                for at, _ in here:
                    found[at] = tuple(dict.fromkeys((*found[at], *rule.also)))
    return found


def widened(text: str, lang: str) -> str:
    """The text with all that its words also mean: what to mark in what was found."""
    more = dict.fromkeys(word for words in also(analysis.words(text), lang) for word in words)
    return " ".join((text, *more))


def pinned(text: str, lang: str) -> list[Key]:
    """What stands first for this search, in its order."""
    held = table().pins.get(analysis.base_of(lang))
    if not held:
        return []
    asked = frozenset(_terms(text, analysis.group_of(lang)))
    fit = [each for each in held if (each.terms == asked if each.exact else each.terms <= asked)]
    # What says most of the search goes before what says less.
    fit.sort(key=lambda each: -len(each.terms))
    return list(dict.fromkeys(key for each in fit for key in each.keys))


# -- reading --------------------------------------------------------------------------------------

_tried: ContextVar[Table | None] = ContextVar("tried", default=None)
# What was read last, what the database said of its state then, and until when that is believed.
_kept: tuple[object, Table] | None = None
_believed_until = 0.0

# The newest change and how many there are: anything kept, changed or taken away makes another answer.
_STATE = (
    "SELECT (SELECT COUNT(*) FROM search_synonyms), (SELECT MAX(changed_at) FROM search_synonyms), "
    "(SELECT COUNT(*) FROM search_pin), (SELECT MAX(changed_at) FROM search_pin)"
)


@contextmanager
def tried(table: Table) -> Iterator[None]:
    """Within it, searches here go by this table and not by what is kept: for a preview."""
    token = _tried.set(table)
    try:
        yield
    finally:
        _tried.reset(token)


def table() -> Table:
    """What holds now; at most TRUSTED seconds old, and in the process that changed it at once."""
    global _kept, _believed_until
    if (given := _tried.get()) is not None:
        return given
    now, kept = time.monotonic(), _kept
    if kept is not None and now < _believed_until:
        return kept[1]
    _believed_until = now + TRUSTED
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state = tuple(cursor.fetchone())
    if kept is None or kept[0] != state:
        kept = _kept = (state, read())
    return kept[1]


def look_again() -> None:
    """Ask the database before the next search, however long ago that was done."""
    global _believed_until
    _believed_until = 0.0


def read(*, synonyms_but: int = 0, pins_but: int = 0, more: Table | None = None) -> Table:
    """All that is kept, but for a row of each (its key), and with `more` beside it."""
    # By name: the models are shown by what searches with these.
    kept_synonyms = apps.get_model("search", "Synonyms").objects.exclude(pk=synonyms_but)
    kept_pins = apps.get_model("search", "Pin").objects.exclude(pk=pins_but)
    made = table_of(
        kept_synonyms.order_by("pk").values_list("lang", "words"),
        [
            (lang, queries, exact, [Key(*pair) for pair in found])
            for lang, queries, exact, found in kept_pins.order_by("pk").values_list("lang", "queries", "exact", "found")
        ],
    )
    return made if more is None else _both(made, more)


def _both(one: Table, other: Table) -> Table:
    rules: dict[str, dict[str, list[Rule]]] = {}
    pins: dict[str, list[Held]] = {}
    for each in (one, other):
        for lang, by_term in each.rules.items():
            for term, listed in by_term.items():
                rules.setdefault(lang, {}).setdefault(term, []).extend(listed)
        for lang, held in each.pins.items():
            pins.setdefault(lang, []).extend(held)
    return Table(rules, pins)
