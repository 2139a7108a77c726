"""A wall for the gallery's pictures: a browser that is given each page, and the product's static files, by hand."""

from __future__ import annotations

import mimetypes
from contextlib import suppress
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page

from tests.looks.gallery import Picture

PART = (
    '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>A part of a page</title></head>'
    "<body><main>{}{}</main></body></html>"
)


def document(picture: Picture) -> str:
    """The whole page; a part gets the least that makes it one."""
    if picture.whole:
        return picture.html
    heading = "" if "<h1" in picture.html else "<h1>A page</h1>"
    return PART.format(picture.lang, heading, picture.html)


class Wall:
    """`Wall(browser).hang(picture)` gives the page with that picture on it; it keeps its size and its media.

    A server of its own, so that the browser keeps the static files from one picture to the next.
    """

    def __init__(self, browser: Browser, **context: object) -> None:
        self.shown = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Giver, self))
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.browser = browser
        self.context = browser.new_context(**context)  # type: ignore[arg-type]
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()

    def hang(self, picture: Picture) -> Page:
        self.shown = document(picture).encode()
        self.page.goto(self.address, wait_until="load")
        return self.page

    def close(self) -> None:
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()


class _Giver(BaseHTTPRequestHandler):
    """Gives the picture that hangs, the product's static files, and nothing for anything else."""

    protocol_version = "HTTP/1.1"

    def __init__(self, wall: Wall, *given: object) -> None:
        self.wall = wall
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            self._give(200, self.wall.shown, "text/html; charset=utf-8", "no-store")
        elif path.startswith("/static/") and (found := _static(path.removeprefix("/static/"))):
            self._give(200, *found, "max-age=3600, immutable")
        else:
            self._give(204, b"", "text/plain", "no-store")

    do_POST = do_GET

    def _give(self, status: int, body: bytes, kind: str, keep: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", keep)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # A browser that goes to the next picture takes no more of this one.
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


@cache
def _static(path: str) -> tuple[bytes, str] | None:
    found = finders.find(path)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return (Path(str(found)).read_bytes(), kind) if found else None
