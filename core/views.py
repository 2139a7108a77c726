"""Pages that belong to no app: refusals and errors, health."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from core import brand, health
from core.errors import Refused, TooMany
from core.written import came_from, from_here, written


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """403 with the reason."""
    return render(request, "403.html", {"reason": error.reason, "back": came_from(request)}, status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for what Django or Wagtail refuse."""
    return render(request, "403.html", {"reason": ""}, status=403)


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """429 with when to come back, in words and as `Retry-After` (seconds)."""
    context = {"until": error.until, "has_words": bool(written(request).words), "back": came_from(request)}
    response = render(request, "429.html", context, status=429)
    return told_when(response, error)


def told_when(response: HttpResponse, error: TooMany) -> HttpResponse:
    """The same answer, with when to come back for machines."""
    response["Retry-After"] = str(max(1, int((error.until - timezone.now()).total_seconds()) + 1))
    return response


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413: what was sent is larger than `most` bytes."""
    return _bare(
        "413.html",
        {"most": most // 1024**2},
        "What you sent is too large.",
        status=413,
    )


def length_required(request: HttpRequest) -> HttpResponse:
    """411: a body that does not say how large it is, which no browser sends."""
    return _bare("411.html", {}, "Say how long what you send is.", status=411)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is older than the sign-in. What was typed into it stands there, to be sent once more."""
    # Another site's form is not shown here as if it were ours.
    again = from_here(request) and bool(written(request).words)
    words = (
        _("You signed in or out since this page was opened. Look at what you wrote, then send it again.")
        if again
        else _("This page was open too long. Go back, reload it, and send again.")
    )
    return render(request, "403.html", {"reason": words, "again": again, "foreign": not again}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense. Asks nothing of the request, whose host may be made up."""
    if isinstance(exception, RequestDataTooBig):
        return _bare(
            "413.html",
            {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1000**2, "text": True},
            "What you sent is too large.",
            status=413,
        )
    return _bare("400.html", {}, "This request cannot be understood.", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says so without asking the database, which may be what is broken."""
    return _bare("500.html", {}, "Something broke on our side.", status=500)


def _bare(template: str, context: dict[str, object], plain: str, *, status: int) -> HttpResponse:
    """A page that needs neither the database nor the request; plain words where even that fails."""
    with contextlib.suppress(TemplateDoesNotExist, ValueError, OSError):
        context = {"site_name": brand.at_hand().name, **context}
        return HttpResponse(loader.render_to_string(template, context), status=status)
    return HttpResponse(f"{plain}\n", status=status, content_type="text/plain; charset=utf-8")


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405 for somebody who opened, or reloaded, an address that only takes what a button sends."""
    response = render(request, "405.html", status=405)
    response["Allow"] = allowed
    return response


def maintenance(request: HttpRequest, until: datetime | None) -> HttpResponse:
    """503 with until when, in words and as `Retry-After` (seconds); asks neither the database nor the session."""
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        response = _bare("503.html", {"until": until}, "Back soon.", status=503)
    left = (until - timezone.now()).total_seconds() if until else 0
    response["Retry-After"] = str(max(60, int(left)))
    response["Cache-Control"] = "no-store"
    # It is answered before the policy of all other pages is added.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows where no page can be reached. The same for everybody."""
    return render(request, "offline.html")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the offline page. Served from the root, so that it stands for every page."""
    pages = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            pages.append((code, reverse("offline")))
    style = static("entraide.css")
    # A new stylesheet, or new words, and browsers take the page anew.
    kept = style + "".join(loader.render_to_string("offline.html", {}) for _code in pages)
    version = hashlib.blake2b(kept.encode(), digest_size=8).hexdigest()
    context = {"pages": pages, "style": style, "version": version}
    return render(request, "sw.js", context, content_type="text/javascript; charset=utf-8")


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 once every part is usable, else 503; the parts by name either way."""
    parts = health.parts(timezone.now())
    ready = all(parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
