"""Searching by the keyboard, a sign for whoever waits, and a question that a suggestion ends; in both languages."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]

STORIES = {
    "en": (
        "customer",
        "moved my number",
        "No mobile data since I moved",
        "No mobile data since I moved my number to Orme",
    ),
    "fr": ("helper", "transfert internet", "Plus d’internet mobile depuis le transfert", "Plus d’internet mobile"),
}


@pytest.mark.parametrize("lang", STORIES)
def test_arrows_lead_from_the_field_through_what_is_offered_and_what_is_opened_is_counted(arrive, lang):
    _who, typed, _title, _found = STORIES[lang]
    visitor = arrive("", lang)
    page = visitor.page
    visitor.go("search/?q=zzz+qqq")
    field = visitor.main.get_by_role("searchbox")

    # An answer that takes its time: the sign is there before the answer is, and gone with it.
    sign = visitor.main.locator("#typing")

    def slowly(route):
        expect(sign).to_be_visible()
        route.continue_()

    page.route("**/search/suggest/**", slowly)
    expect(sign).not_to_be_visible()
    field.fill("")
    field.press_sequentially(typed, delay=5)
    offered = visitor.main.locator("#similar li a")
    expect(offered.first).to_be_visible()
    expect(sign).not_to_be_visible()
    page.unroute("**/search/suggest/**")

    page.keyboard.press("ArrowDown")
    expect(offered.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)

    page.keyboard.press("Enter")
    rows = visitor.main.locator(".rows .title a")
    expect(rows.first).to_be_visible()
    # An address to share says what was searched, and nothing of the search before.
    expect(page).to_have_url(re.compile(r"/search/\?q="))
    assert "was=" not in page.url
    visitor.main.get_by_role("searchbox").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.first).to_be_focused()
    with page.expect_request("**/search/followed/") as told:
        page.keyboard.press("Enter")
    assert "open" in (told.value.post_data or "")
    expect(visitor.main.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("lang", STORIES)
def test_a_suggestion_that_solves_it_ends_the_question_with_thanks(arrive, lang):
    who, _typed, title, found = STORIES[lang]
    person = arrive(who, lang)
    person.go("community/ask/")
    suggestion = person.suggestion(title, found)
    suggestion.get_by_role("button", name=person.said("This solves my problem")).click()
    thanks = person.said("Good to know that this solves it. Your question was not posted; you can ask at any time.")
    expect(person.main.get_by_text(thanks)).to_be_visible()
    expect(person.main.get_by_role("heading", level=1)).to_contain_text(found)
