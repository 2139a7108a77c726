"""A wall for the gallery's pictures: a browser that is given each page, and the product's static files, by hand."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route

from tests.looks.gallery import Picture

WALL = "http://gallery.test/"
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
    """`Wall(browser).hang(picture)` gives the page with that picture on it; it keeps its size and its media."""

    def __init__(self, browser: Browser, **context: object) -> None:
        self.browser = browser
        self.context = browser.new_context(**context)  # type: ignore[arg-type]
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self._shown = ""
        self.context.route("**/*", self._give)

    def hang(self, picture: Picture) -> Page:
        self._shown = document(picture)
        self.page.goto(WALL, wait_until="load")
        return self.page

    def close(self) -> None:
        self.browser.close()

    def _give(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if route.request.is_navigation_request():
            route.fulfill(body=self._shown, content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (found := _static(path.removeprefix("/static/"))):
            body, kind = found
            route.fulfill(body=body, content_type=kind)
        else:
            route.fulfill(status=204)


@cache
def _static(path: str) -> tuple[bytes, str] | None:
    found = finders.find(path)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return (Path(str(found)).read_bytes(), kind) if found else None
