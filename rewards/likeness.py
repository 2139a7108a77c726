"""Whether a text was written before: how much of it stands in an earlier one."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container

# Runs of as many words are compared, and of those, one in so many, chosen by themselves: the same in both texts.
RUN = 5
ONE_IN = 4
# Shorter texts are alike by chance: "Thank you, that works".
SHORTEST = 20
# A run that stands in so many texts is a way of speaking.
COMMON = 50

_WORD = re.compile(r"[^\W_]+")


class Likeness:
    """Texts that were read, by their runs of words. Holds hashes, no text.

    Where only some texts are asked about, `only` are their runs: of the others no more is kept than those.
    """

    def __init__(self, only: Container[int] | None = None) -> None:
        self._texts_of: dict[int, list[int]] = {}
        self._only = only

    def read(self, number: int, text: str) -> float:
        """0 to 1: how much of a text stands in one of those before it. It is one of them from now on."""
        runs = marks(text)
        shared: Counter[int] = Counter()
        for run in runs:
            if self._only is not None and run not in self._only:
                continue
            texts = self._texts_of.setdefault(run, [])
            if len(texts) < COMMON:
                shared.update(texts)
                texts.append(number)
        return max(shared.values(), default=0) / len(runs) if runs else 0.0


def marks(text: str) -> frozenset[int]:
    """Some of the runs of words of a text, as hashes; none of a short one."""
    words = _WORD.findall(text.lower())
    if len(words) < SHORTEST:
        return frozenset()
    runs = (" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
    hashed = (int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big") for run in runs)
    return frozenset(each for each in hashed if each % ONE_IN == 0)
