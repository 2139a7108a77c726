"""Words that the index does not hold, taken for those that were probably meant.

One slip of the finger is mended (a letter too many, too few, another, or two in the wrong order; never the first one:
what differs there is mostly another word), and words run together are taken apart. Words are compared as typed and
looked up as terms, so that any form of a word will do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from search import analysis

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Shorter words have too many neighbours to guess among; longer ones are no words.
SHORTEST = 5
LONGEST = 20
PIECES_MAX = 3

Frequency = Callable[[str], int]


def mended(word: str, group: str, frequency: Frequency) -> tuple[str, int]:
    """The commonest word at one slip from this one and how many documents hold it; ("", 0) when there is none.

    `word` is folded and in small letters; `frequency` tells of a term of that language how many hold it.
    """
    if not SHORTEST <= len(word) <= LONGEST or not (word.isascii() and word.isalpha()):
        return "", 0
    best, most = "", 0
    near = slips(word)
    for term in dict.fromkeys(analysis.analyzer(group).analyze(" ".join(near))):
        held = frequency(term)
        if held > most:
            best, most = term, held
    if not best:
        return "", 0
    return next((each for each in near if analysis.term_of(each, group) == best), best), most


def apart(word: str, group: str, frequency: Frequency) -> list[str]:
    """The words that were run together in this one, all of them known; [] when it is not so.

    Small words that no index holds may stand between, not at the ends.
    """
    if not 2 * SHORTEST <= len(word) <= 2 * LONGEST or not word.isalnum():
        return []

    @cache
    def known(piece: str) -> int:
        term = analysis.term_of(piece, group)
        return frequency(term) if term else 0

    best: list[str] = []
    most = 0
    for first in range(3, len(word) - 2):
        head = known(word[:first])
        if not head:
            continue
        for second in range(first, min(len(word) - 2, first + 5)):
            between, tail = word[first:second], word[second:]
            if between and analysis.term_of(between, group):
                continue
            held = min(head, known(tail))
            if held > most:
                best, most = [each for each in (word[:first], between, tail) if each], held
    return best


@lru_cache(maxsize=2_000)
def slips(word: str) -> tuple[str, ...]:
    """Everything at one slip from a word that begins like it, likelier ones first."""
    cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    added = [a + sign + b for a, b in cuts for sign in LETTERS]
    dropped = [a + b[1:] for a, b in cuts if b]
    others = [a + sign + b[1:] for a, b in cuts if b for sign in LETTERS]
    return tuple(dict.fromkeys([*swapped, *added, *dropped, *others]))
