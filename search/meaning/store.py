"""Vectors of an index's documents, beside Tantivy's files: what is nearest to a question, among all of them.

    vectors/keys      kind (as `search.embedded.schema.code` has it), object, time: 20 bytes a document
    vectors/signs     one bit a number
    vectors/numbers   one byte a number

A question is compared with all signs first (a million take as long as reading 48 MB), and with the numbers of the
best of these; so nothing has to be built, and what is written is found at once. Files only grow: a document that is
written again gets a new place, and its old one says that it counts no more. Readers map them into their memory.

Whether a document is still there, and whom it is shown to, is not known here: whoever asks looks its key up.
"""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.meaning.encoder import Bytes, Floats

KEYS = np.dtype([("kind", "<u4"), ("object", "<u8"), ("at", "<i8")])
# The kind of what counts no more, and the time of what has none.
GONE = 0
NEVER = -(2**63)
# As many of those with the likest signs are compared by their numbers.
LOOKED_AT = 1_500


class Name(NamedTuple):
    """A document as it is kept here: the code of its kind, its number, and its time in seconds since 1970."""

    kind: int
    object_id: int
    at: int | None = None


class Near(NamedTuple):
    """How near a document is: 1 says the same, 0 nothing of it."""

    kind: int
    object_id: int
    cosine: float


@dataclass(frozen=True, slots=True)
class _Mapped:
    """The files as far as this process has mapped them. The signs are copied, a column for each 64 numbers."""

    size: int
    keys: NDArray[Any]
    signs: NDArray[np.uint64]
    numbers: Bytes


