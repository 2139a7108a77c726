"""The review desk by keyboard: one credit is released, one withheld; its member appeals, and another decides."""

import pytest
from playwright.sync_api import expect

from tests.browser.keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_an_operator_decides_by_keys_and_without_a_script(arrive):
    operator = arrive("operator")
    operator.go("credits/review/")
    rows = operator.main.locator(".row .title a")
    waiting = rows.count()
    assert waiting >= 2
    at = Keys(operator.page)
    at.arrive()
    at.to(rows.first)
    at.press("Enter")
    expect(operator.page.get_by_role("heading", level=2, name=operator.said("Evidence"))).to_be_visible()
    at.arrive()

    # Nothing is withheld without a word.
    at.to(operator.main.locator("button[value=withhold]"))
    at.press("Enter")
    expect(operator.main.get_by_role("alert")).to_be_visible()
    expect(operator.main.locator("#reason")).to_have_attribute("aria-invalid", "true")
    at.arrive()
    at.to(operator.main.locator("button[value=release]"))
    at.press("Enter")
    expect(operator.main.get_by_role("status")).to_contain_text(operator.said("One credit line was released."))
    expect(rows).to_have_count(waiting - 1)

    plain = arrive("operator", java_script_enabled=False)
    plain.go("credits/review/")
    plain.main.locator(".row .title a").first.click()
    plain.main.locator("#rule").select_option(value="7")
    plain.main.locator("#reason").fill("The same three, each evening.")
    plain.main.locator("button[value=withhold]").click()
    expect(plain.main.locator(".row .title a")).to_have_count(waiting - 2)

    # The appeal that waits was withheld by somebody else, so that this operator may decide.
    plain.go("credits/review/?list=appealed")
    plain.main.locator(".row .title a").first.click()
    plain.main.locator("#reason").fill("Friends may help each other.")
    plain.main.locator("button[value=grant]").click()
    expect(plain.main.get_by_role("status")).to_contain_text(plain.said("The appeal is granted."))


def test_a_member_reads_why_and_what_came_of_the_appeal(arrive):
    for lang in ("en", "fr"):
        helper = arrive("helper", lang)
        helper.go("credits/")
        helper.main.locator(".statement a[href*='/withheld/']").click()
        expect(helper.main.get_by_role("heading", level=1)).to_contain_text("40")
        expect(helper.main.get_by_text(helper.said("Your appeal was granted."))).to_be_visible()
