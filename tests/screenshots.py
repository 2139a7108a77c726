"""`make screenshots`: every page of the demo as people see it, into `var/screenshots`, which git does not keep.

Each page at three widths, light and dark, in both languages, with the pages of errors and every mail; and sheets for
each width, scheme and language with all of them side by side. `ARGS="320 dark fr"` makes only those that have all of
these words; names of pages choose among the pages (`ARGS="1280 home desk"`). `ARGS=readme` makes the four of README.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import django
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

from config.environment import BASE_DIR
from config.prepare import compile_catalogues
from tests.browser import site
from tests.browser.person import PASSWORD, Person
from tests.chromium import FLAGS
from tests.services import servers

# What no server is asked for is drawn here, with the stylesheet as it lies in the project.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
# Before any language is spoken.
compile_catalogues()
django.setup()

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value  # noqa: E402
from django.utils import translation  # noqa: E402

from core import brand  # noqa: E402

OUT = BASE_DIR / "var" / "screenshots"
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fr")
HEIGHT = 900
ON_A_SHEET = 25
# Who sees what. "first" is the first link of that kind on the page, followed; "press" is a button, where it is seen.
PAGES = (
    ("", "home", ""),
    ("customer", "home-customer", ""),
    ("", "list", "community/"),
    ("customer", "list-customer", "community/"),
    ("", "product", "community/about/plan-20/"),
    ("", "topic", "community/about/plan-20/ first .filters a[href*='/plan-20/']"),
    ("", "thread", "community/?list=solved first .row .title a"),
    ("", "search", "search/?q=data"),
    ("", "search-mended", "search/?q=roamin"),
    ("", "search-empty", "search/?q=zeppelin"),
    ("customer", "search-empty-customer", "search/?q=zeppelin"),
    ("", "help", "help/"),
    ("", "section", "help/ first main h2 a"),
    ("", "article", "help/ first main ul a"),
    ("", "article-said", "help/ first main ul a and ?helped=no"),
    ("", "sign-in", "account/login/"),
    ("", "sign-up", "account/signup/"),
    ("", "reset", "account/password/reset/"),
    ("", "terms", "terms/"),
    ("", "privacy", "privacy/"),
    ("", "accessibility", "accessibility/"),
    ("", "outbox", "account/outbox/"),
    ("", "not-found", "nothing-here/"),
    ("", "offline", "offline/"),
    ("", "not-allowed", "account/notifications/read/"),
    ("customer", "refused", "desk/"),
    ("customer", "ask", "community/ask/"),
    ("customer", "ask-idea", "community/ask/?kind=idea"),
    ("", "ideas", "community/?list=ideas"),
    ("customer", "idea", "community/?list=ideas first .row:not(:has(.solved)) .title a"),
    ("agent", "idea-adopted", "community/?list=ideas first .row:has(.solved) .title a"),
    ("agent", "adopt", "community/?list=ideas first .row:not(:has(.solved)) .title a first a[href$='/adopt/']"),
    ("customer", "requests", "requests/"),
    ("customer", "account", "account/"),
    ("customer", "owned", "community/yours/"),
    ("customer", "email", "account/email/"),
    ("customer", "password", "account/password/change/"),
    ("customer", "second-proof", "account/2fa/"),
    ("customer", "connections", "account/3rdparty/"),
    ("customer", "erase", "account/erase/"),
    ("customer", "notifications", "account/notifications/"),
    ("customer", "unsolved", "community/?list=unsolved first .row .title a"),
    ("customer", "credits-none", "credits/"),
    ("helper", "credits", "credits/"),
    ("", "credit-rules", "credits/rules/"),
    ("helper", "credits-over-time", "credits/years/"),
    ("helper", "credits-year", "credits/years/ first .table a"),
    ("", "levels", "credits/levels/"),
    ("helper", "board", "credits/board/"),
    ("helper", "contributions", "credits/contribution/"),
    ("", "verify", "credits/verify/"),
    ("helper", "verify-true", "credits/contribution/ first .rows .title a"),
    ("", "verify-unknown", "credits/verify/?code=2222-2222-2222"),
    ("helper", "menu", "help/ press .bar .menu-button"),
    ("helper", "profile", "community/?list=solved first .row .title a first .by a.name"),
    ("moderator", "reports", "community/reports/"),
    ("moderator", "decide", "community/reports/ first .row .title a"),
    ("moderator", "report", "community/?list=solved first .row .title a first a[href*='/report/']"),
    ("moderator", "searches", "help/searches/"),
    ("moderator", "search-task", "help/searches/ first .asked a[href*='/tasks/']"),
    ("agent", "desk", "desk/"),
    ("agent", "desk-mine", "desk/?queue=mine"),
    ("operator", "programme", "credits/programme/"),
    ("operator", "draft", "credits/programme/ first .row .title a"),
    ("operator", "shadow", "credits/programme/ first .row .title a first ul.plain a[href*='/runs/']"),
    ("helper", "withheld", "credits/ first .statement a[href*='/withheld/']"),
    ("helper", "payout-choosing", "credits/payouts/2/"),
    ("helper", "payout-paid", "credits/payouts/1/"),
    ("operator", "runs", "credits/runs/"),
    ("operator", "run-closed", "credits/runs/1/"),
    ("operator", "run-choosing", "credits/runs/2/"),
    ("operator", "run-accruing", "credits/runs/3/"),
    ("operator", "held", "credits/review/"),
    ("operator", "figures", "credits/figures/"),
    ("operator", "figures-months", "credits/figures/months/"),
    ("operator", "figures-cost", "credits/figures/cost/"),
    ("operator", "figures-earners", "credits/figures/earners/"),
    ("operator", "figures-payees", "credits/figures/payees/"),
    ("operator", "figures-transfers", "credits/figures/transfers/?figure=earned"),
    ("operator", "debts", "credits/figures/debts/"),
    ("operator", "held-appealed", "credits/review/?list=appealed"),
    ("operator", "review", "credits/review/ first .row .title a"),
    ("operator", "review-appeal", "credits/review/?list=appealed first .row .title a"),
)
# Pages that cannot be asked for: by template, with what they say. They need neither a request nor the database.
ERRORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("400", "400.html", {}),
    ("413", "413.html", {"most": 12}),
    ("500", "500.html", {}),
    ("maintenance", "503.html", {"until": datetime(2026, 3, 10, 14, 0, tzinfo=UTC)}),
)
# Of second proofs: what shows only to whoever has just signed in. The operator has had an app since the run began.
PROOFS = (
    ("customer", "proof-app", "account/2fa/totp/activate/"),
    ("customer", "proof-passkey", "account/2fa/webauthn/add/"),
    ("operator", "proof-asked", ""),
    ("operator", "proof-codes", "account/2fa/recovery-codes/"),
    ("operator", "proof-there", "account/2fa/"),
)
PERIOD = 30  # seconds that a code lasts
# README's: the page, and how it is taken.
README = {"home": "home-customer", "thread": "thread", "article": "article", "desk": "desk"}
README_SIZE = (1280, 860)
README_MAX = 150_000


def main(wanted: list[str]) -> int:
    if not wanted:
        shutil.rmtree(OUT, ignore_errors=True)
    names = {name for _who, name, _where in (*PAGES, *PROOFS)} | {name for name, _file, _given in ERRORS}
    names |= {"429", "mails"}
    chosen = names & set(wanted) or names
    modes = set(wanted) - names - {"readme"}
    # Before Playwright's loop runs, in which Django refuses to ask a database; and in the product's own brand.
    with patch.object(brand, "read", brand.Table):
        drawn = {lang: [one for one in _drawn(lang) if {one[0], one[0].split(".")[0]} & chosen] for lang in LANGUAGES}
    with (
        tempfile.TemporaryDirectory() as folder,
        site.started(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=servers.chromium(), args=FLAGS)
        keys: dict[str, Any] = {}
        for who in {who for who, _name, _where in PAGES if who}:
            context = chromium.new_context()
            Person(context, address, "en").sign_in(who)
            keys[who] = context.storage_state()
            context.close()
        if "readme" in wanted:
            _for_readme(chromium, keys, address)
            return 0
        proof = _App(chromium, address) if chosen & {name for _who, name, _where in PROOFS} else None
        for width, scheme, lang in product(WIDTHS, SCHEMES, LANGUAGES):
            if not modes <= {str(width), scheme, lang}:
                continue
            pictures, people = [], {}
            for who, name, where in PAGES:
                if name not in chosen:
                    continue
                if who not in people:
                    context = chromium.new_context(
                        storage_state=keys.get(who), viewport={"width": width, "height": HEIGHT}, locale=lang,
                        color_scheme=scheme,
                    )  # fmt: skip
                    people[who] = Person(context, address, lang)
                pictures.append(_take(people[who], where, OUT / f"{name}-{width}-{scheme}-{lang}.png"))
            for person in people.values():
                person.context.close()
            if "429" in chosen:
                context = chromium.new_context(
                    viewport={"width": width, "height": HEIGHT}, locale=lang, color_scheme=scheme
                )
                pictures.append(_too_many(Person(context, address, lang), OUT / f"429-{width}-{scheme}-{lang}.png"))
                context.close()
            if proof:
                pictures += proof.take(chosen, width, scheme, lang)
            context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
            for name, html in drawn[lang]:
                pictures.append(_draw(context, html, OUT / f"{name}-{width}-{scheme}-{lang}.png"))
            context.close()
            for number, start in enumerate(range(0, len(pictures), ON_A_SHEET), 1):
                _sheet(pictures[start : start + ON_A_SHEET], OUT / f"all-{width}-{scheme}-{lang}-{number}.png")
            print(f"{width} {scheme} {lang}: {len(pictures)} pictures", flush=True)
        chromium.close()
    print(f"In {OUT}")
    return 0


def _take(person: Person, where: str, into: Path) -> Path:
    where, _press, button = where.partition(" press ")
    where, _and, more = where.partition(" and ")
    path, *links = where.split(" first ")
    person.go(path)
    if "/reauthenticate/" in person.page.url and "/2fa/" in path:
        person.field("Password").fill(PASSWORD)
        person.page.locator("main .button.main").click()
        person.page.wait_for_url(lambda url: "/reauthenticate/" not in url)
    for link in links:
        href = person.page.locator(link).first.get_attribute("href")
        assert href, f"{path} has no {link}"
        person.go(href)
    if more:
        person.page.goto(person.page.url + more)
    person.page.wait_for_load_state("networkidle")
    if button and person.page.locator(button).first.is_visible():
        person.page.locator(button).first.click()
    into.parent.mkdir(parents=True, exist_ok=True)
    person.page.screenshot(path=into, full_page=True)
    return into


def _too_many(person: Person, into: Path) -> Path:
    """The page for whoever tries too many passwords; nobody's, so that all others may still sign in."""
    for _attempt in range(10):
        person.go("account/login/")
        person.field("E-mail").fill("nobody@demo.example")
        person.field("Password").fill("no-word-of-anybody")
        with person.page.expect_navigation() as answered:
            person.button("Sign in").click()
        if answered.value and answered.value.status == 429:
            person.page.screenshot(path=into, full_page=True)
            return into
    raise AssertionError("ten wrong passwords are not too many")


