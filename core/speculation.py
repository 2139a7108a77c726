"""Pages fetched when a reader is about to follow a link, by the browser itself (speculation rules, by header).

Only pages that change nothing and tell the server nothing when they are read; nothing that asks for a right, starts
a form or leaves the site. A browser that does not know the header ignores it.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

HEADER = "Speculation-Rules"
_READ = ("", "community/", "community/about/*", "community/t/*", "help/*", "terms/", "privacy/", "accessibility/")
_NOT = ("community/t/*/*/*", "*/feed/*")


@require_safe
@cache_control(max_age=86400, public=True)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules themselves, the same for everybody."""
    paths = [f"/{code}/{path}" for code, _name in settings.LANGUAGES for path in _READ]
    excluded = [f"/{code}/{path}" for code, _name in settings.LANGUAGES for path in _NOT]
    where = {"and": [{"href_matches": paths}, {"not": {"href_matches": excluded}}]}
    body = {"prefetch": [{"where": where, "eagerness": "moderate"}]}
    return HttpResponse(json.dumps(body), content_type="application/speculationrules+json")


def header() -> str:
    """What the header says: where the rules are."""
    return f'"{reverse("speculation_rules")}"'
