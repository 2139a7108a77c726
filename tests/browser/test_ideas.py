"""The form for a question or an idea, where scripts keep what is being written."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_a_form_that_nobody_wrote_in_is_no_draft_and_what_was_chosen_is_kept_with_one(arrive):
    visitor = arrive(None, "en")
    page = visitor.page
    visitor.go("community/ask/")
    # To choose is not to write: nothing is kept yet.
    page.get_by_role("radio", name="An idea").check()
    page.wait_for_timeout(2_000)
    assert page.evaluate("localStorage.getItem('draft:ask')") is None
    visitor.field("Title").fill("A night rate")
    expect(visitor.main.locator("[data-draft-state]")).not_to_be_empty()
    assert page.evaluate("JSON.parse(localStorage.getItem('draft:ask')).kind") == "idea"
    visitor.go("community/ask/")
    expect(visitor.field("Title")).to_have_value("A night rate")
    expect(page.get_by_role("radio", name="An idea")).to_be_checked()
    expect(page.get_by_role("radio", name="A question")).not_to_be_checked()