class _App:
    """The operator's authenticator app, and what is seen with it and without."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self.chromium, self.address, self.last = chromium, address, 0
        context = chromium.new_context()
        person = Person(context, address, "en")
        person.sign_in("operator")
        _take(person, "account/2fa/totp/activate/", OUT / "proof-app.png")
        self.secret = person.page.locator("ol.steps code").inner_text()
        self._write_code(person)
        context.close()

    def take(self, chosen: set[str], width: int, scheme: Any, lang: str) -> Iterator[Path]:
        people: dict[str, Person] = {}
        for who, name, where in PROOFS:
            if name not in chosen:
                continue
            into = OUT / f"{name}-{width}-{scheme}-{lang}.png"
            if who not in people:
                context = self.chromium.new_context(
                    viewport={"width": width, "height": HEIGHT}, locale=lang, color_scheme=scheme
                )
                people[who] = Person(context, self.address, lang)
                self._sign_in(people[who], who, OUT / f"proof-asked-{width}-{scheme}-{lang}.png")
            yield _take(people[who], where, into) if where else into
        for person in people.values():
            person.context.close()

    def _sign_in(self, person: Person, who: str, into: Path) -> None:
        person.go("account/login/")
        person.field("E-mail").fill(f"{who}@demo.example")
        person.field("Password").fill(PASSWORD)
        person.button("Sign in").click()
        person.page.wait_for_url(lambda url: "/login/" not in url)
        if "/2fa/" in person.page.url:
            person.page.screenshot(path=into, full_page=True)
            self._write_code(person)

    def _write_code(self, person: Person) -> None:
        # A code is taken once.
        while (count := int(time.time()) // PERIOD) == self.last:
            time.sleep(1)
        self.last = count
        before = person.page.url
        person.page.locator("main input[name=code]").fill(format_hotp_value(hotp_value(self.secret, count)))
        person.page.locator("main form:has(input[name=code]) .button.main").click()
        person.page.wait_for_url(lambda url: url != before)


def _drawn(lang: str) -> Iterator[tuple[str, str]]:
    """What no address shows, as HTML: the pages of errors, and every mail ("mails.3")."""
    from django.template.loader import render_to_string

    from tests.mails import every_mail

    for name, file, given in ERRORS:
        with translation.override(lang):
            html = render_to_string(file, given)
        yield name, html
    for number, (_kind, message) in enumerate(every_mail(lang)):
        yield f"mails.{number}", str(message.alternatives[0][0])


def _draw(context: BrowserContext, html: str, into: Path) -> Path:
    """A picture of HTML that no server gives; its stylesheet is the project's."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif (file := BASE_DIR / path.lstrip("/")).is_file():
            route.fulfill(path=file)
        else:
            route.abort()

    page = context.new_page()
    page.route("**/*", answer)
    page.goto("http://drawn.example/")
    into.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=into, full_page=True)
    page.close()
    return into


