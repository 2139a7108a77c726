"""Asking, answering and accepting in a browser that runs no script."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_ask_answer_accept_without_javascript(arrive, lang):
    # One person may ask ten questions an hour, and these tests ask more: they change places.
    asks, answers = {"en": ("customer", "helper"), "fr": ("helper", "customer")}[lang]
    customer = arrive(asks, lang, java_script_enabled=False)
    helper = arrive(answers, lang, java_script_enabled=False)
    title = {"en": "Calls drop in the lift", "fr": "Les appels coupent dans l’ascenseur"}[lang]
    customer.go("community/ask/")
    customer.field("Title").fill("")
    customer.field("Details").fill("# 4G")
    customer.button("Post question").click()

    # Nothing typed is lost where something is missing.
    expect(customer.field("Title")).to_have_attribute("aria-invalid", "true")
    expect(customer.field("Details")).to_have_value("# 4G")
    customer.field("Title").fill(title)
    customer.field("Product").select_option(index=1)
    customer.button("Post question").click()
    expect(customer.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    helper.go("community/")
    helper.main.get_by_role("link", name=title).click()
    helper.field("Your answer").fill("**Wi-Fi**")
    helper.button("Post answer").click()
    expect(helper.main.locator(".prose strong", has_text="Wi-Fi")).to_be_visible()

    customer.page.reload()
    customer.button("Accept this answer").click()
    expect(customer.main.locator(".post.accepted strong")).to_have_text("Wi-Fi")
    customer.button("Undo acceptance").click()
    expect(customer.button("Accept this answer")).to_be_visible()
    customer.button("Accept this answer").click()
    expect(customer.button("Undo acceptance")).to_be_visible()

    helper.page.reload()
    helper.link("My credits").click()
    expect(helper.main.get_by_role("row").filter(has_text=title).first).to_contain_text(helper.said("Pending"))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_an_idea_is_shared_without_javascript_and_the_form_says_so(arrive, lang):
    customer = arrive("helper", lang, java_script_enabled=False)
    customer.go("community/ask/")
    idea = customer.page.get_by_role("radio", name=customer.said("An idea"))
    promise = customer.main.locator(".promise")
    expect(promise).to_be_visible()
    expect(customer.button("Post question")).to_be_visible()
    idea.check()
    post = customer.main.get_by_role("button", name=customer.said("Post idea"), exact=True)
    expect(post).to_be_visible()
    expect(promise).to_be_hidden()
    expect(
        customer.page.get_by_role("heading", level=1, name=customer.said("Share an idea"), exact=True)
    ).to_be_visible()
    customer.field("Title").fill("A night rate")
    customer.field("Details").fill("For those who call the other half of the world.")
    customer.field("Product").select_option(index=1)
    post.click()
    expect(customer.page.get_by_role("heading", level=1, name="A night rate")).to_be_visible()
    expect(customer.main.locator("#where")).to_have_text(customer.said("Idea."))
