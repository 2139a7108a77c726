"""How Elasticsearch takes text apart, per language; the counterpart of `search.analysis`, step by step.

Both must stop and stem alike: how many of the words typed are needed is counted there, and found here. Elided
articles and possessives go, so do stop words; accents are folded between two stemmings of French, so that "résilier",
"résilié" and "resilie" become one.
"""

from __future__ import annotations

from elasticsearch.dsl import analyzer, char_filter, token_filter

from search.analysis import _CONTRACTED, _ELIDED, _ENGLISH_MORE, _FRENCH_MORE

# One sign for all apostrophes, so that what follows sees them.
_apostrophes = char_filter("one_apostrophe", "mapping", mappings=["’ => '", "‘ => '", "ʼ => '", "＇ => '"])
_no_apostrophes = char_filter("no_apostrophe", "mapping", mappings=[f"{sign} => \\u0020" for sign in "’‘ʼ＇'"])

# What the standard tokenizer takes for a part of a word, the embedded engine for its end: about:config, printer.exe,
# CONNECTION_RESET.
_apart = char_filter("joining_signs", "mapping", mappings=[f"{sign} => \\u0020" for sign in "_.:,;·․‧＿．：，；"])

_elision = token_filter("french_elision", "elision", articles_case=True, articles=_ELIDED)
_french_stop = token_filter("french_stop", "stop", stopwords="_french_")
_french_more = token_filter("french_stop_more", "stop", stopwords=[*_FRENCH_MORE, *_ELIDED])
_french_stem = token_filter("french_stem", "stemmer", language="french")

_possessive = token_filter("english_possessive", "stemmer", language="possessive_english")
_english_stop = token_filter("english_stop", "stop", stopwords="_english_")
_english_more = token_filter(
    "english_stop_more",
    "stop",
    stopwords=[*_ENGLISH_MORE, *_CONTRACTED, *(f"{word}'t" for word in (*_CONTRACTED, "can"))],
)
_english_stem = token_filter("english_stem", "stemmer", language="porter2")

_FOLDED = ["lowercase", "asciifolding"]

ANALYZERS = {
    "fr": analyzer(
        "words_fr",
        tokenizer="standard",
        char_filter=[_apostrophes, _apart],
        filter=["lowercase", _elision, _french_stop, _french_more, _french_stem, "asciifolding", _french_stem],
    ),
    "en": analyzer(
        "words_en",
        tokenizer="standard",
        char_filter=[_apostrophes, _apart],
        filter=["lowercase", "asciifolding", _english_more, _possessive, _english_stop, _english_stem],
    ),
    "xx": analyzer("words_xx", tokenizer="standard", char_filter=[_no_apostrophes, _apart], filter=_FOLDED),
}
# Words as they are typed: whole, of any language, not stemmed.
TYPED = analyzer("words_typed", tokenizer="standard", char_filter=[_no_apostrophes, _apart], filter=_FOLDED)
