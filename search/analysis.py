"""From text to the terms that are compared, per language.

Both engines' documents and questions, and the marks in snippets, go through here: a word is found in
whatever form it was typed. Accents are folded before stemming, because half of those who search leave
them out: the stem of "résilié" and of "resilie" must be the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# Languages with an analysis of their own; all others share "xx".
LANGUAGES = ("en", "fr", "xx")
TERM_MAX = 40
# Titles are compared with what was typed by pieces of as many signs, too, and only so far.
GRAM = 3
SPACED_MAX = 200

# What stands before an apostrophe, which the tokenizer splits off: l'eau, qu'il, jusqu'à, it's, don't.
_ELIDED = ["c", "d", "j", "l", "m", "n", "qu", "s", "t", "jusqu", "lorsqu", "puisqu", "quoiqu"]
_CONTRACTED = ["s", "t", "d", "ll", "m", "re", "ve", "don", "doesn", "didn", "isn", "wasn", "won", "aren", "couldn"]
# Words that say nothing of what is asked, with and without the accents that hide them from the list before them.
_FRENCH_MORE = [
    *("a", "est", "ca", "etre", "être", "etes", "êtes", "etait", "était", "deja", "déjà", "tres", "très", "apres"),
    *("après", "comment", "pourquoi", "alors", "car", "cette", "chez", "dois", "doit", "doivent", "donc", "dont"),
    *("faire", "fait", "faut", "peut", "peux", "pouvoir", "puis", "quand", "quel", "quelle", "quelles", "quels"),
    *("quoi", "si", "son", "sont", "suis", "tous", "tout", "toute", "toutes", "va", "vais", "veut", "veux", "vont"),
]
_ENGLISH_MORE = [
    "i",
    "my",
    "how",
    "why",
    "what",
    "when",
    "where",
    "which",
    "who",
    "can",
    "do",
    "does",
    "did",
    "am",
    "me",
]

# The stemmer leaves the plural of words in -o alone: photos, numéros, vidéos.
_FRENCH_OS = re.compile(r"(?<=\w\wo)s\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_HYPHENED = re.compile(r"(?<![\w-])([^\W\d_]{1,15})[-\u2010\u2011]([^\W\d_]{1,15})(?![\w-])")
# Scripts without spaces between words: each sign is taken for a word.
_UNSPACED = re.compile("([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\u0e00-\u0e7f])")


def _simple() -> TextAnalyzerBuilder:
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(TERM_MAX)).filter(Filter.lowercase())


@lru_cache(maxsize=len(LANGUAGES))
def analyzer(group: str) -> TextAnalyzer:
    """The analyser of one of LANGUAGES."""
    chain = _simple()
    if group == "fr":
        chain = chain.filter(Filter.stopword("french")).filter(Filter.custom_stopword([*_ELIDED, *_FRENCH_MORE]))
        chain = chain.filter(Filter.stemmer("french")).filter(Filter.ascii_fold()).filter(Filter.stemmer("french"))
    elif group == "en":
        chain = chain.filter(Filter.ascii_fold()).filter(Filter.stopword("english"))
        chain = chain.filter(Filter.custom_stopword([*_CONTRACTED, *_ENGLISH_MORE])).filter(Filter.stemmer("english"))
    else:
        chain = chain.filter(Filter.ascii_fold())
    return chain.build()


def spaced(text: str) -> str:
    """A text as its pieces are compared: its words, folded and not stemmed, with one space around each."""
    return f" {' '.join(analyzer('xx').analyze(prepare(text[:SPACED_MAX], 'xx')))} "


def pieces(text: str) -> frozenset[str]:
    """The pieces of a `spaced` text, across its words."""
    return frozenset(text[at : at + GRAM] for at in range(len(text) - GRAM + 1))


def base_of(lang: str) -> str:
    """The language of a tag, without its region."""
    return lang.lower().split("-")[0]


def group_of(lang: str) -> str:
    """Which of LANGUAGES a language tag belongs to."""
    base = base_of(lang)
    return base if base in LANGUAGES else "xx"


def prepare(text: str, group: str) -> str:
    """Text as an analyser wants it: composed accents, no NUL or lone surrogates, spaced signs."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode().replace("\x00", " "))
    if group == "fr":
        text = _FRENCH_OS.sub("", text)
    return _UNSPACED.sub(r" \1 ", text)


def indexed(text: str, group: str) -> str:
    """Prepared text with words that have a hyphen also as one: half of the world writes wifi, the other wi-fi."""
    return _HYPHENED.sub(r"\1-\2 \1\2", prepare(text, group))


def terms(text: str, group: str, most: int) -> list[str]:
    """The distinct terms of a text in their order, at most `most`."""
    return list(dict.fromkeys(analyzer(group).analyze(prepare(text, group))))[:most]


@lru_cache(maxsize=50_000)
def term_of(word: str, group: str) -> str:
    """One word's term, "" for a stop word."""
    return next(iter(analyzer(group).analyze(prepare(word, group))), "")


def is_small(word: str) -> bool:
    """Whether it says nothing of what is asked, in some language: no index holds it there, and yet it is no slip."""
    return not all(term_of(word, group) for group in LANGUAGES)


@lru_cache(maxsize=1)
def _whole() -> TextAnalyzer:
    return _simple().build()


def words(text: str) -> list[str]:
    """The words of a text in their order, in small letters and otherwise as they are."""
    return _whole().analyze(prepare(text, "xx"))


def replaced(text: str, instead: Mapping[str, str]) -> str:
    """The text with other words for some of `words(text)`."""
    return _WORD.sub(lambda match: instead.get("".join(words(match[0])), match[0]), text)


def last_word(text: str) -> str:
    """The word that is being typed, folded but not stemmed; "" when a space follows it."""
    text = prepare(text, "xx")
    if not text or not text[-1].isalnum():
        return ""
    return next(iter(analyzer("xx").analyze(text)[-1:]), "")
