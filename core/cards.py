"""Cards for links, drawn when somebody first asks for one and kept in the data folder; the address says of when."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language

from core import brand, pictures
from core.media import YEAR
from core.pictures import Card
from core.ratelimits import check

# The folder holds at most so many cards (25 kB each): 256 drawers, and of a full one the oldest card goes.
DRAWER_MOST = 40
# One at a time: a crawler that asks for hundreds takes no more than one thread's share of the machine.
_drawing = threading.Lock()


def version(*parts: object) -> str:
    """What the address of a card says: changes with what is drawn (`parts`), the brand, the language, the drawing."""
    of = (*parts, brand.version(), get_language(), pictures.MAKING)
    return hashlib.sha256(repr(of).encode()).hexdigest()[:16]


def answer(request: HttpRequest, *, asked: str, newest: str, path: str, draw: Callable[[], Card]) -> HttpResponse:
    """The card of version `asked`; where that is not the `newest`, the way to it, which is `path`.

    Raises TooMany for somebody who has had too many drawn; one that is kept costs nothing.
    """
    if asked != newest:
        return HttpResponseRedirect(path)
    kept = settings.DATA / "cards" / newest[:2] / f"{newest}.png"
    try:
        drawn = kept.read_bytes()
    except OSError:
        check(request, "card")
        with _drawing:
            drawn = kept.read_bytes() if kept.exists() else _keep(kept, pictures.card(draw()))
    response = HttpResponse(drawn, content_type="image/png")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    # Other sites show it beside a link to this one.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _keep(path: Path, drawn: bytes) -> bytes:
    """Kept whole or not at all; a full disk is no reason not to show it."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        others = sorted(path.parent.glob("*.png"), key=lambda other: other.stat().st_mtime)
        for old in others[: max(0, len(others) - DRAWER_MOST + 1)]:
            old.unlink(missing_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(drawn)
        part.replace(path)
    return drawn
