"""What happens around every request."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from core import brand, logs, speculation
from core.errors import Refused, TooMany
from core.maintenance import Switch
from core.views import length_required, not_allowed, refused, too_large, too_many
from core.views import maintenance as closed

Handler = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Handler) -> Handler:
    """Gives each request an id, for the log and the `X-Request-Id` header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = secrets.token_hex(8)
        request.request_id = given  # type: ignore[attr-defined]
        token = logs.request_id.set(given)
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-Id"] = given
        return response

    return middleware


def client_address(get_response: Handler) -> Handler:
    """Behind proxies, puts the address of who asks where everybody looks for it (REMOTE_ADDR): limits count by it.

    Each proxy adds the address that it was asked from at the end of X-Forwarded-For. What stands before those of
    the site's own proxies was sent by anybody, and is not believed.
    """
    proxies = settings.ENTRAIDE["PROXIES"]

    def middleware(request: HttpRequest) -> HttpResponse:
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < proxies <= len(named):
            with contextlib.suppress(ValueError):  # no address: the proxy's own stays
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(named[-proxies].strip()))
        return get_response(request)

    return middleware


def dress(get_response: Handler) -> Handler:
    """Lets everything below know whose brand this request is answered in: that of the host it asks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with brand.asked_by(request.META):
            return get_response(request)

    return middleware


def body_limit(get_response: Handler) -> Handler:
    """Refuses a body that says it is too large, or not how large, by its header and before any of it is kept."""
    most = settings.ENTRAIDE["BODY_MAX_BYTES"]

    def middleware(request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            # Django reads a body by its length alone: this one would seem to be empty.
            response = length_required(request)
            response["Connection"] = "close"
            return response
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > most:
            _drain(request, length)
            response = too_large(request, most)
            response["Connection"] = "close"
            return response
        return get_response(request)

    return middleware


# A browser shows an answer only after it has sent all. More than this is cut off instead of read and forgotten.
_DRAIN_MOST = 256 * 1024 * 1024
_PIECE = 256 * 1024
# Somebody who sends slowly holds a thread no longer than this.
_DRAIN_SECONDS = 60


def _drain(request: HttpRequest, length: int) -> None:
    body = request.META.get("wsgi.input")
    left = length if length <= _DRAIN_MOST else 0
    until = time.monotonic() + _DRAIN_SECONDS
    while body is not None and left > 0 and time.monotonic() < until:
        piece = body.read(min(_PIECE, left))
        if not piece:
            return
        left -= len(piece)


def speculation_rules(get_response: Handler) -> Handler:
    """Names the rules by which a browser fetches a page just before its link is followed, on each page of ours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            response[speculation.HEADER] = speculation.header()
        return response

    return middleware


class Compress(GZipMiddleware):
    """Compresses pages and what else is words. Pictures are small already, static files are compressed beforehand.

    The token in a form differs each time, and Django adds bytes by chance: the size tells nothing of what is inside.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        words = kind.startswith("text/") or "json" in kind or "xml" in kind
        return super().process_response(request, response) if words and not response.streaming else response


# Asked by machines, which are told how the processes are and not whether readers are let in.
_ALWAYS = ("/healthz", "/readyz")


def maintenance(get_response: Handler) -> Handler:
    """Answers 503 to everybody, staff too, while `manage.py maintenance on` says so; looks at one file.

    Stands before the pages that are kept for visitors; the stylesheet of its own page is let through.
    """
    switch = Switch(settings.DATA)

    def middleware(request: HttpRequest) -> HttpResponse:
        if switch.is_on() and request.path not in _ALWAYS and not request.path.startswith(settings.STATIC_URL):
            return closed(request, switch.until())
        return get_response(request)

    return middleware


class refusals:
    """Turns `Refused` and `TooMany` from any view into pages that say why (403) and until when (429).

    And gives a page to whoever opens an address that only takes what a button sends (405).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            return not_allowed(request, response.get("Allow", ""))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return refused(request, exception)
        if isinstance(exception, TooMany):
            return too_many(request, exception)
        return None
