"""Uploaded pictures, served so that nothing in them can run."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

# What a browser draws and cannot run. No SVG: it may hold script.
TYPES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
YEAR = 31_536_000


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """One picture, by the type that its name ends in; 404 for anything else. Names are random and never reused."""
    kind = TYPES.get(PurePosixPath(path).suffix.lower())
    if kind is None or "\x00" in path:
        raise Http404
    try:
        changed = default_storage.get_modified_time(path).timestamp()
        if not was_modified_since(request.headers.get("If-Modified-Since"), changed):
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = FileResponse(default_storage.open(path), content_type=kind)  # type: ignore[assignment]
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    response["Last-Modified"] = http_date(changed)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