def _for_readme(chromium: Browser, keys: dict[str, Any], address: str) -> None:
    """The pictures of README: what one sees of a page at first, few enough colours to stay small."""
    width, height = README_SIZE
    pages = {name: (who, where) for who, name, where in PAGES}
    for name, page in README.items():
        who, where = pages[page]
        context = chromium.new_context(storage_state=keys.get(who), viewport={"width": width, "height": height})
        whole = _take(Person(context, address, "en"), where, OUT / f"readme-{name}.png")
        context.close()
        into = BASE_DIR / "docs" / f"{name}.png"
        with Image.open(whole) as picture:
            shown = picture.convert("RGB").crop((0, 0, width, min(height, picture.height)))
        shown.quantize(64).save(into, optimize=True)
        size = into.stat().st_size
        assert size <= README_MAX, f"{into} has {size} bytes"
        print(f"{into}: {size // 1000} kB")


def _sheet(pictures: list[Path], into: Path) -> None:
    """All pages beside each other, scaled so that a sheet can be looked at as a whole."""
    columns, wide, high = 5, 400, 640
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (wide + 10), rows * (high + 10)), "#888")
    for place, path in enumerate(pictures):
        with Image.open(path) as picture:
            scale = wide / picture.width
            small = picture.convert("RGB").resize((wide, max(1, int(picture.height * scale))))
        sheet.paste(
            small.crop((0, 0, wide, min(small.height, high))),
            ((place % columns) * (wide + 10), place // columns * (high + 10)),
        )
    sheet.save(into)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
