"""What a browser asks of a brand beside the page: its stylesheet, its icons, its manifest."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import brand, colour, pictures
from core.media import YEAR


def _kept_for_good(body: bytes | str, kind: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _colour(version: str) -> str:
    """The colour that a version names: all that is drawn of a brand follows from it, so that no row is read."""
    digits, _dash, making = version.partition("-")
    try:
        given = colour.normal(digits)
    except ValueError as error:
        raise Http404 from error
    if making != colour.MAKING or given != f"#{digits}":
        raise Http404
    return given


@require_safe
def stylesheet(request: HttpRequest, version: str) -> HttpResponse:
    """The tokens that the brand's colour changes; pages in the product's own colour do not ask for it."""
    return _kept_for_good(colour.css(_colour(version)), "text/css; charset=utf-8")


@require_safe
def favicon(request: HttpRequest, version: str) -> HttpResponse:
    """The mark in the brand's colour, light and dark."""
    light, dark = colour.roles(_colour(version))["mark"]
    response = _kept_for_good(pictures.mark_svg(colour.hexed(*light), colour.hexed(*dark)), "image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
def icon(request: HttpRequest, version: str, size: int) -> HttpResponse:
    """The square icon in the brand's colour: only in those that a site here has, since each is drawn anew."""
    given = _colour(version)
    if size not in pictures.ICON_SIZES or given not in {made.colour for made in brand.table().all()}:
        raise Http404
    return _kept_for_good(pictures.icon(size, given), "image/png")


def icon_path(size: int) -> str:
    """The address of the icon of this site."""
    worn = brand.current()
    return reverse("brand_icon", args=[worn.style, size]) if worn.style else static(f"icons/{size}.png")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone asks before it puts the site on its home screen."""
    worn = brand.current()
    icons = [
        {"src": icon_path(size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in pictures.ICON_SIZES[1:]
        for purpose in ("any", "maskable")
    ]
    said = {
        "name": worn.name,
        "short_name": worn.name[:12].rstrip(),
        "description": _("Find the answer, or ask: other customers answer, and a person takes over when nobody does."),
        "lang": get_language(),
        "id": reverse("home"),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "theme_color": worn.drawn,
        "background_color": colour.hexed(*colour.GROUND[0]),
        "icons": icons,
    }
    response = HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
