"""The gallery, drawn before a browser is started: while Playwright runs, Django refuses its thread a database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from playwright.sync_api import sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.access.world import LONGEST, Words, build
from tests.browser.conftest import FLAGS
from tests.looks.gallery import Picture, again, draw
from tests.looks.hanging import Wall
from tests.services import servers

Galleries = dict[str, list[Picture]]


@pytest.fixture(scope="package")
def galleries(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Galleries:
    """`plain en` is the world of the access table; in the `longest` every name and word is as long as it may be."""
    drawn: Galleries = {}
    with django_db_blocker.unblock():
        for name, words in (("plain", Words()), ("longest", LONGEST)):
            with transaction.atomic():
                world = build(words)
                drawn[f"{name} en"] = again(world, drawn["plain en"], "en") if drawn else draw(world)
                if name == "longest":
                    drawn["longest fr"] = again(world, drawn["longest en"], "fr")
                transaction.set_rollback(True)
    return drawn


@pytest.fixture(scope="package")
def walls(galleries: Galleries) -> Iterator[Callable[..., Wall]]:
    """`walls()` gives a wall, `walls("--some-flag")` one in a browser that was started so."""
    try:
        program = os.environ.get("TEST_CHROMIUM") or servers.chromium()
    except servers.Missing as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright:

        def hang(*flags: str) -> Wall:
            browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
            return Wall(browser, viewport={"width": 320, "height": 800})

        yield hang


@pytest.fixture(scope="package")
def wall(walls: Callable[..., Wall]) -> Iterator[Wall]:
    made = walls()
    yield made
    made.close()
