"""Somebody at a browser: one context, one page, the words of one language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.words import in_language, said

PASSWORD = "entraide-demo"
# The search index follows within 2 s of a commit, the worker's mails within a few: a loaded machine may need more.
PATIENCE = 20_000


class Person:
    """`Person(context, address, "fr")`; `customer.button("Post answer").click()` uses the French name."""

    def __init__(self, context: BrowserContext, address: str, lang: str) -> None:
        self.context = context
        self.address = address
        self.lang = lang
        self.words = in_language(lang)
        self.page: Page = context.new_page()
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        # A form that comes back with what is wrong in it is no trouble, though the browser notes its status.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.trouble.append(f"{self.page.url}: {message.text}")

    def go(self, path: str = "") -> Page:
        """Open a page below the language, as `go("community/")`; a path with a leading slash as it is."""
        where = path if path.startswith("/") else f"/{self.lang}/{path}"
        self.page.goto(self.address + where)
        return self.page

    def said(self, english: str, **values: object) -> str:
        """Words that no name is kept for, in this person's language."""
        return said(self.lang, english, **values)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def button(self, name: str) -> Locator:
        """A button of the page by the English of a name that is kept."""
        return self.main.get_by_role("button", name=self.words[name], exact=True)

    def field(self, name: str) -> Locator:
        return self.main.get_by_label(self.words[name], exact=True)

    def link(self, name: str) -> Locator:
        """A link of the bar."""
        return self.page.get_by_role("banner").get_by_role("link", name=self.words[name], exact=True)

    def sign_in(self, who: str) -> None:
        self.go()
        self.link("Sign in").click()
        self.field("E-mail").fill(f"{who}@demo.example")
        self.field("Password").fill(PASSWORD)
        self.button("Sign in").click()
        expect(self.link("My requests")).to_be_visible()

    def suggestion(self, words: str, expected: str) -> Locator:
        """Type into the ask form's title and give the suggestion with these words once it stands beside it."""
        field = self.field("Title")
        field.fill("")
        field.press_sequentially(words, delay=5)
        found = self.main.locator("#similar li").filter(has_text=expected).first
        expect(found).to_be_visible(timeout=PATIENCE)
        return found

    def until(self, there: Callable[[], Locator], *, path: str) -> Locator:
        """Open a page again and again until something that another process makes stands on it."""
        for _attempt in range(PATIENCE // 500):
            self.go(path)
            if there().count():
                return there().first
            self.page.wait_for_timeout(500)
        raise AssertionError(f"{path} never showed {there()}; it shows: {self.main.inner_text()[:500]}")

    def mail(self, to: str, about: str) -> str:
        """Read the mail in the demo's outbox that was sent to an address about something; gives its text."""
        row = self.until(
            lambda: self.main.get_by_role("listitem").filter(has_text=re.compile(re.escape(to))).filter(has_text=about),
            path="account/outbox/",
        )
        row.get_by_role("link").click()
        return self.main.inner_text()
