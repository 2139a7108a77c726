"""The chain of hashes, on plain values: what is hashed, and how one seal holds the one before.

The form is written down once and for all: a seal made years ago must come out the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

# What the first seal holds in place of the digest of one before.
GENESIS = "0" * 64
# Bytes of a transfer's digest that a seal keeps.
LEAF = 16

Range = tuple[int, int]


class Booked(NamedTuple):
    """A transfer as it is hashed; times in UTC."""

    id: int
    key: str
    kind: str
    reason: str
    version_id: int | None
    subject_type: str
    subject_id: int | None
    post_id: int | None
    thread_id: int | None
    created_at: datetime
    booked_on: date
    reverses_id: int | None


class Posted(NamedTuple):
    """An entry as it is hashed."""

    id: int
    account_id: int
    amount: int
    balance_after: int | None
    line_of_id: int | None


@dataclass(frozen=True, slots=True)
class Header:
    """What a seal says beside its leaves."""

    number: int
    first: int
    last: int
    count: int
    gaps: Sequence[Range]
    late: Sequence[int]
    sums: dict[str, int]
    sealed_at: datetime
    previous: str


def leaf(transfer: Booked, entries: Iterable[Posted]) -> bytes:
    """The digest of one transfer with its entries in the order of their keys."""
    row: list[Any] = list(transfer)
    row[9], row[10] = _time(transfer.created_at), transfer.booked_on.isoformat()
    return hashlib.sha256(_canonical([row, *(list(entry) for entry in entries)])).digest()[:LEAF]


def digest(header: Header, leaves: bytes) -> str:
    """The digest of a seal, in hexadecimal."""
    row = [
        header.number,
        header.first,
        header.last,
        header.count,
        header.gaps,
        header.late,
        header.sums,
        _time(header.sealed_at),
        header.previous,
    ]
    return hashlib.sha256(_canonical(row) + b"\n" + leaves).hexdigest()


def gaps(first: int, last: int, there: Iterable[int]) -> list[Range]:
    """The ranges of keys from `first` to `last` that are not among `there`, which ascend."""
    found, wanted = [], first
    for key in there:
        if key > wanted:
            found.append((wanted, key - 1))
        wanted = key + 1
    if wanted <= last:
        found.append((wanted, last))
    return found


def without(ranges: Iterable[Range], keys: Iterable[int]) -> list[Range]:
    """These ranges, which ascend and do not meet, less some keys."""
    gone = sorted(set(keys))
    found: list[Range] = []
    at = 0
    for first, last in sorted(ranges):
        while at < len(gone) and gone[at] < first:
            at += 1
        start = at
        while at < len(gone) and gone[at] <= last:
            at += 1
        found += gaps(first, last, gone[start:at])
    return found


def covered(header: Header) -> Iterator[int]:
    """The keys of the transfers that a seal covers, in the order of its leaves."""
    start = header.first
    for low, high in header.gaps:
        yield from range(start, low)
        start = high + 1
    yield from range(start, header.last + 1)
    yield from header.late


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
