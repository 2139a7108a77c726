"""Vectors by the hash of their text, kept across rebuilds: an encoder takes minutes where a file takes seconds.

One SQLite file for each encoder, outside the index. What is lost of it is made anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

_AT_ONCE = 500


def digest(text: str) -> bytes:
    """What a text is kept under."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


class Cache:
    """The file of one encoder. Several processes may use it at once."""

    def __init__(self, folder: Path, encoder: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"vectors-{encoder}.sqlite3"
        with closing(self._open()) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE IF NOT EXISTS vector (text BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        database.execute("PRAGMA synchronous=OFF")
        return database

    def get(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""
        found: dict[bytes, bytes] = {}
        wanted = iter(digests)
        with closing(self._open()) as database:
            while some := list(islice(wanted, _AT_ONCE)):
                marks = ",".join("?" * len(some))
                found.update(database.execute(f"SELECT text, value FROM vector WHERE text IN ({marks})", some))
        return found

    def put(self, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep these."""
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?)", vectors)
            database.execute("COMMIT")
