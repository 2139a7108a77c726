"""Signing up as somebody new, with the mail of the demo's outbox."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_visitor_signs_up_confirms_by_the_mails_link_and_may_ask(arrive, lang):
    visitor = arrive("", lang)
    visitor.go()
    visitor.link("Sign up").click()
    email = f"new.{lang}@example.org"
    visitor.main.get_by_label(visitor.said("Name"), exact=True).fill("Noé Martin")
    visitor.field("E-mail").fill(email)
    visitor.field("Password").fill("green tomatoes at night")
    for box in visitor.main.get_by_role("checkbox").all():
        box.check()
    visitor.button("Sign up").click()
    expect(visitor.page.get_by_role("heading", level=1, name=visitor.said("We sent you a link"))).to_be_visible()

    mail = visitor.mail(email, "")
    link = re.search(rf"{re.escape(visitor.address)}/{lang}/account/confirm-email/\S+", mail)
    assert link, mail
    visitor.page.goto(link[0])
    visitor.main.get_by_role("button", name=visitor.said("Yes, confirm it")).click()
    expect(visitor.link("My credits")).to_be_visible()
    visitor.go("community/ask/")
    visitor.field("Title").fill({"en": "Where do I see my PUK code?", "fr": "Où se trouve mon code PUK ?"}[lang])
    visitor.field("Product").select_option(index=1)
    visitor.field("Details").fill("SIM")
    visitor.button("Post question").click()
    expect(visitor.main.locator(".post.first")).to_contain_text("Noé Martin")
