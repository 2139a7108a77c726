"""The desk by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_an_agent_moves_takes_and_answers_by_keys(arrive):
    # Not by the customer, who asks as much as one may in an hour in other tests.
    customer, moderator, agent = arrive("helper"), arrive("moderator"), arrive("agent")
    for number in ("One", "Two"):
        customer.go("community/ask/")
        customer.field("Title").fill(f"{number} bar of signal in the cellar")
        customer.field("Product").select_option(index=1)
        customer.field("Details").fill("Since we moved.")
        customer.button("Post question").click()
        expect(customer.main.locator(".post.first")).to_be_visible()
        moderator.page.goto(customer.page.url)
        moderator.main.get_by_label(moderator.said("Why a person should take over now")).fill("Asked twice.")
        moderator.main.get_by_role("button", name=moderator.said("Hand to a person")).click()
        expect(moderator.main.get_by_role("button", name=moderator.said("Hand to a person"))).to_have_count(0)

    agent.go("desk/")
    agent.page.wait_for_load_state()
    cases = agent.main.locator("li.case .title a")
    assert cases.count() >= 2
    keys = agent.page.keyboard
    keys.press("j")
    expect(cases.nth(1)).to_be_focused()
    keys.press("k")
    expect(cases.nth(0)).to_be_focused()
    keys.press("k")
    expect(cases.nth(0)).to_be_focused()
    keys.press("j")
    title = cases.nth(1).inner_text()
    keys.press("Enter")
    expect(agent.page.get_by_role("heading", level=2, name=title)).to_be_visible()
    agent.page.wait_for_load_state()
    keys.press("t")
    expect(agent.button("Take")).to_have_count(0)
    agent.page.wait_for_load_state()
    keys.press("r")
    expect(agent.field("Your answer")).to_be_focused()
    # What is typed is typed: no key acts within a field.
    keys.type("just retry, kindly")
    expect(agent.field("Your answer")).to_have_value("just retry, kindly")

    # The answer is sent, and the case closed, by the same keys.
    at = Keys(agent.page)
    at.to(agent.main.get_by_role("button", name=agent.said("Post to the thread, everyone reads it")))
    at.press("Enter")
    expect(agent.main.locator("#case article", has_text="just retry, kindly")).to_be_visible()
    at.arrive()
    at.to(agent.main.get_by_label(agent.said("Why this case is done")))
    at.type("Answered.")
    at.to(agent.main.get_by_role("button", name=agent.said("Close the case")))
    at.press("Enter")
    expect(agent.main.get_by_role("button", name=agent.said("Close the case"))).to_have_count(0)

    # And on to the next, through the queues.
    agent.go("desk/")
    at.arrive()
    at.to(agent.main.get_by_role("navigation").get_by_role("link").nth(1))
    at.press("Enter")
    agent.page.wait_for_url("**queue=mine*")
    at.arrive()
    assert "skip" in at.tab()
