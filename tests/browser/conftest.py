"""The running product and a real Chromium, started once for all tests of this folder and stopped after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import site
from tests.browser.person import Person
from tests.chromium import launch


# Not for the whole session: while Playwright's loop runs, Django refuses this thread its database.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the product answers."""
    with site.started(tmp_path_factory.mktemp("site")) as where:
        yield where


@pytest.fixture(scope="package")
def keys(address: str, browser: Browser) -> Callable[[str], str]:
    """`keys("helper")` is a file's worth of cookies: each person of the demo signs in once."""
    kept: dict[str, object] = {}

    def of(who: str) -> object:
        if who not in kept:
            context = browser.new_context()
            Person(context, address, "en").sign_in(who)
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return of  # type: ignore[return-value]


@pytest.fixture
def arrive(browser: Browser, address: str, keys: Callable[[str], str]) -> Iterator[Callable[..., Person]]:
    """`arrive("helper", "fr")`: a person of the demo at a browser, signed in; `arrive("", "fr")` is a visitor.

    Ends with the pages having been quiet: no error, no warning, nothing that the content policy refused.
    """
    people: list[tuple[Person, BrowserContext]] = []

    def come(who: str = "", lang: str = "en", **context: object) -> Person:
        state = keys(who) if who else None
        opened = browser.new_context(
            storage_state=state, viewport={"width": 1280, "height": 900}, locale=lang, **context  # type: ignore[arg-type]
        )  # fmt: skip
        opened.set_default_timeout(15_000)
        person = Person(opened, address, lang)
        people.append((person, opened))
        return person

    yield come
    trouble = [words for person, _context in people for words in person.trouble]
    for _person, context in people:
        context.close()
    assert not trouble
