"""What makes a text easy to read, put into its HTML when it is drawn.

The words depend on the reader's language and the rules may change, so nothing of it is stored: what was written or
imported years ago gets it too. Finished posts are kept in the cache, so it is done once for many readers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.images import get_image_dimensions
from django.core.files.storage import default_storage
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

# Code with more lines than this, and quotes with more letters, are folded.
LINES_MOST = 15
QUOTE_MOST = 480
# How deep quotes within quotes are folded one by one; what is deeper opens with the one around it.
FOLDS_MOST = 3
# Width in pixels of the smaller copy that an upload keeps beside a wide picture, and from which width it does.
SMALL_WIDTH = 720
SMALL_FROM = 960

# One whole tag as the cleaner writes it: attributes in double quotes, which may hold anything but those. Text holds no
# bare "<", so that going from tag to tag never ends up inside of one.
_TAG = re.compile(r'<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>(?:\s+[a-z-]+(?:="[^"]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_WORTH_A_LOOK = ("<pre", "<blockquote", "<img", "<a ")
# How a picture that was uploaded here says its size: posts/2026/11/<random>-1600x900.webp
_SIZED = re.compile(r"-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.webp$")
_LOGGED = re.compile(
    r"^\W{0,3}(?:\d{4}-\d\d-\d\d|\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:"
    r"|(?:\w+ ?)?\b(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL)\b)"
)


def comfortable(html: str, *, titles: Mapping[str, str] | None = None, first: bool = False) -> SafeString:
    """Clean HTML of a post with long code and quotes folded, pictures sized, and links that say where they lead.

    `titles` names pages of this site by their path, for links that show nothing but an address; `first`: the text
    stands at the top of the page, so its first picture is not put off.
    """
    if not any(tag in html for tag in _WORTH_A_LOOK):
        return mark_safe(html)  # clean already, by core.text
    return mark_safe(_Reader(titles or {}, eager=first).read(html))  # made of clean HTML and escaped words


def code_block(text: str) -> SafeString:
    """Plain text shown as code, folded when it is long."""
    return mark_safe(_code("<pre>", f"<code>{escape(text)}</code>", "</pre>"))  # escaped here


@dataclass(slots=True)
class _Reader:
    """One pass over the tags of a text; `out` is what is written so far."""

    titles: Mapping[str, str]
    eager: bool
    out: list[str] = field(default_factory=list)
    # Where in `out` each open element began.
    quotes: list[int] = field(default_factory=list)
    link: tuple[int, str] | None = None
    code: tuple[int, str] | None = None
    code_depth: int = 0

    def read(self, html: str) -> str:
        at = 0
        for found in _TAG.finditer(html):
            self.out.append(html[at : found.start()])
            at = found.end()
            self._tag(found["name"], bool(found["close"]), found)
        self.out.append(html[at:])
        return "".join(self.out)

    def _tag(self, name: str, close: bool, found: re.Match[str]) -> None:
        tag = found[0]
        if name == "pre" and self.link is None:
            self._pre(tag, close)
        elif self.code is not None:
            self.out.append(tag)
        elif name == "blockquote":
            self._quote(tag, close)
        elif name == "img":
            self.out.append(self._picture(found["rest"]))
        elif name == "a":
            self._link(tag, close, found["rest"])
        else:
            self.out.append(tag)

    def _pre(self, tag: str, close: bool) -> None:
        self.code_depth += -1 if close else 1
        if not close and self.code_depth == 1:
            self.code = (len(self.out), tag)
        elif close and self.code_depth == 0 and self.code is not None:
            start, opened = self.code
            inner = "".join(self.out[start:])
            del self.out[start:]
            self.code = None
            self.out.append(_code(opened, inner, tag))
        else:
            self.out.append(tag)

    def _quote(self, tag: str, close: bool) -> None:
        if not close:
            self.quotes.append(len(self.out))
            self.out.append(tag)
            return
        self.out.append(tag)
        if not self.quotes:
            return
        start = self.quotes.pop()
        if len(self.quotes) > FOLDS_MOST:
            return
        inner = "".join(self.out[start:])
        if self.quotes or len(_words(inner)) > QUOTE_MOST:
            del self.out[start:]
            words = _("An earlier quote") if self.quotes else _("A long quote")
            self.out.append(f"{_summary(words)}{inner}</details>")

    def _picture(self, rest: str) -> str:
        given = dict(_ATTRIBUTE.findall(rest))
        src = given.get("src", "")
        size = _size_in(src) or _size_of(src)
        if size:
            given["width"], given["height"] = map(str, size)
            if _SIZED.search(src) and size[0] > SMALL_FROM:
                given["srcset"] = f"{small_name(src)} {SMALL_WIDTH}w, {src} {size[0]}w"
                given["sizes"] = "(max-width: 40rem) 100vw, 34rem"
        given["decoding"] = "async"
        if self.eager:
            given.pop("loading", None)
            self.eager = False
        else:
            given["loading"] = "lazy"
        # The values are as the cleaner wrote them: escaped.
        attributes = " ".join(f'{name}="{value}"' for name, value in given.items())
        return f"<img {attributes}>"

    def _link(self, tag: str, close: bool, rest: str) -> None:
        if not close:
            href = dict(_ATTRIBUTE.findall(rest)).get("href", "")
            self.link = (len(self.out) + 1, unescape(href))
            self.out.append(tag)
            return
        if self.link is not None:
            start, href = self.link
            inner = "".join(self.out[start:])
            self.out[start:] = [_leads(href, inner, self.titles)]
            self.link = None
        self.out.append(tag)


def small_name(name: str) -> str:
    """The name of the smaller copy of a picture."""
    return f"{name.removesuffix('.webp')}.small.webp"


def large_name(name: str) -> str:
    """The name of the picture that this is, or is the smaller copy of."""
    return f"{name.removesuffix('.small.webp')}.webp" if name.endswith(".small.webp") else name


def sized_name(token: str, size: tuple[int, int]) -> str:
    """The name of a picture that says how large it is, so that no page has to look."""
    return f"{token}-{size[0]}x{size[1]}.webp"


def own_links(html: str) -> set[str]:
    """The paths of this site's pages that a text shows by nothing but their address."""
    if f"{settings.PUBLIC_URL}/" not in html:
        return set()
    return {urlsplit(unescape(url)).path for url in re.findall(r'href="([^"]+)"[^>]*>\1</a>', html) if _is_own(url)}


