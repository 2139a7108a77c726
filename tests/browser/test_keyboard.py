"""Asking, answering and accepting by the keyboard alone: nothing here is clicked or filled in."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_asking_answering_and_accepting_by_keys(arrive, lang):
    asks, answers = {"en": ("customer", "helper"), "fr": ("helper", "customer")}[lang]
    customer, helper = arrive(asks, lang), arrive(answers, lang)
    title = {"en": "The router hums at night", "fr": "Le routeur bourdonne la nuit"}[lang]

    customer.go()
    keys = Keys(customer.page)
    keys.to(customer.link("Ask a question"))
    keys.press("Enter")
    expect(customer.field("Title")).to_be_visible()
    keys.arrive()

    # The first stop of a page leads past its bar.
    assert "skip" in keys.tab()
    keys.press("Enter")
    customer.page.evaluate("window.stopBefore = null")
    keys.tab()
    assert customer.page.evaluate("document.activeElement.closest('main') !== null")

    if not customer.field("Title").evaluate("one => one === document.activeElement"):
        keys.to(customer.field("Title"))
    keys.type(title)
    customer.page.wait_for_timeout(600)  # what is similar comes while one types, and takes no focus
    expect(customer.field("Title")).to_be_focused()
    keys.to(customer.field("Product"))
    keys.press("ArrowDown")
    expect(customer.field("Product")).not_to_have_value("")
    keys.to(customer.field("Details"))
    keys.type("Since last week.")
    keys.to(customer.button("Post question"))
    keys.press("Enter")
    expect(customer.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    helper.page.goto(customer.page.url.split("#")[0])
    keys = Keys(helper.page)
    keys.press("r")
    expect(helper.field("Your answer")).to_be_focused()
    keys.type("Turn it on its side.")
    # The toolbar is one stop, and the arrows move within it.
    helper.page.keyboard.press("Shift+Tab")
    assert "data-mark" in keys.here()
    first = keys.here()
    keys.press("ArrowRight")
    assert "data-mark" in keys.here() and keys.here() != first
    helper.page.evaluate("window.stopBefore = null")
    keys.to(helper.button("Post answer"))
    keys.press("Enter")
    expect(helper.main.locator("article .prose", has_text="Turn it on its side.")).to_be_visible()

    customer.page.reload()
    keys = Keys(customer.page)
    keys.to(customer.button("Accept this answer"))
    keys.press("Enter")
    undo = customer.button("Undo acceptance")
    expect(undo).to_be_visible()
    # The answer moved, and the focus went with it.
    expect(customer.main.locator(".post.accepted :focus")).to_be_visible()
    keys.arrive()
    if not undo.evaluate("one => one === document.activeElement"):
        keys.to(undo)
    keys.press("Enter")
    expect(customer.button("Accept this answer")).to_be_visible()
    expect(customer.main.locator("article :focus")).to_be_visible()


def test_an_act_upon_a_post_keeps_the_focus_on_its_button(arrive):
    helper = arrive("helper")
    helper.go("community/?list=solved")
    keys = Keys(helper.page)
    first = helper.main.locator(".row .title a").first
    keys.to(first)
    keys.press("Enter")
    expect(helper.page.locator("#thread")).to_be_visible()
    keys.arrive()
    follow = helper.page.locator("#follow")
    pressed = follow.get_attribute("aria-pressed")
    keys.to(follow)
    for expected in ("true", "false") if pressed == "false" else ("false", "true"):
        keys.press("Space")
        expect(follow).to_have_attribute("aria-pressed", expected)
        expect(follow).to_be_focused()

    # A comment's form comes with the field ready, and leads on to its button.
    comment = helper.main.locator("a", has_text=re.compile(f"^{helper.said('Comment')}$")).first
    keys.arrive()
    keys.to(comment)
    keys.press("Enter")
    expect(helper.page.locator("#comment-form textarea")).to_be_focused()


def test_a_phones_menu_by_keys(arrive):
    visitor = arrive()
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    visitor.go()
    keys = Keys(visitor.page)
    menu = visitor.page.get_by_role("button", name=visitor.said("Menu"), exact=True)
    keys.to(menu)
    keys.press("Enter")
    expect(visitor.link("Sign in")).to_be_visible()
    keys.to(visitor.link("Sign in"))
    keys.press("Escape")
    expect(visitor.link("Sign in")).to_be_hidden()
    expect(menu).to_be_focused()
