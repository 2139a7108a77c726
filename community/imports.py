"""Reading exported threads: one JSON object a line becomes plain, checked values, or says why it cannot.

Nothing here touches the database. HTML becomes Markdown by html-to-markdown, and is rendered again from
that, so that an imported post can be edited like any other.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import html_to_markdown

from core.text import clean_block, clean_line, plain, render_markdown

TITLE_MOST = 200
# Logs run to hundreds of thousands of characters; past this a post is cut, and says so.
BODY_MOST = 400_000

_OPTIONS = html_to_markdown.ConversionOptions(
    escape_misc=True,
    escape_asterisks=True,
    escape_underscores=True,
    extract_metadata=False,
)
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL | re.IGNORECASE)
_LINK_TAG = re.compile(r"</?a\b[^>]*>", re.IGNORECASE)
# Pictures elsewhere are not shown, since they would tell their host who reads: they become links.
_IMAGE = re.compile(r"(?<!\\)!\[([^\]]*)\]\((\S+?)(?:\s+\"[^\"]*\")?\)")
# Links into the place that the export came from lead nowhere here.
_RELATIVE = re.compile(r"(?<![\\!])\[((?:[^\[\]\\]|\\.)*)\]\((?!https?://|mailto:|tel:)[^)\s]*(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
# Escapes that only a line's beginning needs.
_NEEDLESS = re.compile(r"(?<=[^\W\d])\\([-=.)+#&!])|(?<=\S )\\([-=&+])")


class Unusable(Exception):
    """A line that cannot be imported, with the reason in words."""


@dataclass(frozen=True, slots=True)
class ReadPost:
    """An answer, or the opening post."""

    external_id: str
    author: str
    created_at: datetime
    body: str
    html: str
    helpful: int
    spam: bool


@dataclass(frozen=True, slots=True)
class ReadThread:
    """One line of the file. `me_too` and `helpful` are totals without voters."""

    external_id: str
    lang: str
    product: str
    topic: str
    title: str
    opening: ReadPost
    answers: tuple[ReadPost, ...]
    solution: str
    me_too: int
    locked: bool
    spam: bool
    source_url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is JSON and has a key; the rest of it is not checked yet."""

    given: dict[str, Any]
    external_id: str
    posts: int


def read_line(line: str) -> Line:
    """What a line holds, at little cost, so that known threads can be passed over. Raises Unusable."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON: {error}") from None
    if not isinstance(given, dict):
        raise Unusable("not a JSON object")
    answers = given.get("answers", [])
    if not isinstance(answers, list):
        raise Unusable("answers: not a list")
    return Line(given, _key(given, "thread"), 1 + len(answers))


def read_thread(line: Line, *, now: datetime) -> ReadThread:
    """The thread on a line, checked, with its HTML as Markdown. Raises Unusable with the reason."""
    given = line.given
    opening = _post(given, now, "thread")
    read: dict[str, ReadPost] = {}
    for answer in given.get("answers", []):
        if not isinstance(answer, dict):
            raise Unusable("answers: one is not an object")
        post = _post(answer, now, "answer")
        read.setdefault(post.external_id, post)
    solution = given.get("solution")
    solution = "" if solution is None else str(solution)
    if solution and solution not in read:
        raise Unusable(f"solution: no answer has the id {solution}")
    product = clean_line(_text(given, "product"))
    if not product:
        raise Unusable("product: empty")
    title = clean_line(_text(given, "title", required=False)) or clean_line(plain(opening.html))[:80]
    return ReadThread(
        external_id=opening.external_id,
        lang=(clean_line(_text(given, "locale", required=False)) or "en")[:35],
        product=product,
        topic=clean_line(_text(given, "topic", required=False)),
        title=title if len(title) <= TITLE_MOST else title[: TITLE_MOST - 1].rstrip() + "…",
        opening=opening,
        answers=tuple(read.values()),
        solution=solution,
        me_too=_count(given, "me_too"),
        locked=bool(given.get("locked")),
        spam=bool(given.get("spam")),
        source_url=_text(given, "url", required=False)[:500],
        licence=_text(given, "licence", required=False)[:40],
    )


def read_lines(rows: Sequence[tuple[int, str]], *, now: datetime) -> list[tuple[int, str, ReadThread | str]]:
    """Each numbered line with its thread, or with the reason why there is none. Runs in a process of its own."""
    read: list[tuple[int, str, ReadThread | str]] = []
    for number, text in rows:
        try:
            read.append((number, text, read_thread(read_line(text), now=now)))
        except Unusable as error:
            read.append((number, text, str(error)))
    return read


def leave_interrupts() -> None:
    """For the processes that run `read_lines`: what Ctrl-C means is decided by the one that writes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def to_markdown(html: str) -> str:
    """Markdown that renders as this HTML did, without its scripts, styles and foreign pictures."""
    html = _PRE.sub(lambda pre: _LINK_TAG.sub("", pre.group()), html)
    text = html_to_markdown.convert(html, _OPTIONS).content or ""
    parts = _FENCE.split(text)
    if len(parts) % 2:  # every fence is closed: what stands between two is code and stays as it is
        fences = _FENCE.findall(text)
        parts[::2] = [_prose(part) for part in parts[::2]]
        text = "".join(part + fence for part, fence in zip(parts, [*fences, ""], strict=True))
    return clean_block(text)


def _prose(text: str) -> str:
    text = _IMAGE.sub(lambda image: f"[{image[1] or image[2]}]({image[2]})", text)
    text = _RELATIVE.sub(r"\1", text)
    return _NEEDLESS.sub(lambda escape: escape[1] or escape[2], text)


def _post(given: dict[str, Any], now: datetime, what: str) -> ReadPost:
    key = _key(given, what)
    author = clean_line(_text(given, "author"))
    if not author:
        raise Unusable(f"{what} {key}: no author")
    html = _text(given, "html")
    try:
        body = to_markdown(html)
    except Exception as error:  # whatever the converter stumbles over is that line's fault, and is reported
        raise Unusable(f"{what} {key}: its HTML cannot be read: {error}") from None
    if len(body) > BODY_MOST:
        body = body[:BODY_MOST].rsplit("\n", 1)[0] + "\n\n(…)"
    if not body:
        body = clean_line(_text(given, "title", required=False)) or "…"
    return ReadPost(
        external_id=key,
        author=author[:120],
        created_at=_moment(given, now, f"{what} {key}"),
        body=body,
        html=render_markdown(body),
        helpful=_count(given, "helpful"),
        spam=bool(given.get("spam")),
    )


def _key(given: dict[str, Any], what: str) -> str:
    key = given.get("id")
    if isinstance(key, bool) or not isinstance(key, int | str) or not clean_line(str(key)) or len(str(key)) > 100:
        raise Unusable(f"{what}: no usable id")
    return clean_line(str(key))


def _text(given: dict[str, Any], name: str, *, required: bool = True) -> str:
    value = given.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise Unusable(f"{name}: {'missing' if value is None else 'not text'}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unusable(f"{name}: half a character (a lone surrogate)") from None
    return value


def _count(given: dict[str, Any], name: str) -> int:
    value = given.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise Unusable(f"{name}: not a count")
    return value


def _moment(given: dict[str, Any], now: datetime, what: str) -> datetime:
    text = _text(given, "created").replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"{what}: created is not a time") from None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now + timedelta(days=1) or at.year < 1990:
        raise Unusable(f"{what}: created lies outside of 1990 to today")
    return at
