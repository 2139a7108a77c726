"""What a page does wrong for those who cannot see it, or not at that size: axe-core's rules, and sideways scrolling."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

PHONE, DESK = 320, 1280
HEIGHT = 900
# The other colours and sizes change nothing but these.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


@cache
def _script() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults(page: Page, *, every_view: bool = True) -> list[str]:
    """Every fault of the page as it stands: on a screen and on a phone, light and dark. Leaves it light, on a screen.

    Without `every_view` only as it is shown now.
    """
    if not every_view:
        return run(page, "as shown")
    found: list[str] = []
    for wide, scheme in (
        # What only one of them shows is looked at in the other colours by `tests/looks`, or where it opens.
        (PHONE, "dark"),
        (DESK, "light"),
    ):
        page.set_viewport_size({"width": wide, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += run(page, f"{wide} {scheme}")
        if width(page) > wide:
            found.append(f"{page.url} {wide}: scrolls sideways, {width(page)} px")
    return found


def width(page: Page) -> int:
    """How wide the page is, in pixels; what is beyond the screen is scrolled to."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def run(page: Page, view: str, rules: list[str] | None = None, *, within: str = "html") -> list[str]:
    """Every fault of the page as it is shown now; of these rules only, where some are given.

    `within` is a selector of what to look at; the rest of the page is left out.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    # Stylesheets are asked for again by rules that are off.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    violations = page.evaluate(
        "([within, options]) => axe.run(within, options).then((report) => report.violations)", [within, options]
    )
    return [
        f"{page.url} {view}: {fault['id']}: {node['html'][:160]}" for fault in violations for node in fault["nodes"]
    ]
