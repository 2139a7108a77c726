"""Every page holds at 320 px, with the longest words and names, two fifths more text, and text twice as large."""

import pytest

from tests.looks import fits
from tests.looks.fits import DESK, PHONE, TABLET
from tests.looks.gallery import with_all_pieces

pytestmark = [pytest.mark.browser, pytest.mark.once]


def ours(pictures):
    """Without the editors' admin, which is Wagtail's own."""
    return [one for one in pictures if not one.kind.startswith("wagtailadmin")]


def test_no_page_breaks_by_long_words_large_figures_or_a_longer_language(wall, galleries):
    """On a phone as it is; at each width once all its words are two fifths longer."""
    found = []
    for picture in ours(galleries["longest en"]):
        page = wall.hang(picture)
        page.evaluate(fits.LONGEST_DATE)
        page.evaluate(fits.LARGE_FIGURES)
        found += [f"{picture} at {words}" for words in fits.faults(page, PHONE)]
        page.evaluate(fits.PSEUDO)
        found += [
            f"{picture}, longer, at {words}" for wide in (PHONE, TABLET, DESK) for words in fits.faults(page, wide)
        ]
    assert not found


def test_no_page_in_french_breaks_on_a_phone(wall, galleries):
    found = []
    for picture in ours(galleries["longest fr"]):
        page = wall.hang(picture)
        page.evaluate(fits.LONGEST_DATE)
        found += [f"{picture} at {words}" for words in fits.faults(page, PHONE)]
    assert not found


def test_no_page_breaks_when_a_reader_sets_text_twice_as_large(walls, galleries):
    """By the browser's own setting, which all text must follow: what is measured in pixels would stay small."""
    wall = walls("--blink-settings=defaultFontSize=32")
    found = []
    for picture in with_all_pieces(galleries["longest fr"]):
        page = wall.hang(picture)
        size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        found += [f"{picture}: text stays at {size} px"] if picture.whole and size < 32 else []
        page.evaluate(fits.LONGEST_DATE)
        found += [f"{picture} at {words}" for wide in (640, DESK) for words in fits.faults(page, wide)]
    wall.close()
    assert not found


def test_the_check_itself_finds_what_does_not_fit(wall, galleries):
    page = wall.hang(next(one for one in galleries["plain en"] if one.kind == "account_login"))
    assert fits.faults(page, PHONE) == []
    page.evaluate("document.querySelector('main h1').style.width = '900px'")
    page.evaluate(
        "document.querySelector('main button').style.cssText = 'width: 20px; overflow: hidden; white-space: nowrap'"
    )
    page.evaluate("document.querySelector('main input[type=password]').style.marginTop = '-60px'")
    found = " ".join(fits.faults(page, PHONE))
    assert "scrolls sideways" in found and "words beside their control" in found and "one control upon another" in found
