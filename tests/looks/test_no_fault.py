"""axe-core finds nothing in any state of any page: text twice as large, light and dark, with what opens open."""

import pytest
from bs4 import BeautifulSoup

from tests.browser import axe
from tests.looks.fits import DESK, PHONE
from tests.looks.gallery import with_all_pieces

pytestmark = [pytest.mark.browser, pytest.mark.once]

OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => (one.open = true))"
OPEN = """(place) => {
  const one = document.querySelectorAll("dialog, [popover]")[place];
  // The style guide shows one that stands open in the page.
  if (one.open) one.close();
  if (one.matches("dialog")) one.showModal();
  else one.showPopover();
}"""
CLOSE = """(place) => {
  const one = document.querySelectorAll("dialog, [popover]")[place];
  if (one.matches("dialog")) one.close();
  else one.hidePopover();
}"""


def test_no_state_of_a_page_has_a_fault(walls, galleries):
    wall = walls("--blink-settings=defaultFontSize=32")
    found = []
    for picture in with_all_pieces(galleries["plain en"]):
        wall.page.set_viewport_size({"width": DESK, "height": 900})
        page = wall.hang(picture)
        page.evaluate(OPEN_ALL)
        found += [f"{picture}: {words}" for words in axe.run(page, "large text")]
        page.emulate_media(color_scheme="dark")
        found += [f"{picture}: {words}" for words in axe.run(page, "large text, dark", colours=True)]
        page.emulate_media(color_scheme="light")
    assert not found
    wall.close()


def test_no_dialogue_has_a_fault(wall, galleries):
    """Whatever opens over a page, each once, on a phone and on a screen."""
    found, known, read = [], set(), set()
    for picture in with_all_pieces(galleries["plain en"]):
        # As they are sent: where each is of a kind that was looked at, the page needs no browser.
        sent = {
            (one.get("id"), len(one.find_all(["a", "button", "input"])))
            for one in BeautifulSoup(picture.html, "html.parser").select("dialog, [popover]")
        }
        if sent <= read:
            continue
        read |= sent
        page = wall.hang(picture)
        names = page.evaluate("() => [...document.querySelectorAll('dialog, [popover]')].map((one) => one.id)")
        for place, name in enumerate(names):
            # The menu has more places in it for staff: each set of them once.
            state = (name, page.locator("dialog, [popover]").nth(place).locator("a, button, input").count())
            if state in known:
                continue
            known.add(state)
            for wide in (PHONE, DESK):
                page.set_viewport_size({"width": wide, "height": 900})
                page.evaluate(OPEN, place)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    view, opened = f"{name} open, {wide} {scheme}", "dialog:modal, :popover-open"
                    faults = axe.run(page, view, colours=scheme == "dark", within=opened)
                    found += [f"{picture}: {words}" for words in faults]
                page.evaluate(CLOSE, place)
    page.emulate_media(color_scheme="light")
    assert known and not found
