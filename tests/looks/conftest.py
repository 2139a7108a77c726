"""The gallery, drawn before a browser is started: while Playwright runs, Django refuses its thread a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from playwright.sync_api import sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.access.world import LONGEST, Words, build
from tests.chromium import launch
from tests.looks.gallery import Picture, again, draw
from tests.looks.hanging import Wall

Galleries = dict[str, list[Picture]]


@pytest.fixture(scope="package")
def galleries(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Galleries:
    """`plain` is the world of the access table; in `longest` every name and word is as long as it may be."""
    drawn: Galleries = {}
    with django_db_blocker.unblock():
        for name, words in (("plain", Words()), ("longest", LONGEST)):
            with transaction.atomic():
                world = build(words)
                english = again(world, drawn["plain en"], "en") if drawn else draw(world)
                drawn |= {f"{name} en": english, f"{name} fr": again(world, english, "fr")}
                transaction.set_rollback(True)
    return drawn


@pytest.fixture(scope="package")
def walls(galleries: Galleries) -> Iterator[Callable[..., Wall]]:
    """`walls()` gives a wall, `walls("--some-flag")` one in a browser that was started so."""
    with sync_playwright() as playwright:

        def hang(*flags: str) -> Wall:
            return Wall(launch(playwright, *flags), viewport={"width": 320, "height": 800})

        yield hang


@pytest.fixture(scope="package")
def wall(walls: Callable[..., Wall]) -> Iterator[Wall]:
    made = walls()
    yield made
    made.close()
