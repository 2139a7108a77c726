"""What people write: checked, rendered once, never trusted again.

Markdown is rendered by pyromark (pulldown-cmark) and cleaned by nh3 (ammonia); the HTML is stored
beside the source, so that reading costs nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

import nh3
import pyromark
from django.utils.text import slugify as django_slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.errors import Invalid

TITLE_MAX = 160
BODY_MAX = 60_000
COMMENT_MAX = 2_000
REASON_MAX = 1_000

_MARKDOWN = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
)
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "details", "em", "h3", "h4", "h5", "hr", "i", "img", "kbd", "li", "ol",
    "p", "pre", "s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="nofollow ugc noopener",
    clean_content_tags={"script", "style", "template", "iframe", "svg", "math"},
    attribute_filter=lambda tag, name, value: _own_image(value) if (tag, name) == ("img", "src") else value,
    set_tag_attribute_values={"img": {"loading": "lazy"}},
)
# Everything but tab and line feed that has no shape: it hides text from readers and breaks exports and feeds.
# Half a character (a lone surrogate) cannot be stored at all.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# Letters and signs that leave nothing to see although they count as such.
_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SPACES = re.compile(r"\s+")
# All spaces but those that keep words together, as French has before a colon.
_LINE_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
# What stands in angle brackets and is no element of HTML ("<PIN>") was meant to be read. Code is escaped by then.
_BRACKETED = re.compile(r"<(?=/?(?P<tag>[A-Za-z][\w-]*))")
_ELEMENTS = (_TAGS | nh3.ALLOWED_TAGS) | {
    "applet", "audio", "base", "body", "button", "canvas", "dialog", "embed", "fieldset", "font", "form", "frame",
    "frameset", "h1", "h2", "head", "html", "iframe", "input", "label", "link", "main", "math", "menu", "meta",
    "noscript", "object", "option", "picture", "portal", "script", "section", "select", "slot", "source", "style",
    "svg", "template", "textarea", "title", "track", "video", "xmp",
}  # fmt: skip
_HEADINGS = re.compile(r"<(/?)h([12])>")
# Where a line ends, so that the words on both sides stay apart.
_BLOCK = re.compile(
    r"<(?=/?(?:p|br|hr|li|ul|ol|pre|td|th|tr|table|h[1-6]|blockquote|details|summary|div|dd|dt|dl)\b)", re.IGNORECASE
)
_OWN_IMAGE = re.compile(r"/media/(?!.*\.\.)[\w./-]+")
# A picture of another site lost its address: what is left of it shows nothing and says nothing.
_NO_PICTURE = re.compile(r'<img(?:\s+(?!src=)[a-z]+="[^"]*")*\s*/?>')
# A tag (one never spans another's "<", so this stays linear on any input), or a bare address in the text between.
_TAG_OR_URL = re.compile(r"<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)[^<>]*>|(?P<url>\bhttps?://[^\s<>\"]{1,2000})")
_NO_LINKS_IN = frozenset({"a", "code", "pre", "kbd", "script", "style"})
# What ends a sentence rather than an address, and the same as the renderer writes it.
_AFTER_URL = frozenset(".,:;!?'*_~…»”’")
_AFTER_URL_ESCAPED = ("&quot;", "&gt;", "&lt;", "&#39;")


def _own_image(src: str) -> str | None:
    """Pictures come from this site only: anyone else's would tell them who reads."""
    return src if _OWN_IMAGE.fullmatch(src) else None


def _link_urls(html: str) -> str:
    """Make links of bare addresses in the text of rendered Markdown, not in code nor within links.

    Runs before cleaning, which is what makes the outcome safe.
    """
    depth = dict.fromkeys(_NO_LINKS_IN, 0)

    def each(found: re.Match[str]) -> str:
        tag = (found["tag"] or "").lower()
        if tag in depth:
            depth[tag] = max(0, depth[tag] + (-1 if found["close"] else 1))
        if tag or any(depth.values()):
            return found[0]
        url, after = _trimmed(found["url"])
        return f'<a href="{url}">{url}</a>{after}'

    return _TAG_OR_URL.sub(each, html)


