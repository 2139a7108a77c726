"""Whole pages for visitors: finished once, and given away as bytes while nothing has been written since.

Somebody who is not signed in sees what any other visitor sees. A view says so with `same_for_visitors`; its pages
then hold no token, no cookie and no word of who reads. They are kept in the memory of the web process, each with the
stamp of everything that was written when its making began (see `stamped_by`). The stamp is read anew when it is
TRUSTED old: whatever another process writes shows that much later at the latest, and what this one writes, at once.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from core import brand
from core.shelf import Shelf

Handler = Callable[[HttpRequest], HttpResponse]
P = ParamSpec("P")

# How long a stamp that was read is believed, in seconds.
TRUSTED = 0.5
# Pages say how late a promise is and whether the desk is open: made anew at least this often (seconds).
STEP = 300
# With one of these cookies somebody is more than a visitor: signed in, or about to be told something.
_OWN_COOKIES = ("messages",)


class Stamp:
    """What was written last, as the database says; asked at most twice a second, however many read pages."""

    def __init__(self) -> None:
        self._ask: Callable[[], Hashable] = tuple
        self._lock = threading.Lock()
        self._value: Hashable = None
        self._until = 0.0

    def stamped_by(self, ask: Callable[[], Hashable]) -> None:
        """Have `ask` tell of what was written: any two answers differ when anything was written between them."""
        self._ask = ask

    def forget(self) -> None:
        """Ask again before the next page: for after the commit of whatever this process writes."""
        self._until = 0.0

    def read(self) -> Hashable:
        """The stamp and the step of the clock; at most TRUSTED old."""
        if time.monotonic() >= self._until:
            with self._lock:
                now = time.monotonic()
                if now >= self._until:
                    # From before it is asked: what is written meanwhile belongs to the next one.
                    self._until = now + TRUSTED
                    try:
                        self._value = self._ask()
                    except BaseException:
                        self._until = 0.0
                        raise
        return self._value, int(time.time()) // STEP


stamp = Stamp()


@dataclass(frozen=True, slots=True)
class Kept:
    """One finished page: its bytes, as they go over the wire, and its headers."""

    stamp: Hashable
    content: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str

    @property
    def size(self) -> int:
        return len(self.content)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 for a browser that has it."""
        response = HttpResponse(self.content)
        for name, value in self.headers:
            response.headers[name] = value
        if "HTTP_IF_NONE_MATCH" in request.META:
            return get_conditional_response(request, etag=self.etag, response=response) or response
        return response


shelf: Shelf[Kept] = Shelf("VISITORS_PAGES_BYTES")


def same_for_visitors(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Any:
    """Say of a view that a visitor's page of it is every visitor's: it may be kept whole."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return mark(view(request, *args, **kwargs))

    return wrapper


def mark(response: HttpResponse) -> HttpResponse:
    """What `same_for_visitors` does, for a response that no view of ours makes."""
    response.same_for_visitors = True  # type: ignore[attr-defined]
    return response


def is_visitor(request: HttpRequest) -> bool:
    """Whether nothing is known of who asks: not signed in, nothing kept for them, nothing to be told."""
    cookies = request.COOKIES
    return settings.SESSION_COOKIE_NAME not in cookies and not any(name in cookies for name in _OWN_COOKIES)


def pages(get_response: Handler) -> Handler:
    """Answers visitors from the shelf, and puts there what was made for one of them. Stands before all that costs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if shelf.is_off or request.method != "GET" or not is_visitor(request) or _asks_for_more(request):
            return get_response(request)
        meta = request.META
        small = "gzip" in meta.get("HTTP_ACCEPT_ENCODING", "")
        # Two sites may wear different brands; a brand that changes is another page.
        site = (meta.get("HTTP_HOST"), request.scheme, brand.version())
        key = (*site, request.path, meta.get("QUERY_STRING"), small)
        written = stamp.read()
        page = shelf.get(key, written)
        if page is None:
            response = get_response(request)
            if not _may_be_kept(response):
                return response
            page = _finish(response, written, small=small)
            shelf.put(key, page)
        return page.answer(request)

    return middleware


def _asks_for_more(request: HttpRequest) -> bool:
    """A part of a page, or a part of its bytes; or with proof of who it is."""
    return any(name in request.META for name in ("HTTP_HX_REQUEST", "HTTP_RANGE", "HTTP_AUTHORIZATION"))


def _may_be_kept(response: HttpResponse) -> bool:
    return (
        getattr(response, "same_for_visitors", False)
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Set-Cookie")
    )


def _finish(response: HttpResponse, written: Hashable, *, small: bool) -> Kept:
    content = response.content
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}{"-gzip" if small else ""}"'
    # Kept by browsers too, who ask each time whether it is still so. Another cookie makes another page.
    response["Cache-Control"] = "no-cache"
    response["ETag"] = etag
    if small:
        # At its best, and the same each time: it is done once, and there is no secret in it.
        content = gzip.compress(content, mtime=0)
        response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(content))
    patch_vary_headers(response, ("Cookie", "Accept-Encoding"))
    return Kept(written, content, tuple(response.headers.items()), etag)
