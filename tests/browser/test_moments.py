"""The moments of asking, answering and accepting, as somebody at a browser lives them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import axe

pytestmark = [pytest.mark.browser, pytest.mark.once]

SHIFTS = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const what = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeValue);
    window.moved.push([entry.value, what]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_questions_like_it_appear_while_one_types_and_nothing_moves(arrive, width):
    visitor = arrive("")
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    visitor.go("community/ask/")
    product = visitor.field("Product")
    before = product.bounding_box()
    visitor.suggestion("No mobile data since I moved my number", "number")
    page.wait_for_timeout(300)
    assert product.bounding_box() == before
    assert page.evaluate("window.moved") == []
    # What is solved comes first, is said in words, and is one Tab away; how many there are is told politely.
    first = visitor.main.locator("#similar li").first
    expect(first).to_contain_text(re.compile("Solved by an answer|Help article"))
    expect(page.locator("#similar-said")).to_contain_text("that may answer this")
    visitor.field("Title").press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#similar') !== null")
    assert not axe.faults(page, every_view=False)


def _ask(person, title):
    person.go("community/ask/")
    person.field("Title").fill(title)
    person.field("Product").select_option(index=1)
    person.field("Details").fill("It says no service.")
    person.button("Post question").click()
    person.page.wait_for_url(re.compile(r"/community/t/\d+-"))
    return re.sub(r"^https?://[^/]+", "", person.page.url)


def _answer(person, path, words):
    person.go(path)
    person.field("Your answer").fill(words)
    person.button("Post answer").click()
    expect(person.main.locator(".post .prose", has_text=words)).to_be_visible()


def test_accepting_leaves_the_answer_where_it_is_and_thanks_in_words(arrive):
    customer, helper = arrive("customer"), arrive("helper")
    path = _ask(customer, "The phone does not attach in the cellar")
    for n in range(4):
        _answer(helper, path, f"Answer number {n}. " + "Some words that take room. " * 30)
    page = customer.go(path)
    post = customer.main.locator("article.post", has_text="Answer number 3.")
    button = post.get_by_role("button", name="Accept this answer")
    button.scroll_into_view_if_needed()
    button.focus()
    top, scrolled = post.bounding_box()["y"], page.evaluate("scrollY")
    page.keyboard.press("Enter")
    thanks = customer.main.locator("#thanks")
    expect(thanks).to_contain_text("was told, with your thanks")
    expect(thanks).to_be_focused()
    accepted = customer.main.locator(".post.accepted")
    assert abs(accepted.bounding_box()["y"] - top) <= 2
    # It did move: under the question, above the other answers.
    assert page.evaluate("scrollY") < scrolled
    assert not axe.faults(page, every_view=False)
    customer.button("Undo acceptance").click()
    expect(customer.main.locator(".post.accepted")).to_have_count(0)
    assert abs(customer.main.locator("article.post", has_text="Answer number 3.").bounding_box()["y"] - top) <= 2


def test_a_draft_says_that_it_is_kept_and_outlives_the_page_the_network_and_the_session(arrive):
    customer = arrive("customer")
    page = customer.page
    path = _ask(customer, "Drafts in the lift")
    customer.go(path)
    state = customer.main.locator("[data-draft-state]")
    customer.field("Your answer").fill("I tried the other SIM.")
    expect(state).to_have_text(re.compile(r"^Kept at \d\d:\d\d\.$"))
    page.reload()
    expect(customer.field("Your answer")).to_have_value("I tried the other SIM.")
    customer.context.set_offline(True)
    customer.field("Your answer").fill("I tried the other SIM, twice.")
    expect(state).to_have_text(re.compile(r"^Kept on this device at"))
    customer.button("Post answer").click()
    expect(state).to_contain_text("You are offline")
    expect(customer.field("Your answer")).to_have_value("I tried the other SIM, twice.")
    customer.context.set_offline(False)
    # What the browser says of a network that is away is no fault of the page.
    customer.trouble[:] = [words for words in customer.trouble if "ERR_INTERNET_DISCONNECTED" not in words]
    customer.field("Your answer").fill("")
    page.wait_for_timeout(2000)


def test_the_editor_is_at_the_thumb_on_a_phone(arrive):
    helper = arrive("helper")
    page = helper.page
    page.set_viewport_size({"width": 390, "height": 800})
    helper.go("community/?list=unanswered")
    # Not whichever comes first: a short thread that the tests asked shows its field at once, and needs no way to it.
    helper.main.get_by_role("link", name="eSIM will not install on my second phone").click()
    page.wait_for_url("**/t/**", wait_until="load")
    thumb = helper.main.locator(".thumb a")
    expect(helper.field("Your answer")).not_to_be_in_viewport()
    box = thumb.bounding_box()
    assert box["y"] + box["height"] <= 800
    # A press at that place: `click()` takes the field that comes under the pointer for something that lay on the link.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    field = helper.field("Your answer")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(thumb).not_to_be_visible()
    # Nor does it lie on the field of somebody who reads what they wrote; above it, it is back.
    field.blur()
    page.wait_for_timeout(300)
    expect(thumb).not_to_be_visible()
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    expect(thumb).to_be_visible()
    expect(helper.main.locator("#answer .next")).to_contain_text("is told, and says whether it helped")


def test_accepting_without_javascript_leads_to_the_thanks(arrive):
    # The other way round: one may ask ten questions an hour.
    customer, helper = arrive("helper", java_script_enabled=False), arrive("customer", java_script_enabled=False)
    path = _ask(customer, "No tone in the attic")
    _answer(helper, path, "Move the aerial.")
    customer.go(path)
    customer.button("Accept this answer").click()
    assert re.search(r"#post-\d+$", customer.page.url)
    expect(customer.main.locator("#thanks")).to_be_in_viewport()
    expect(customer.button("Undo acceptance")).to_be_visible()
