"""What a page is made of, whatever it says: pages of the same kind that bring nothing new need no second check."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"input", "br", "hr", "img", "link", "meta", "source", "wbr", "area", "col", "embed", "track"}
Piece = tuple[str, str, str, str]


class Shape(HTMLParser):
    """`Shape.of(html)`: elements with their class, their attributes' names and where they stand; and the links."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: set[Piece] = set()
        self.links: list[str] = []
        self._open: list[str] = []

    @classmethod
    def of(cls, html: str) -> Shape:
        shape = cls()
        shape.feed(html)
        return shape

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        look = given.get("class") or ""
        # The last two around it: a link within a heading within a row is not one within a notice.
        self.pieces.add((" ".join(self._open[-2:]), tag, look, " ".join(sorted(given))))
        if tag == "a" and (href := given.get("href")):
            self.links.append(href)
        if tag not in VOID:
            self._open.append(f"{tag}.{look}")

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].split(".", 1)[0] == tag:
                del self._open[place:]
                return
