"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from core import brand


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's brand, name and languages, and the viewer."""
    here = get_language() or settings.LANGUAGE_CODE
    worn = brand.current()
    return {
        "brand": worn,
        "site_name": worn.name,
        "public_url": settings.PUBLIC_URL,
        "demo": settings.DEMO,
        "viewer": getattr(request, "viewer", None),
        "other_languages": [
            {"code": code, "name": name, "url": translate_url(request.get_full_path(), code)}
            for code, name in (("en", "English"), ("fr", "Français"))
            if code != here
        ],
    }
