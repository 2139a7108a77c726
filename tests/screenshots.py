"""`make screenshots`: every page of the demo as people see it, into `var/screenshots`, which git does not keep.

Each page at three widths, light and dark, in both languages; and one sheet for each width, scheme and language with
all pages side by side. `ARGS="320 dark fr"` makes only those that have all of these words.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, sync_playwright

from config.environment import BASE_DIR
from tests.browser import site
from tests.browser.conftest import FLAGS
from tests.browser.person import Person
from tests.services import servers

OUT = BASE_DIR / "var" / "screenshots"
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fr")
HEIGHT = 900
# Who sees what. "first" is the first link of that kind on the page, followed.
PAGES = (
    ("", "home", ""),
    ("", "list", "community/"),
    ("", "thread", "community/?list=solved first .row .title a"),
    ("", "search", "search/?q=data"),
    ("", "help", "help/"),
    ("", "article", "help/ first main ul a"),
    ("", "sign-in", "account/login/"),
    ("", "sign-up", "account/signup/"),
    ("", "terms", "terms/"),
    ("", "not-found", "nothing-here/"),
    ("customer", "ask", "community/ask/"),
    ("customer", "requests", "requests/"),
    ("customer", "account", "account/"),
    ("customer", "notifications", "account/notifications/"),
    ("customer", "unsolved", "community/?list=unsolved first .row .title a"),
    ("helper", "credits", "credits/"),
    ("helper", "profile", "community/?list=solved first .row .title a first .by a.name"),
    ("moderator", "reports", "community/reports/"),
    ("agent", "desk", "desk/"),
)


def main(wanted: list[str]) -> int:
    if not wanted:
        shutil.rmtree(OUT, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        site.started(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=servers.chromium(), args=FLAGS)
        keys = {}
        for who in {who for who, _name, _where in PAGES if who}:
            context = chromium.new_context()
            Person(context, address, "en").sign_in(who)
            keys[who] = context.storage_state()
            context.close()
        for width, scheme, lang in product(WIDTHS, SCHEMES, LANGUAGES):
            if not set(wanted) <= {str(width), scheme, lang}:
                continue
            pictures = []
            for who, name, where in PAGES:
                context = chromium.new_context(
                    storage_state=keys.get(who), viewport={"width": width, "height": HEIGHT}, locale=lang,
                    color_scheme=scheme,
                )  # fmt: skip
                pictures.append(_take(context, address, lang, where, OUT / f"{name}-{width}-{scheme}-{lang}.png"))
                context.close()
            _sheet(pictures, OUT / f"all-{width}-{scheme}-{lang}.png")
            print(f"{width} {scheme} {lang}: {len(pictures)} pages", flush=True)
        chromium.close()
    print(f"In {OUT}")
    return 0


def _take(context: BrowserContext, address: str, lang: str, where: str, into: Path) -> Path:
    person = Person(context, address, lang)
    path, *links = where.split(" first ")
    person.go(path)
    for link in links:
        href = person.page.locator(link).first.get_attribute("href")
        assert href, f"{path} has no {link}"
        person.go(href)
    person.page.wait_for_load_state("networkidle")
    into.parent.mkdir(parents=True, exist_ok=True)
    person.page.screenshot(path=into, full_page=True)
    return into


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