def _trimmed(url: str) -> tuple[str, str]:
    """An address and what follows it: punctuation, and a bracket that it does not open itself."""
    end, open_, closed = len(url), url.count("("), url.count(")")
    while True:
        escaped = next((mark for mark in _AFTER_URL_ESCAPED if url.endswith(mark, 0, end)), "")
        if escaped:
            end -= len(escaped)
        elif url[end - 1] == ")" and closed > open_:
            end, closed = end - 1, closed - 1
        elif url[end - 1] in _AFTER_URL and not url.endswith("&amp;", 0, end):
            end -= 1
        else:
            return url[:end], url[end:]


def clean_line(text: str) -> str:
    """One line of plain text: NFC, no control characters, single spaces."""
    return _SPACES.sub(" ", _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\x00", "")))).strip()


def one_line(text: str) -> str:
    """What the product says, on one line: as `clean_line`, but no line ends where the words must stay together."""
    return _LINE_SPACES.sub(" ", text).strip()


def clean_block(text: str) -> str:
    """Several lines of plain text: NFC, line feeds only, no control characters."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def shows(text: str) -> bool:
    """Whether there is anything to see in it: a letter, a number, a sign or a picture."""
    return any(unicodedata.category(each)[0] in "LNPS" and each not in _BLANK for each in text)


def render_markdown(source: str) -> str:
    """Safe HTML for what a person wrote. A page has one h1 and posts stand under h2, so headings start at h3."""
    html = _MARKDOWN.html(source)
    html = _HEADINGS.sub(r"<\1h3>", html)
    html = _BRACKETED.sub(lambda found: "<" if found["tag"].lower() in _ELEMENTS else "&lt;", html)
    if "://" in source:
        html = _link_urls(html)
    return _NO_PICTURE.sub("", _CLEANER.clean(html)).strip()


def plain(html: str) -> str:
    """The words of some HTML, for snippets, feeds and the index."""
    return _SPACES.sub(" ", unescape(nh3.clean(_BLOCK.sub(" <", html), tags=set()))).strip()


def slugify(text: str, *, most: int = 60) -> str:
    """The readable part of an address; may be empty for a title with no Latin letters."""
    slug = django_slugify(text)[:most]
    return slug.rsplit("-", 1)[0] if len(slug) == most and "-" in slug else slug.strip("-")


def check_title(text: str) -> str:
    """The cleaned title. Raises Invalid, with what was wrong in words."""
    return _checked("title", clean_line(text), TITLE_MAX, _("Give your question a title, as you would say it aloud."))


def check_body(text: str, *, field: str = "details", required: bool = True) -> str:
    """The cleaned Markdown of a post. Raises Invalid."""
    text = clean_block(text)
    if not shows(text) and not required:
        return ""
    return _checked(field, text, BODY_MAX, _("Write a few words first."))


def check_comment(text: str) -> str:
    """The cleaned text of a comment. Raises Invalid."""
    return _checked("comment", clean_block(text), COMMENT_MAX, _("Write a few words first."))


def check_reason(text: str, *, field: str = "reason") -> str:
    """The cleaned reason for a decision, which the person concerned will read. Raises Invalid."""
    return _checked(field, clean_block(text), REASON_MAX, _("Say why: the person concerned will read it."))


def _checked(field: str, text: str, most: int, empty: object) -> str:
    if not shows(text):
        raise Invalid({field: empty})  # type: ignore[dict-item]
    over = len(text) - most
    if over > 0:
        raise Invalid(
            {
                field: ngettext_lazy(
                    "This is %(over)s character too long (at most %(most)s). "
                    "Nothing was lost: shorten it and send again.",
                    "This is %(over)s characters too long (at most %(most)s). "
                    "Nothing was lost: shorten it and send again.",
                    over,
                )
                % {"over": over, "most": most}
            }
        )
    return text


def listed(parts: Sequence[str]) -> str:
    """One, "A and B", or "A, B and C", "A, B and C", in the page's language."""
    if len(parts) < 2:
        return "".join(parts)
    return str(_("%(these)s and %(last)s")) % {"these": ", ".join(parts[:-1]), "last": parts[-1]}
