"""What was typed, as texts for a cluster to look for: each word with what it may stand for.

The counterpart of `search.embedded.words`. Terms are the cluster's to make, so these are words; what is no word to
search for, and how many are needed, is told by the same analysis as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from search import analysis, editorial
from search.embedded.spelling import LONGEST, SHORTEST
from search.embedded.words import MENDED, TEXT_MAX, TRANSLATED, WORDS_MAX, enough
from search.glossary import _LINES

# Two words in a row are one to others (wi fi, e mail) only while they are short.
JOINED_MAX = 10

# A word's forms in one language, with their weights.
Forms = dict[str, float]


@dataclass(slots=True)
class Asked:
    """The words by language, in their order; how many of them are needed; the start that is being typed."""

    words: dict[str, list[Forms]] = field(default_factory=dict)
    needed: dict[str, int] = field(default_factory=dict)
    start: str = ""

    def __bool__(self) -> bool:
        return any(self.words.values())


def asked(text: str, *, lang: str, typing: bool = False, instead: Mapping[str, str] | None = None) -> Asked:
    """All that is known of a text that somebody typed; `instead` names other words for some of it."""
    text = text[:TEXT_MAX]
    typed = list(dict.fromkeys(analysis.words(text)))[:WORDS_MAX]
    words: list[dict[str, Forms]] = [
        {group: {word: 1.0} for group in analysis.LANGUAGES if analysis.term_of(word, group)} for word in typed
    ]
    # What is no word to search for in the reader's language is needed in no other either.
    said = [analysis.group_of(lang) in forms for forms in words]
    for at in range(len(typed) - 1):
        joined = typed[at] + typed[at + 1]
        if len(joined) <= JOINED_MAX and joined.isalpha():
            for group in analysis.LANGUAGES:
                both = words[at : at + 2]
                # With a small word in it, it is another word by chance: a way, to day.
                if all(group in forms for forms in both):
                    for forms in both:
                        forms[group].setdefault(joined, MENDED)
    for forms, also in zip(words, editorial.also(typed, lang), strict=True):
        for word in also:
            for group in analysis.LANGUAGES:
                if analysis.term_of(word, group):
                    forms.setdefault(group, {}).setdefault(word, editorial.SYNONYM)
    for word, forms in zip(typed, words, strict=True):
        if other := (instead or {}).get(word):
            for group in analysis.LANGUAGES:
                for piece in other.split():
                    if analysis.term_of(piece, group):
                        forms.setdefault(group, {}).setdefault(piece, MENDED)
        _translate(forms)
    found = Asked(start=analysis.last_word(text) if typing else "")
    for group in analysis.LANGUAGES:
        found.words[group] = [forms[group] for forms in words if group in forms]
        counted = sum(group in forms and needed for forms, needed in zip(words, said, strict=True))
        found.needed[group] = enough(counted or len(found.words[group]))
    return found


def doubtful(text: str, start: str, lang: str) -> dict[str, str]:
    """The words of a text that may be slips of the finger, folded, and as `analysis.words` has them.

    Not the one that is still being typed, nor small ones, nor what editors know.
    """
    said = analysis.words(text[:TEXT_MAX])
    known = editorial.also(said, lang)
    typed = (
        (analysis.term_of(word, "xx"), word)
        for word, also in zip(said, known, strict=True)
        if not (also or analysis.is_small(word))
    )
    return {
        folded: word
        for folded, word in islice(typed, WORDS_MAX)
        if SHORTEST <= len(folded) <= 2 * LONGEST and folded.isalpha() and folded.isascii() and folded != start
    }


def same(word: str, other: str) -> bool:
    """Whether two words are forms of one in a language: then neither is a slip."""
    terms = ((analysis.term_of(word, group), analysis.term_of(other, group)) for group in ("en", "fr"))
    return any(term == of_other for term, of_other in terms if term)


def cuts(word: str) -> list[tuple[str, str, str]]:
    """Where words may have been run together: the first, a small word that nobody searches for or "", the last."""
    found = []
    for first in range(3, len(word) - 2):
        for second in range(first, min(len(word) - 2, first + 5)):
            between = word[first:second]
            if not between or any(not analysis.term_of(between, group) for group in ("en", "fr")):
                found.append((word[:first], between, word[second:]))
    return found


def _translate(forms: dict[str, Forms]) -> None:
    """Put to a word what it is called in other languages."""
    for group in tuple(forms):
        for word in tuple(forms[group]):
            for other, words in _abroad().get((group, analysis.term_of(word, group)), {}).items():
                for each in words:
                    forms.setdefault(other, {}).setdefault(each, TRANSLATED)


@lru_cache(maxsize=1)
def _abroad() -> dict[tuple[str, str], dict[str, list[str]]]:
    """The words for the same in another language, by language and term."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for line in _LINES.strip().splitlines():
        french, english = (side.split() for side in line.split("|"))
        for group, words, other, others in (("fr", french, "en", english), ("en", english, "fr", french)):
            for word in words:
                if term := analysis.term_of(word, group):
                    into = found.setdefault((group, term), {}).setdefault(other, [])
                    into += [each for each in others if each not in into]
    return found
