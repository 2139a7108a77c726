"""Each request knows its viewer, and pages speak in the viewer's time."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import DEFAULT_TIME_ZONE
from accounts.viewer import Viewer, viewer_of

Handler = Callable[[HttpRequest], HttpResponse]


def _viewer(request: HttpRequest) -> Viewer:
    user = request.user
    return Viewer.of(user) if user.is_authenticated else Viewer()


def viewer(get_response: Handler) -> Handler:
    """Sets `request.viewer`, read when first asked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: _viewer(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def reader(get_response: Handler) -> Handler:
    """Times in the viewer's zone; and the language they chose for addresses that name none.

    Reads nobody for a request without a session, so that pages for visitors cost no query.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        member = viewer_of(request).member if has_session else None
        with timezone.override(ZoneInfo(member.time_zone if member else DEFAULT_TIME_ZONE)):
            response = get_response(request)
        if member and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != member.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                member.language,
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite="Lax",
            )
        return response

    return middleware
