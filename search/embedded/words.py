"""What was typed, as the terms to look for: each word with its forms in every language, and what it may stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import tantivy

from search import analysis, editorial, glossary
from search.embedded import spelling

# Longer texts are cut: the first words say what somebody looks for.
TEXT_MAX = 1_000
WORDS_MAX = 32
# Of a question's body, only the rarest say what it is about.
MORE_MAX = 20
PREFIXES_MAX = 12
# How much what a word may stand for counts beside the word itself.
MENDED = 0.8
TRANSLATED = 0.5
# A word in so few documents is taken for a slip where a neighbour of it is in so many times more.
RARE = 5
COMMONER = 200
# Mending is for a slip or two; where nothing is known it is another language, or no words at all.
MENDED_MAX = 3

# One word: its terms in one language, with their weights.
Forms = dict[str, float]
Frequency = Callable[[str, str], int]


@dataclass(slots=True)
class Asked:
    """The words by language, in their order.

    `needed` says how many of them a document in that language must hold to be a match rather than a coincidence;
    `meant` is the text with unknown words mended, "" if there are none.
    """

    words: dict[str, list[Forms]] = field(default_factory=dict)
    needed: dict[str, int] = field(default_factory=dict)
    meant: str = ""

    def __bool__(self) -> bool:
        return any(self.words.values())


def frequencies(searcher: tantivy.Searcher) -> Frequency:
    """How many documents hold a term of a language."""
    return lambda group, term: searcher.doc_freq(f"words_{group}", term)


def enough(count: int) -> int:
    """How many of that many words."""
    return count if count <= 2 else (count + 1) // 2


def asked(text: str, *, lang: str, searcher: tantivy.Searcher, typing: bool = False) -> Asked:
    """All that is known of a text that somebody typed."""
    text = text[:TEXT_MAX]
    typed = list(dict.fromkeys(analysis.words(text)))[:WORDS_MAX]
    start = analysis.last_word(text) if typing else ""
    frequency = frequencies(searcher)
    words: list[dict[str, Forms]] = [
        {group: {term: 1.0} for group in analysis.LANGUAGES if (term := analysis.term_of(word, group))}
        for word in typed
    ]
    # What is no word to search for in the reader's language is needed in no other either.
    own = analysis.group_of(lang)
    said = [own in forms for forms in words]
    groups = sorted(analysis.LANGUAGES, key=lambda group: group != own)
    _join(typed, words, frequency)
    others = editorial.also(typed, lang)
    for forms, also in zip(words, others, strict=True):
        _widen(forms, also)
    instead: dict[str, str] = {}
    for word, forms, also in zip(typed, words, others, strict=True):
        # What editors know is no slip.
        known = also or analysis.is_small(word)
        if known or analysis.term_of(word, "xx") == start or len(instead) == MENDED_MAX:
            continue
        if other := _mend(analysis.term_of(word, "xx"), forms, groups, frequency):
            instead[word] = other
    for forms in words:
        _translate(forms)
    if len(start) > 1 and words:
        for group in analysis.LANGUAGES:
            longer = searcher.terms_with_prefix(f"title_{group}", start, limit=PREFIXES_MAX)
            if longer:
                words[-1].setdefault(group, {}).update({term: 1.0 for term, _ in longer})
    found = Asked(meant=analysis.replaced(text, instead) if instead else "")
    for group in analysis.LANGUAGES:
        found.words[group] = [forms[group] for forms in words if group in forms]
        counted = sum(group in forms and needed for forms, needed in zip(words, said, strict=True))
        found.needed[group] = enough(counted or len(found.words[group]))
    return found


def more(text: str, known: Asked, *, searcher: tantivy.Searcher) -> Asked:
    """The rarest words of a longer text that are not asked already."""
    frequency = frequencies(searcher)
    found = Asked({})
    for group in analysis.LANGUAGES:
        already = {term for terms in known.words.get(group, ()) for term in terms}
        held = [
            (count, term)
            for term in analysis.terms(text[: 2 * TEXT_MAX], group, 10 * WORDS_MAX)
            if term not in already and (count := frequency(group, term))
        ]
        found.words[group] = [{term: 1.0} for _, term in sorted(held)[:MORE_MAX]]
    return found


def _join(typed: list[str], words: list[dict[str, Forms]], frequency: Frequency) -> None:
    """Two words in a row that others write as one: wi fi, e mail."""
    for at in range(len(typed) - 1):
        for group in analysis.LANGUAGES:
            both = words[at : at + 2]
            # With a small word in it, it is another word by chance: a way, to day.
            if not all(group in forms for forms in both):
                continue
            term = analysis.term_of(typed[at] + typed[at + 1], group)
            if term and frequency(group, term):
                for forms in both:
                    forms[group].setdefault(term, MENDED)


def _mend(word: str, forms: dict[str, Forms], groups: list[str], frequency: Frequency) -> str:
    """Put to a word that hardly anything holds what it probably stands for, in the first language that knows it.

    Gives that as text, to be shown, where nothing at all holds the word; "" where it stands as typed.
    """
    held = max(frequency(group, term) for group, terms in forms.items() for term in terms)
    if held > RARE:
        return ""
    for group in groups if not held else groups[:1]:
        near, count = spelling.mended(word, group, partial(frequency, group))
        if count > held * COMMONER:
            forms.setdefault(group, {})[analysis.term_of(near, group)] = MENDED
            return "" if held else near
    if held:
        return ""
    for group in groups:
        pieces = spelling.apart(word, group, partial(frequency, group))
        terms = [term for piece in pieces if (term := analysis.term_of(piece, group))]
        if terms:
            forms.setdefault(group, {}).update(dict.fromkeys(terms, MENDED))
            return " ".join(pieces)
    return ""


def _widen(forms: dict[str, Forms], also: tuple[str, ...]) -> None:
    """Put to a word what editors say it means too."""
    for word in also:
        for group in analysis.LANGUAGES:
            if term := analysis.term_of(word, group):
                forms.setdefault(group, {}).setdefault(term, editorial.SYNONYM)


def _translate(forms: dict[str, Forms]) -> None:
    """Put to a word what it is called in other languages."""
    for group in tuple(forms):
        for term in tuple(forms[group]):
            for other, terms in glossary.abroad(term, group).items():
                for each in terms:
                    forms.setdefault(other, {}).setdefault(each, TRANSLATED)