def _is_own(url: str) -> bool:
    return url.startswith(f"{settings.PUBLIC_URL}/")


def _code(opened: str, inner: str, closed: str) -> str:
    """A block of code that scrolls by itself and can be reached by keyboard; folded behind its first line when long."""
    text = _words(inner).strip("\n")
    lines = text.split("\n")
    logged = sum(1 for line in lines if _LOGGED.match(line)) * 3 >= len(lines) >= 3
    name = _("Log") if logged else _("Code")
    block = (
        f'<div class="code" data-copy="{escape(_("Copy"))}" data-copied="{escape(_("Copied"))}">'
        f'<pre tabindex="0" role="region" aria-label="{escape(name)}"{opened.removeprefix("<pre")}{inner}{closed}</div>'
    )
    if len(lines) <= LINES_MOST:
        return block
    count = len(lines)
    words = (
        ngettext("Log, %(count)s line", "Log, %(count)s lines", count)
        if logged
        else ngettext("Code, %(count)s line", "Code, %(count)s lines", count)
    ) % {"count": count}
    begins = next((line.strip() for line in lines if line.strip()), "")[:80]
    return f"{_summary(words, begins)}{block}</details>"


def _summary(words: str, begins: str = "") -> str:
    """What opens a fold: in the language of the page, whatever that of the text."""
    sample = format_html(" <code>{}</code>", begins) if begins else ""
    return str(
        format_html(
            '<details class="fold"><summary><span lang="{}">{}</span>{}</summary>',
            get_language() or "en",
            words,
            sample,
        )
    )


def _leads(href: str, inner: str, titles: Mapping[str, str]) -> str:
    """The words of a link, with where it leads where they do not say so."""
    text = _words(inner).strip()
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return inner
    if parts.scheme not in ("http", "https") or not host:
        return inner
    if _is_own(href):
        title = titles.get(parts.path)
        return escape(title) if title and text == href else inner
    if re.search(rf"(?<![\w.@-]){re.escape(host)}(?![\w.-]*\w)", text.lower()) and "@" not in text:
        return inner
    if "<img" in inner and not text:
        return inner
    return f'{inner} <span class="to">({escape(host)})</span>'


def _words(html: str) -> str:
    return unescape(_TAG.sub("", html.replace("<br>", "\n")))


def _size_in(src: str) -> tuple[int, int] | None:
    found = _SIZED.search(src)
    return (int(found[1]), int(found[2])) if found else None


@lru_cache(maxsize=10_000)
def _size_of(src: str) -> tuple[int, int] | None:
    """Width and height from the header of a picture whose name does not say them; its file never changes."""
    name = src.removeprefix(settings.MEDIA_URL)
    if not name or name == src:
        return None
    try:
        with default_storage.open(name) as file:
            width, height = get_image_dimensions(file)
    except (OSError, ValueError, SuspiciousFileOperation):
        return None
    return (width, height) if width and height else None
