"""What an engine asks for: the vector of a question, and those of documents."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from search import analysis
from search.meaning.cache import Cache, digest
from search.meaning.encoder import AT_ONCE, Bytes, Encoder, Floats, Unusable, opened, small

log = logging.getLogger(__name__)

# What is asked again while somebody types or turns a page.
KEPT_QUESTIONS = 500


class Meaning:
    """An encoder with what it made before, for texts in the languages that it was taught. Thread-safe."""

    def __init__(self, encoder: Encoder, cache: Cache, languages: Iterable[str]) -> None:
        self._encoder = encoder
        self._cache = cache
        self._languages = frozenset(languages)
        self.name, self.width = encoder.name, encoder.numbers
        self.ask = lru_cache(KEPT_QUESTIONS)(self._ask)

    def knows(self, lang: str) -> bool:
        """Whether a text in that language means something to it. "*" among its languages says: any."""
        return bool(self._languages & {"*", analysis.base_of(lang)})

    def _ask(self, text: str) -> Floats:
        return self._encoder.encode([text])[0]

    def kept(self, texts: Sequence[str]) -> dict[str, bytes]:
        """Those of the texts that were encoded before, in 8 bits a number."""
        found = self._cache.get([digest(text) for text in texts])
        return {text: found[key] for text in texts if (key := digest(text)) in found}

    def made(self, texts: Iterable[str]) -> Iterator[tuple[list[str], Bytes]]:
        """Encode these, some at a time, and keep each. The shortest first: of like length they take least."""
        waiting = sorted(set(texts), key=len)
        some = [waiting[at : at + AT_ONCE] for at in range(0, len(waiting), AT_ONCE)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for texts, vectors in zip(some, pool.map(self._small, some), strict=True):
                self._cache.put((digest(text), vector.tobytes()) for text, vector in zip(texts, vectors, strict=True))
                yield texts, vectors

    def _small(self, texts: Sequence[str]) -> Bytes:
        return small(self._encoder.encode(texts))

    def all(self, texts: Sequence[str]) -> Bytes:
        """A row for each text, from what is kept where it is."""
        found = self.kept(texts)
        for some, vectors in self.made(text for text in texts if text not in found):
            found.update((text, vector.tobytes()) for text, vector in zip(some, vectors, strict=True))
        return self.read([found[text] for text in texts])

    def read(self, kept: Sequence[bytes]) -> Bytes:
        """Rows of what is kept."""
        return np.frombuffer(b"".join(kept), dtype=np.int8).reshape(len(kept), self.width)


def find(folder: str, cache: Path, languages: Iterable[str]) -> Meaning | None:
    """The one that the installation names; None, with a warning, where it cannot be used."""
    try:
        encoder = opened(Path(folder))
    except Unusable as error:
        log.warning("Searches go by words alone: %s", error)
        return None
    return Meaning(encoder, Cache(cache, encoder.name), languages)
