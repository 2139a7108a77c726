"""Pages that are the same for all who are signed in, but for a few words: finished once, with room for those words.

A view that finds nothing on its page to be the reader's own draws it with `drawn_for_many`, in whose context the
token of its forms, the name in the bar and whatever else differs are rooms. The frame is kept in the memory of the web
process under a key that says what the page is about, and the stamp of its version; `filled` puts the words of one
reader in. A frame never holds a word of whom it was drawn for: it is drawn for
`Viewer.unnamed()`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from core.shelf import Shelf

# Nobody who writes here can know it: what they write makes no room.
_EDGE = secrets.token_hex(12)
_ROOM = re.compile(rf"\[{_EDGE} ([a-z_]+)\]")


def room(name: str) -> SafeString:
    """Where the word of this name goes, when a page is given out."""
    return mark_safe(f"[{_EDGE} {name}]")


@dataclass(frozen=True, slots=True)
class Frame:
    """A finished page, cut at its rooms: text, a room's name, text and so on. `about` is the view's own to remember."""

    stamp: Hashable
    pieces: tuple[str, ...]
    about: Any = None
    size: int = field(default=0)

    def filled(self, request: HttpRequest, rooms: Mapping[str, str]) -> HttpResponse:
        """The page for one reader. `rooms` are HTML by name, or escaped already; KeyError for one that is missing."""
        words = {"csrf_token": get_token(request), "own_places": own_places(request), **rooms}
        pieces = [words[piece] if odd % 2 else piece for odd, piece in enumerate(self.pieces)]
        return HttpResponse("".join(pieces))


shelf: Shelf[Frame] = Shelf("FRAMES_BYTES")


def is_possible(request: HttpRequest) -> bool:
    """Whether a page for this request may come from a frame: a whole page, with nothing to be told above it."""
    return not shelf.is_off and request.method == "GET" and not len(get_messages(request))


def drawn_for_many(
    request: HttpRequest, template: str, context: dict[str, Any], *, key: Hashable, stamp: Hashable, about: Any = None
) -> Frame:
    """Draw a frame and keep it. `context` holds rooms for what is one reader's, and an unnamed `viewer`."""
    rooms = {"csrf_token": room("csrf_token"), "own_places": room("own_places"), "messages": ()}
    html = render_to_string(template, {**context, **rooms}, request)
    frame = Frame(stamp, tuple(_ROOM.split(html)), about, 2 * len(html))
    shelf.put(key, frame)
    return frame


def own_places(request: HttpRequest) -> SafeString:
    """What the bar shows of who is signed in: their name, and what is new to them."""
    match = request.resolver_match
    context = {"viewer": getattr(request, "viewer", None), "here": match.app_name if match else ""}
    return render_to_string("partials/own_places.html", context)
