"""Statements as PDF, drawn by fpdf2 with the letters that pictures are drawn with.

The same rows make the same bytes: nothing in it tells when it was made but the last day that it speaks of. Lines are
placed by hand, which is a quarter of the cost of the library's cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

import font_lato
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF

from core.pictures import drawable
from rewards.paper import Paper, Part, Row

_FONTS = Path(font_lato.__file__).parent / "files"
# Millimetres.
_LEFT, _RIGHT, _TOP, _BOTTOM = 18.0, 192.0, 18.0, 272.0
_WIDTH = _RIGHT - _LEFT
_LINE = 5.2
_INK, _SOFT, _HAIR = (40, 37, 34), (105, 100, 95), (215, 210, 203)
_MORE = "…"
# Letters of words whose width is remembered.
_SHORT = 16


def draw(paper: Paper) -> bytes:
    """The bytes of a document."""
    page = _Page(paper)
    page.head()
    for part in paper.parts:
        page.add(part)
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4", unit="mm")
        self.paper = paper
        self.brand = drawable(paper.brand)
        self.set_lang(get_language() or "en")
        self.set_title(paper.title)
        self.set_author(paper.brand)
        self.set_creator("Entraide")
        self.set_creation_date(datetime.combine(paper.until, time.min, UTC))
        for style, weight in (("", "Regular"), ("B", "Bold")):
            self.add_font("Lato", style, _FONTS / f"Lato-{weight}.ttf")
        self.set_auto_page_break(False)
        self.set_margins(_LEFT, _TOP, 210 - _RIGHT)
        self.set_display_mode("fullwidth")
        self._columns: Sequence[tuple[str, float]] = ()
        self._at = _TOP
        self._widths: dict[tuple[str, str, float], float] = {}
        self.add_page()

    # Called by the library at the end of each page.
    def footer(self) -> None:
        self._style(8, colour=_SOFT)
        self.text(_LEFT, 285, self._cut(f"{self.brand} · {drawable(self.paper.title)}", 130))
        words = _("Page %(page)s of %(pages)s")
        # As wide as it will be once the library knows how many there are.
        wide = self.get_string_width(words % {"page": self.page_no(), "pages": "00"})
        self.set_xy(_RIGHT - wide, 281.6)
        self.cell(wide, 5, words % {"page": self.page_no(), "pages": "{nb}"})

    def head(self) -> None:
        """Whose it is, what it is, and the sentences under the counter."""
        mark = tuple(int(self.paper.colour[at : at + 2], 16) for at in (1, 3, 5))
        self._mark(mark)
        self._style(11, bold=True)
        self.text(_LEFT + 13, _TOP + 4.1, self.brand)
        self._at = _TOP + 20
        self._style(19, bold=True)
        for line in self._wrapped(drawable(self.paper.title)):
            self.text(_LEFT, self._at, line)
            self._at += 8
        if name := drawable(self.paper.name):
            self._style(11)
            self.text(_LEFT, self._at - 0.6, name)
            self._at += 5.4
        self.set_fill_color(*mark)
        self.rect(0, self._at - 1.4, 210, 1.1, style="F")
        self._at += 6.5
        self._style(10)
        for sentence in self.paper.said:
            for line in self._wrapped(drawable(sentence)):
                self.text(_LEFT, self._at, line)
                self._at += 5
        self._at += 1

    def add(self, part: Part) -> None:
        """A heading, the heads of the columns, the rows, and their sum. Heads are repeated on each page."""
        self._room(4 * _LINE)
        self._at += 6
        self._style(12.5, bold=True)
        self.text(_LEFT, self._at, part.heading)
        self._at += 2.4
        self._columns = part.columns
        self._heads()
        self._style(9, bold=False)
        for row in part.rows:
            if self._at + _LINE > _BOTTOM:
                self._turn()
                self._style(9)
            self._row(row)
        if part.total:
            if self._at + _LINE + 1 > _BOTTOM:
                self._turn()
            self._rule(_INK)
            self._style(9, bold=True)
            self._row(part.total)

    def _room(self, height: float) -> None:
        if self._at + height > _BOTTOM:
            self._columns = ()
            self._turn()

    def _turn(self) -> None:
        self.add_page()
        self._at = _TOP + 2
        if self._columns:
            self._heads()

    def _heads(self) -> None:
        if any(words for words, _width in self._columns):
            self._style(8, colour=_SOFT)
            self._row(Row([words for words, _width in self._columns]))
            self._at -= 0.6
        self._rule(_HAIR)

    def _row(self, row: Row) -> None:
        self._at += _LINE
        x = _LEFT
        for words, (_head, width) in zip(row.cells, self._columns, strict=True):
            wide = abs(width)
            if words:
                words = self._cut(words, wide - 2)
                self.text(x + wide - self._wide(words) if width < 0 else x, self._at - 1.3, words)
            x += wide

    def _rule(self, colour: tuple[int, int, int]) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        self.line(_LEFT, self._at, _RIGHT, self._at)

    def _style(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font("Lato", "B" if bold else "", size)
        self.set_text_color(*colour)

    def _cut(self, words: str, width: float) -> str:
        """The words, or as much of them as has room."""
        if self._wide(words) <= width:
            return words
        while words and self.get_string_width(words + _MORE) > width:
            fits = int(len(words) * width / self.get_string_width(words + _MORE)) + 1
            words = words[: min(len(words) - 1, fits)]
        return words.rstrip() + _MORE

    def _wide(self, words: str) -> float:
        """How wide words are in these letters; days and amounts come again and again."""
        key = (words, self.font_style, self.font_size_pt)
        if key not in self._widths:
            width = self.get_string_width(words)
            if len(words) > _SHORT:
                return width
            self._widths[key] = width
        return self._widths[key]

    def _wrapped(self, words: str) -> Iterator[str]:
        line = ""
        for word in words.split(" "):
            longer = f"{line} {word}" if line else word
            if line and self.get_string_width(longer) > _WIDTH:
                yield line
                longer = word
            line = longer
        yield line

    def _mark(self, colour: tuple[int, ...]) -> None:
        """The line from one to another, its right end open."""
        scale = 0.3
        self.set_fill_color(*colour)
        self.set_draw_color(*colour)
        self.circle(_LEFT + 5 * scale, _TOP + 3, 5 * scale, style="F")
        self.rect(_LEFT + 5 * scale, _TOP + 3 - 1.5 * scale, 20 * scale, 3 * scale, style="F")
        self.set_line_width(1.8 * scale)
        self.circle(_LEFT + 28.5 * scale, _TOP + 3, 4.1 * scale, style="D")
