"""What somebody typed into a form that was not taken: the page that says why gives it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Fields that hold words, with what they are called; every other field is something that was chosen.
WORDS: dict[str, str | Promise] = {
    "title": _("Title"),
    "details": _("Details"),
    "body": _("Your words"),
    "text": _("Your words"),
    "reason": _("Why"),
}
# A form with one of these in a name proves who somebody is: it is never shown again.
_SECRET = ("password", "credential", "code")


@dataclass(frozen=True, slots=True)
class Word:
    """One field as it was typed."""

    name: str
    label: str | Promise
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a form, and the choices that went with them (name, value)."""

    words: list[Word] = field(default_factory=list)
    chosen: list[tuple[str, str]] = field(default_factory=list)


def written(request: HttpRequest) -> Written:
    """What was typed in this request; nothing for a form without words, with secrets, or for no known address."""
    # Once an address is known, the form has been read already: by the check that it is one of ours.
    if request.method != "POST" or request.resolver_match is None:
        return Written()
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    if any(secret in name for name in names for secret in _SECRET):
        return Written()
    words = [Word(name, WORDS[name], text) for name, text in _given(request, names) if name in WORDS and text.strip()]
    if not words:
        return Written()
    return Written(words, [(name, text) for name, text in _given(request, names) if name not in WORDS])


def from_here(request: HttpRequest) -> bool:
    """Whether a browser says that the form was on a page of this very site."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def came_from(request: HttpRequest) -> str:
    """The page of this site whose form or link led here; empty where a browser does not say, or it is this one."""
    referer = request.headers.get("Referer", "")
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    if (parts.scheme, parts.netloc) != (request.scheme, request.get_host()) or parts.path == request.path:
        return ""
    # Two slashes would lead to another host.
    return f"/{parts.path.lstrip('/')}{f'?{parts.query}' if parts.query else ''}"


def _given(request: HttpRequest, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield name, request.POST.get(name, "")
