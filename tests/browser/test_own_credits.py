"""A member reads their credits, takes a statement with them, and hands on what they contributed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_a_member_reads_a_year_takes_it_along_and_has_their_help_confirmed(arrive):
    helper = arrive("helper", "fr")
    helper.go("credits/")
    expect(helper.main.get_by_role("heading", name=helper.said("What you may expect"))).to_be_visible()
    expect(helper.main.locator(".statement .by-rules").first).to_be_visible()
    helper.main.get_by_role("link", name=helper.said("Month by month, year by year")).click()
    expect(helper.main.get_by_role("img", name=helper.said("Credits by month"))).to_be_visible()
    helper.main.locator(".table a").first.click()
    with helper.page.expect_download() as fetched:
        helper.main.get_by_role("link", name=helper.said("Download this statement as PDF")).click()
    assert Path(fetched.value.path()).read_bytes().startswith(b"%PDF-")

    helper.go("credits/contribution/")
    codes = helper.main.locator(".rows .title a")
    before = codes.count()
    helper.main.get_by_role("button", name=helper.said("Sign this statement")).click()
    expect(codes).to_have_count(before + 1)
    code = codes.first.inner_text()

    # Somebody without an account, and without a script, types it as they heard it.
    visitor = arrive("", "en", java_script_enabled=False)
    visitor.go("credits/verify/")
    visitor.main.locator("#code").fill(code.lower().replace("-", " "))
    visitor.main.get_by_role("button", name="Verify", exact=True).click()
    expect(visitor.main.get_by_role("status")).to_contain_text("This statement is true")
    helper.main.locator(".rows .row").filter(has_text=code).get_by_role("button").click()
    expect(codes).to_have_count(before)
    visitor.page.reload()
    expect(visitor.main.get_by_role("status")).to_contain_text("This statement was taken back.")
