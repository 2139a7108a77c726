"""The web part as the product runs it, with a bare view beside it: `python -m bench.served`, on PORT.

The bare view answers two bytes through a handler without middleware: what the server and Django themselves cost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ["ENTRAIDE_PART"] = "web"

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from config.parts import serve  # noqa: E402
from core.processes import keep_what_is_loaded  # noqa: E402

BARE = "/bare/"
urlpatterns = [path("bare/", lambda _request: HttpResponse("ok"))]


class Request(WSGIRequest):
    """Is answered by the addresses of this module."""

    urlconf = "bench.served"


class Bare(WSGIHandler):
    request_class = Request


def main() -> None:
    with override_settings(MIDDLEWARE=[]):
        bare = Bare()
    product = WSGIHandler()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return (bare if environ["PATH_INFO"] == BARE else product)(environ, start)

    keep_what_is_loaded()  # as the product's web part does
    serve(application)


if __name__ == "__main__":
    main()
