"""An answer's HTML as the blocks of an article. Pure: text in, plain data out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

Block = tuple[str, Any]

# A first paragraph up to this many characters is the answer in short.
LEAD_MOST = 420

# What Wagtail's rich text holds; everything else leaves its words behind.
_INLINE = nh3.Cleaner(
    tags={"a", "b", "i", "code", "br"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
_NAMES = {"strong": "b", "em": "i", "kbd": "code"}
_BREAK = re.compile(r"\s*<br>\s*")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "summary"}
_LISTS = {"ul", "ol"}


def blocks_of(html: str) -> list[Block]:
    """The blocks, as a StreamField takes them: the first short paragraph leads, numbered lists become steps.

    Nothing but paragraphs, lists, bold, italic, code and links to http, https, mailto and tel come out, whatever
    went in. A picture becomes a link to it, named by its words.
    """
    made = _Maker()
    made.all(BeautifulSoup(html, "html.parser").children)
    return made.finish()


def line_of(html: str) -> str:
    """A short HTML text as one paragraph of rich text."""
    return f"<p>{_inline(BeautifulSoup(html, 'html.parser'))}</p>"


class _Maker:
    """Walks the top level of a post; paragraphs gather until something else ends them."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.heading = ""
        self.prose: list[str] = []

    def all(self, nodes: Iterable[PageElement]) -> None:
        for node in nodes:
            if isinstance(node, Tag):
                self.tag(node)
            elif type(node) is NavigableString and node.strip():
                self.paragraph(escape(str(node).strip(), quote=False))

    def tag(self, node: Tag) -> None:
        if node.name in _HEADINGS:
            self.flush()
            self.heading = node.get_text(" ", strip=True)[:120]
        elif node.name == "ol":
            self.flush()
            steps = [text for text in (_item(item) for item in node.find_all("li", recursive=False)) if text]
            if steps:
                self.blocks.append(("steps", {"heading": self.heading, "hint": "", "steps": steps}))
                self.heading = ""
        elif node.name == "ul":
            items = [text for text in (_item(item) for item in node.find_all("li", recursive=False)) if text]
            if items:
                self.prose.append(f"<ul>{''.join(f'<li>{text}</li>' for text in items)}</ul>")
        elif node.name == "pre":
            self.flush()
            if text := node.get_text().strip("\n"):
                self.blocks.append(("code", text))
        elif node.name == "table":
            self.table(node)
        elif node.name in ("blockquote", "details", "div", "tbody"):
            self.all(node.children)
        elif node.name != "hr":
            self.paragraph(_inline(node))

    def table(self, node: Tag) -> None:
        """Rich text has no tables: what heads the columns is a line, and each row below it an item."""
        items = []
        for row in node.find_all("tr"):
            text = " · ".join(filter(None, (_inline(cell) for cell in row.find_all(["th", "td"]))))
            if row.find("td") is None:
                self.paragraph(text)
            elif text:
                items.append(f"<li>{text}</li>")
        if items:
            self.prose.append(f"<ul>{''.join(items)}</ul>")

    def paragraph(self, text: str) -> None:
        if not text:
            return
        # Measured by what is read, not by its markup.
        short = len(BeautifulSoup(text, "html.parser").get_text()) <= LEAD_MOST
        if not self.blocks and not self.prose and not self.heading and short:
            self.blocks.append(("lead", f"<p>{text}</p>"))
        else:
            self.prose.append(f"<p>{text}</p>")

    def flush(self) -> None:
        if self.prose:
            self.blocks.append(("text", {"heading": self.heading, "text": "".join(self.prose)}))
            self.prose, self.heading = [], ""

    def finish(self) -> list[Block]:
        if self.heading and not self.prose:
            self.prose.append(f"<p>{escape(self.heading, quote=False)}</p>")
            self.heading = ""
        self.flush()
        return self.blocks


def _item(node: Tag) -> str:
    """A list's item on one level: what is nested in it follows as lines of its own."""
    for nested in node.find_all(_LISTS):
        for item in nested.find_all("li", recursive=False):
            item.insert(0, "– ")
            item.insert_before(BeautifulSoup("<br>", "html.parser"))
    return _BREAK.sub("<br>", _inline(node))


def _inline(node: Tag) -> str:
    """The words of a node with the few marks that rich text keeps."""
    for picture in node.find_all("img") if node.name != "img" else [node]:
        src = str(picture.get("src", ""))
        name = escape(str(picture.get("alt", "")).strip() or src, quote=False)
        link = BeautifulSoup(f'<a href="{escape(src)}">{name}</a>' if src else "", "html.parser")
        if picture is node:
            return _INLINE.clean(str(link)).strip()
        picture.replace_with(link)
    for old, new in _NAMES.items():
        for tag in node.find_all(old):
            tag.name = new
    for paragraph in node.find_all("p")[1:]:
        paragraph.insert_before(BeautifulSoup("<br>", "html.parser"))
    return _INLINE.clean(_outer(node)).strip()


def _outer(node: Tag) -> str:
    """The node's own mark where rich text has it, with what is in it; what is in it otherwise."""
    name = _NAMES.get(node.name, node.name)
    if name in ("b", "i", "code", "a"):
        node.name = name
        return str(node)
    return node.decode_contents()
