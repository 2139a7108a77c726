"""The sitemap: every public thread, in chunks cut by key so that each costs the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from community.models import Thread

# Keys a chunk: at most so many addresses, fewer where threads are gone or not public.
CHUNK = 20_000


@require_safe
def index(request: HttpRequest, others: Sequence[str] = ()) -> HttpResponse:
    """All chunks, and the sitemaps of other apps by the names of their addresses."""
    last = Thread.objects.listed().aggregate(last=Max("pk"))["last"]
    chunks = range(last // CHUNK + 1) if last is not None else range(0)
    context = {"chunks": chunks, "others": others, "site": settings.PUBLIC_URL}
    return render(request, "community/sitemap_index.xml", context, content_type="application/xml")


@require_safe
def threads(request: HttpRequest, chunk: int) -> HttpResponse:
    """The public threads whose keys lie in one chunk, under their canonical addresses."""
    first = chunk * CHUNK
    if first > 2**62:
        raise Http404
    found = Thread.objects.listed().filter(pk__gte=first, pk__lt=first + CHUNK).order_by("pk")
    rows: list[tuple[str, datetime]] = [
        (f"{settings.PUBLIC_URL}{thread.canonical_path}", thread.last_activity_at)
        for thread in found.only("pk", "title", "lang", "last_activity_at").iterator(chunk_size=2_000)
    ]
    if not rows and chunk:
        raise Http404
    return render(request, "community/sitemap.xml", {"rows": rows}, content_type="application/xml")
