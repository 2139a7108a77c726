"""The help pages for search engines."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kb.models import Article

# What one sitemap may hold.
MOST = 50_000


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every published article of every language, with when it last changed."""
    articles = Article.objects.shown().only("pk", "url_path", "last_published_at", "live").order_by("pk")[:MOST]
    rows = [(f"{settings.PUBLIC_URL}{page.path_on_site}", page.last_published_at) for page in articles]
    return render(request, "kb/sitemap.xml", {"rows": rows}, content_type="application/xml")
