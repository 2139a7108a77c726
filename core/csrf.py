"""Forms of other sites are refused: by a token for who is signed in, for visitors by where the form stood."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from core.visitors import is_visitor
from core.written import from_here

Handler = Callable[[HttpRequest], HttpResponse]


def visitors_forms(get_response: Handler) -> Handler:
    """Spares visitors Django's check where the browser itself says that the form was ours. Stands before that check.

    A token in each form would make each visitor's page their own, and set a cookie before anybody agreed to
    anything. Browsers say with every form where it comes from (`Sec-Fetch-Site`, `Origin`) and no page can make
    them lie; one that says neither is refused. From whoever signed in, the token is asked for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and _is_nobody(request) and _is_ours(request):
            request.csrf_processing_done = True  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _is_nobody(request: HttpRequest) -> bool:
    """Not signed in; something may be kept for them since their page was made (words, a passkey's challenge)."""
    return is_visitor(request) or SESSION_KEY not in request.session


def _is_ours(request: HttpRequest) -> bool:
    said = request.headers.get("Sec-Fetch-Site")
    return said == "same-origin" if said else from_here(request)


def token(request: HttpRequest) -> dict[str, str]:
    """Context: no token in what visitors are shown. Stands after Django's own, which it replaces."""
    return {"csrf_token": ""} if is_visitor(request) else {}
