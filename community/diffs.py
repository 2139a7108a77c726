"""What changed between two texts, line by line, and word by word within a changed line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "del", "ins"]
_WORDS = re.compile(r"\s+|[^\s]+")
# Above this many words a pair of blocks is shown as one taken out and one put in: comparing costs their product.
_MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text that stayed, went, or came."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[list[Piece]]:
    """The lines of the later text with what went out of them; unchanged lines are single pieces."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[list[Piece]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [[Piece("same", line)] for line in old[a:b]]
        else:
            lines += _block("\n".join(old[a:b]), "\n".join(new[c:d]))
    return lines


def _block(before: str, after: str) -> list[list[Piece]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        pieces = [Piece("del", before), Piece("ins", after)]
    else:
        pieces = list(_words(old, new))
    return _lines([piece for piece in pieces if piece.text])


def _words(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
        else:
            yield Piece("del", "".join(old[a:b]))
            yield Piece("ins", "".join(new[c:d]))


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, text in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if text:
                lines[-1].append(Piece(piece.kind, text))
    return lines