class Store:
    """The vectors of one index, `width` numbers each. Any process may read and write; writes wait for one another."""

    def __init__(self, folder: Path, width: int) -> None:
        self._folder = folder
        self._width = width
        self._mapped: _Mapped | None = None

    # -- reading --------------------------------------------------------------------------------

    def nearest(
        self, question: Floats, *, windows: Sequence[tuple[int | None, int]], until: int | None = None
    ) -> list[Near]:
        """Those nearest to a question, of each window: since when (None: ever) and how many; each document once.

        `until` leaves out what was written then or later. What has no time is found only where neither is asked.
        """
        mapped = self._map()
        if mapped is None:
            return []
        asked = _signs(question[None])[:, 0]
        apart = np.zeros(mapped.size, dtype=np.uint16)
        for column, word in zip(mapped.signs, asked, strict=True):
            apart += np.bitwise_count(column[: mapped.size] ^ word)
        apart[mapped.keys["kind"] == GONE] = self._width + 1
        at = mapped.keys["at"]
        if until is not None:
            apart[(at >= until) | (at == NEVER)] = self._width + 1
        found: dict[int, float] = {}
        for since, most in windows:
            rows = self._likest(apart if since is None else np.where(at >= since, apart, self._width + 1))
            numbers = np.asarray(mapped.numbers[rows], dtype=np.float32)
            # Not as a product of matrices, whose threads wait for a busy processor longer than this takes.
            lengths = np.sqrt(np.einsum("ij,ij->i", numbers, numbers) + 1e-9)
            cosines = np.einsum("ij,j->i", numbers, question) / lengths
            best = np.argsort(-cosines, kind="stable")[:most]
            found.update(zip(rows[best].tolist(), cosines[best].tolist(), strict=True))
        best_rows = sorted(found, key=lambda row: -found[row])
        kinds, objects = (mapped.keys[name][best_rows].tolist() for name in ("kind", "object"))
        return [
            Near(kind, object_id, found[row]) for kind, object_id, row in zip(kinds, objects, best_rows, strict=True)
        ]

    def _likest(self, apart: NDArray[np.uint16]) -> NDArray[np.intp]:
        """The places with the likest signs: as many as are looked at, and those that are as like as the last."""
        among = np.cumsum(np.bincount(apart, minlength=self._width + 2)[: self._width + 1])
        within = int(np.searchsorted(among, min(LOOKED_AT, int(among[-1]))))
        return np.flatnonzero(apart <= within)

    def _map(self) -> _Mapped | None:
        """The files as they are now; None where there is nothing in them."""
        size = self._size()
        if not size:
            return None
        mapped = self._mapped
        if mapped is None or mapped.size != size:
            known = mapped.size if mapped and mapped.size < size else 0
            words = self._width // 64
            signs = mapped.signs if mapped and known else np.empty((words, 0), dtype=np.uint64)
            if signs.shape[1] < size:
                # With room for what comes, so that a new document copies no others.
                larger = np.empty((words, size + size // 8 + 1_000), dtype=np.uint64)
                larger[:, :known] = signs[:, :known]
                signs = larger
            rows = np.fromfile(self._folder / "signs", np.uint64, (size - known) * words, offset=known * words * 8)
            signs[:, known:size] = rows.reshape(size - known, words).T
            keys = np.memmap(self._folder / "keys", KEYS, "r", shape=(size,))
            numbers = np.memmap(self._folder / "numbers", np.int8, "r", shape=(size, self._width))
            mapped = self._mapped = _Mapped(size, keys, signs, numbers)
        return mapped

    def _size(self) -> int:
        """How many there are. Keys are written last, so that the other files are at least as long."""
        try:
            return (self._folder / "keys").stat().st_size // KEYS.itemsize
        except FileNotFoundError:
            return 0

    # -- writing --------------------------------------------------------------------------------

    def add(self, names: Sequence[Name], numbers: Bytes, *, new_only: bool = False) -> None:
        """Put these in, in place of those of the same documents; with `new_only`, leave those that are there."""
        # Of a document that is given twice, the last.
        last = {name[:2]: at for at, name in enumerate(names)}
        with self._alone():
            known = self._places(last)
            if new_only:
                last = {key: at for key, at in last.items() if key not in known}
            else:
                self._forget(known.values())
            rows = list(last.values())
            if not rows:
                return
            keys = np.array(
                [(names[at].kind, names[at].object_id, NEVER if names[at].at is None else names[at].at) for at in rows],
                dtype=KEYS,
            )
            chosen = numbers[rows]
            self._append("numbers", chosen.tobytes(), self._width)
            self._append("signs", _signs(chosen).T.tobytes(), self._width // 8)
            self._append("keys", keys.tobytes(), KEYS.itemsize)

    def remove(self, names: Iterable[Name]) -> None:
        """Take these out."""
        with self._alone():
            self._forget(self._places({name[:2] for name in names}).values())

    def names(self) -> set[tuple[int, int]]:
        """Kind and number of all that are there."""
        size = self._size()
        if not size:
            return set()
        keys = np.fromfile(self._folder / "keys", KEYS, size)
        keys = keys[keys["kind"] != GONE]
        return set(zip(keys["kind"].tolist(), keys["object"].tolist(), strict=True))

    def _places(self, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
        size = self._size()
        if not size or not wanted:
            return {}
        keys = np.memmap(self._folder / "keys", KEYS, "r", shape=(size,))
        objects = np.fromiter((object_id for _, object_id in wanted), dtype=np.uint64)
        rows = np.flatnonzero(np.isin(keys["object"], objects) & (keys["kind"] != GONE))
        found = {(int(keys["kind"][row]), int(keys["object"][row])): int(row) for row in rows}
        return {key: row for key, row in found.items() if key in wanted}

    def _forget(self, rows: Iterable[int]) -> None:
        rows = list(rows)
        if rows:
            keys = np.memmap(self._folder / "keys", KEYS, "r+", shape=(self._size(),))
            keys["kind"][rows] = GONE
            keys.flush()

    def _append(self, name: str, data: bytes, width: int) -> None:
        """After the last whole one: a process that was killed may have left more in the other files."""
        with (self._folder / name).open("ab") as file:
            file.truncate(self._size() * width)
            file.write(data)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _signs(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """Which numbers are above zero, 64 to a word: a row of words for each 64 numbers."""
    bits = np.packbits(vectors > 0, axis=1)
    return np.ascontiguousarray(bits.view(np.uint64).T)
