"""Titles and extracts with the searched words marked. Everything is escaped before a mark is added."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search import analysis

LENGTH = 240
# How far into a body a passage is looked for, in characters.
DEPTH = 12_000
_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"\s+")


def escaped(text: str) -> SafeString:
    """The text as HTML, with nothing marked."""
    return mark_safe(escape(text))


class Marker:
    """Marks the words of one search."""

    def __init__(self, text: str) -> None:
        self.text = text[:500]
        self.wanted: dict[str, frozenset[str]] = {}

    def whole(self, text: str, lang: str) -> SafeString:
        """All of a short text."""
        return _marked(text, self._places(text, lang))

    def snippet(self, text: str, lang: str) -> SafeString:
        """The passage that holds the most different words, at most about LENGTH characters."""
        text = _SPACES.sub(" ", text[:DEPTH]).strip()
        places = self._places(text, lang)
        start = _best_start(text, places)
        end = min(len(text), start + LENGTH)
        if end < len(text):
            end = text.rfind(" ", start + LENGTH // 2, end) if " " in text[start + LENGTH // 2 : end] else end
        inside = [(a - start, b - start, term) for a, b, term in places if a >= start and b <= end]
        before, after = "… " if start else "", " …" if end < len(text) else ""
        return mark_safe(before + _marked(text[start:end], inside) + after)

    def _places(self, text: str, lang: str) -> list[tuple[int, int, str]]:
        """Where searched words stand: start, end, term."""
        group = analysis.group_of(lang)
        if group not in self.wanted:
            self.wanted[group] = frozenset(analysis.terms(self.text, group, 64))
        wanted = self.wanted[group]
        if not wanted:
            return []
        found = []
        for match in _WORD.finditer(text):
            term = analysis.term_of(match[0], group)
            if term in wanted:
                found.append((match.start(), match.end(), term))
        return found


def _best_start(text: str, places: list[tuple[int, int, str]]) -> int:
    """Where to cut: the window with the most different terms, then the most, then the first."""
    if not places or places[0][1] < LENGTH // 2 or len(text) <= LENGTH:
        best, start = _weigh(places, 0), 0
    else:
        best, start = (0, 0), 0
    for at, _, _ in places:
        weight = _weigh(places, at)
        if weight > best:
            best, start = weight, at
    if start == 0 or len(text) <= LENGTH:
        return 0
    # A few words before the first match, from the start of a word.
    lead = max(0, start - 40)
    return text.find(" ", lead, start) + 1 if lead else 0


def _weigh(places: list[tuple[int, int, str]], start: int) -> tuple[int, int]:
    inside = [term for a, b, term in places if a >= start and b <= start + LENGTH - 40]
    return len(set(inside)), len(inside)


def _marked(text: str, places: list[tuple[int, int, str]]) -> SafeString:
    parts, at = [], 0
    for start, end, _ in places:
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))
