"""In which order what was found is shown: all signals and their weights, the same for every engine.

An engine finds candidates and says of each how well its words fit (`Candidate.score`, BM25 of the fields with the
weights below) and what is known of it; the order is made here. A weight of 0 switches its signal off.
`bench.search` measures each signal with the others as they are; the weights were chosen on the sets it reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from search import analysis
from search.engine import Found, Key

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts. The unit is that of the logarithm of odds.

    The first four are for one unit of BM25 (k1 1.2, b 0.75, with the factor k1 + 1, which Lucene leaves out): of
    the words asked, or of a question's title, in titles and in bodies; and of the words of a question's body.
    """

    title: float = 0.24
    body: float = 0.15
    more_title: float = 0.14
    more_body: float = 0.05
    # Of one piece of three signs that a title of average length shares with what was typed: slips, other forms of a
    # word, small words and the order of words count by it.
    pieces: float = 0.06
    # For each factor e by which a week and its age are more than a week.
    recency: float = 1.0
    product: float = 2.0
    solved: float = 0.3
    # For each factor e of one and its votes.
    votes: float = 0.1
    # For what says the same, in the order by meaning; see `fused`.
    meaning: float = 10.0


WEIGHTS = Weights()
SIGNALS = ("recency", "product", "solved", "votes", "pieces", "meaning")

# Where candidates come from: the best of all, and of those of the last days, so that what is new is looked at even
# where old matches abound. Days (None: all) and how many.
WINDOWS: tuple[tuple[int | None, int], ...] = ((None, 60), (90, 60))
# Where fewer than that hold enough of the words, those that hold any follow them.
FEW = 10
# As many of the best by all this are compared by their pieces, too.
COMPARED = 60
# From where on something is suggested to somebody who writes a question: by the share of pieces that the two titles
# have in common. `bench.search` measures what is suggested wrongly, and what is kept back.
SURE = 0.35
# The same of its cosine and half of that share, where meaning is looked at: that is sure of more, and seldom wrongly.
SURE_BY_BOTH = 0.8
# The same for what stands near a thread, which promises no answer.
NEAR = 0.2
# The same while a search is typed, by the share of what was typed.
SURE_TYPED = 0.5
# Orders are fused by the places of each: the first place counts FUSED + 1 of the second's FUSED + 2 parts.
FUSED = 7
# What is less near than that says something else.
LEAST_NEAR = 0.4
# A title's usual length in pieces.
USUAL = 45
# What has no age (an article that is kept up to date) ranks as if it had this one, in days.
AGELESS = 30


def without(*signals: str) -> Weights:
    """The weights with these signals off. Raises ValueError for one that there is not."""
    unknown = set(signals) - set(SIGNALS)
    if unknown:
        raise ValueError(f"no such signal: {', '.join(sorted(unknown))} (there are {', '.join(SIGNALS)})")
    return replace(WEIGHTS, **dict.fromkeys(signals, 0.0))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an engine found, and all that the order depends on."""

    key: Key
    score: float
    # Seconds since 1970; None for what age says nothing against.
    at: int | None = None
    solved: bool = False
    votes: int = 0
    same_product: bool = False
    # What `search.engine.Found` says of it.
    sure: float = 0.0
    # Where its engine finds more about it.
    place: Any = None


def ranked(candidates: Iterable[Candidate], *, now: datetime, weights: Weights) -> list[Candidate]:
    """The same, the best first; each key once."""
    seconds = now.timestamp()
    once = {each.key: each for each in candidates}
    return sorted(once.values(), key=lambda each: (-_worth(each, seconds, weights), each.key))


def certain(found: Iterable[Found]) -> list[Found]:
    """What holds enough of the words, in whatever language, is sure."""
    return [replace(each, sure=1.0) for each in found]


def joined(first: Sequence[Found], rest: Iterable[Found]) -> list[Found]:
    """What holds enough of the words, and after it what holds some."""
    keys = {each.key for each in first}
    return [*certain(first), *(each for each in rest if each.key not in keys)]


def compared(
    best: Sequence[Candidate],
    texts: Iterable[str],
    *,
    title: str,
    now: datetime,
    weights: Weights,
    question: bool = False,
) -> list[Candidate]:
    """The first of `ranked` by their pieces, too. `texts` are their titles, `title` what was typed; all are spaced.

    How sure each is depends on whether that was a `question` of its own, or the words of a search.
    """
    wanted = analysis.pieces(title)
    found = []
    for each, text in zip(best, texts, strict=True):
        pieces = analysis.pieces(text)
        shared = len(wanted & pieces)
        of = (len(wanted) + len(pieces)) / 2 if question else len(wanted)
        score = each.score + weights.pieces * _likeness(shared, len(text))
        found.append(replace(each, score=score, sure=shared / of if of else 0.0))
    return ranked(found, now=now, weights=weights)


def _likeness(shared: int, signs: int) -> float:
    """How many pieces are shared; one of a title counts the less the longer it is, as a word does for BM25."""
    length = max(0, signs - analysis.GRAM + 1)
    return shared * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / USUAL))


def by_meaning(candidate: Candidate, cosine: float, weights: Weights) -> Candidate:
    """A candidate for the order by meaning, whose words may be others. `cosine` says how near it is, up to 1."""
    return replace(candidate, score=weights.meaning * cosine, sure=cosine)


def fused(words: Sequence[Candidate], meaning: Sequence[Candidate], *, question: bool = False) -> list[Candidate]:
    """One order of two, by reciprocal rank: what both have high comes first.

    How sure each is: of a `question`, what its meaning and its pieces say together; of a search, either of both.
    """
    if not meaning:
        return list(words)
    worth: dict[Key, float] = {}
    for order in (words, meaning):
        for place, each in enumerate(order):
            worth[each.key] = worth.get(each.key, 0.0) + 1 / (FUSED + 1 + place)
    pieces = {each.key: each.sure for each in words}
    cosines = {each.key: each.sure for each in meaning}
    found = []
    for each in {each.key: each for each in (*meaning, *words)}.values():
        shared = pieces.get(each.key, 0.0)
        sure = (cosines.get(each.key, 0.0) + shared / 2) * SURE / SURE_BY_BOTH
        found.append(replace(each, score=worth[each.key], sure=sure if question else max(sure, shared)))
    return sorted(found, key=lambda each: (-each.score, each.key))


def windows(now: datetime, weights: Weights) -> list[tuple[datetime | None, int]]:
    """Since when, and how many candidates are wanted from there. Without recency only those of all times."""
    return [
        (None if days is None else now - timedelta(days=days), most)
        for days, most in WINDOWS
        if days is None or weights.recency
    ]


def _worth(candidate: Candidate, now: float, weights: Weights) -> float:
    days = AGELESS if candidate.at is None else max(0.0, now - candidate.at) / DAY
    return (
        candidate.score
        - weights.recency * math.log1p(days / 7)
        + weights.product * candidate.same_product
        + weights.solved * candidate.solved
        + weights.votes * math.log1p(candidate.votes)
    )
