"""No page has a fault that axe-core finds, scrolls sideways on a phone, or troubles the console; for no role."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from playwright.sync_api import expect

from tests.access.table import TABLE
from tests.browser.axe import DESK, PHONE, faults, width
from tests.browser.person import PASSWORD, Person
from tests.browser.shape import Piece, Shape

pytestmark = [pytest.mark.browser, pytest.mark.once]

# How many pages of one kind are opened at most, by each role.
OF_ONE_KIND = 3
MORE = {"community:thread": 12, "wagtail_serve": 6}
# Not the site's own; what ends the sign-in; addresses that only lead to pages of another kind.
# A mail as mail programs draw it runs no script, so that nothing could be asked of it here.
NOT_OPENED = ("", "account_logout", "community:post", "kb:article", "kb:review", "accounts:outbox_html")
ROLES = ("", "customer", "helper", "moderator", "agent", "operator")


def kind_of(address):
    """The name of an address of the site's own pages; "" for any other."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return match.view_name if match.view_name in TABLE and address.startswith(("/en/", "/fr/")) else ""


def plain_addresses(lang):
    """Every address of the access table that needs no key; the others are reached by links."""
    with translation.override(lang):
        return [reverse(name) for name, (keys, _data, get, _post) in TABLE.items() if not keys and "." in get]


@dataclass(frozen=True)
class Reached:
    """A page that a role can open, and what it is made of."""

    kind: str
    address: str
    pieces: frozenset[Piece]


def pages_of(person):
    """The pages that this person reaches by links, from every address that needs no key: a few of each kind."""
    waiting = [*plain_addresses("en"), "/en/search/?q=mobile+data", "/en/search/?q=zzz+qqq"]
    known, counted = set(waiting), Counter()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in NOT_OPENED or counted[kind] >= MORE.get(kind, OF_ONE_KIND):
            continue
        answer = person.context.request.get(person.address + address)
        html = answer.text()
        if answer.status != 200 or not html.lstrip().lower().startswith("<!doctype html"):
            continue
        # What is kept as a file is not opened here.
        if answer.headers.get("content-disposition", "").startswith("attachment"):
            continue
        address = answer.url.removeprefix(person.address)
        kind = kind_of(address)
        if not kind:
            continue
        counted[kind] += 1
        shape = Shape.of(html)
        for link in shape.links:
            path = urljoin(address, link).removeprefix(person.address).split("#")[0]
            if path not in known and path.startswith("/en/"):
                known.add(path)
                waiting.append(path)
        yield Reached(kind, address, frozenset(shape.pieces))


@pytest.fixture(scope="package")
def reached(browser, address, keys):
    """By role, all of its pages."""
    found = {}
    for who in ROLES:
        context = browser.new_context(storage_state=keys(who) if who else None, locale="en")
        found[who] = list(pages_of(Person(context, address, "en")))
        context.close()
    return found


@pytest.fixture(scope="package")
def chosen(reached):
    """By role, the pages that together show every piece of every kind of page: the fullest first, each piece once."""
    shown, picked = {}, {who: [] for who in ROLES}
    every = [(page, who) for who, pages in reached.items() for page in pages]
    for page, who in sorted(every, key=lambda pair: -len(pair[0].pieces)):
        already = shown.setdefault(page.kind, set())
        if not page.pieces <= already:
            already |= page.pieces
            picked[who].append(page.address)
    return picked


@pytest.mark.parametrize("who", ROLES)
def test_no_page_of_a_role_has_a_fault(arrive, reached, chosen, who):
    kinds = Counter(page.kind for page in reached[who])
    assert kinds["home"] and kinds["community:list"] and kinds["community:thread"] > 3
    person, found = arrive(who), []
    for address in chosen[who]:
        person.page.goto(person.address + address)
        found += faults(person.page)
    assert not found


@pytest.mark.parametrize("who", ["", "moderator", "agent"])
def test_no_page_in_french_scrolls_sideways_on_a_phone(arrive, who):
    """French words are longer."""
    person = arrive(who, "fr", color_scheme="dark")
    person.page.set_viewport_size({"width": PHONE, "height": 700})
    wide = []
    for address in plain_addresses("fr"):
        if kind_of(address) in NOT_OPENED or "/feed/" in address or "/search/s" in address:
            continue
        person.page.goto(person.address + address)
        wide += [address] if width(person.page) > PHONE else []
    person.go("community/")
    threads = [link.get_attribute("href") for link in person.main.locator(".row .title a").all()[:3]]
    assert threads
    for path in threads:
        person.go(path)
        wide += [path] if width(person.page) > PHONE else []
    assert not wide


def test_the_longest_date_fits_a_phone(arrive):
    """A promise that was missed a week ago is said with its whole date, which the demo has on some days only."""
    person = arrive("agent", "fr")
    person.page.set_viewport_size({"width": PHONE, "height": 700})
    wide = []
    person.go("community/?list=unsolved")
    threads = [link.get_attribute("href") for link in person.main.locator(".row .title a").all()[:3]]
    for path in ("community/?list=unsolved", *threads, "desk/", "requests/", "account/notifications/"):
        person.go(path)
        changed = person.page.evaluate(
            """() => {
                const all = document.querySelectorAll("time");
                all.forEach((time) => (time.textContent = "mercredi 30 septembre 2026 à 23:59"));
                return all.length;
            }"""
        )
        assert changed or path == "requests/"
        wide += [path] if width(person.page) > PHONE else []
    assert threads and not wide


def test_forms_that_say_no_and_what_opens_have_no_fault(arrive):
    """States that no address has: errors, the menu on a phone, suggestions, a preview, what was kept."""
    found = []
    visitor = arrive()
    visitor.go()
    visitor.main.get_by_role("searchbox").press_sequentially("mobile data", delay=5)
    expect(visitor.main.locator("#similar li").first).to_be_visible()
    found += faults(visitor.page)
    visitor.page.set_viewport_size({"width": PHONE, "height": 700})
    visitor.page.get_by_role("button", name=visitor.said("Menu"), exact=True).click()
    expect(visitor.link("Sign in")).to_be_visible()
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        found += faults(visitor.page, every_view=False)
    visitor.page.set_viewport_size({"width": DESK, "height": 900})

    for address, button in (("account/signup/", "Sign up"), ("account/login/", "Sign in")):
        visitor.go(address)
        visitor.button(button).click()
        expect(visitor.main.locator("[aria-invalid=true]").first).to_be_visible()
        found += faults(visitor.page)

    # What a visitor asks is kept on the way through the sign-in.
    visitor.go("community/ask/")
    visitor.suggestion("No mobile data since I moved", "No mobile data")
    found += faults(visitor.page)
    visitor.field("Product").select_option(index=1)
    visitor.field("Details").fill("**Since** Tuesday.")
    visitor.main.locator("[data-mark=preview]").click()
    expect(visitor.main.locator(".preview strong")).to_have_text("Since")
    found += faults(visitor.page)
    visitor.main.locator("[data-mark=preview]").click()
    visitor.button("Post question").click()
    expect(visitor.field("Password")).to_be_visible()
    found += faults(visitor.page)
    visitor.field("E-mail").fill("customer@demo.example")
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Sign in").click()
    expect(visitor.field("Details")).to_have_value("**Since** Tuesday.")
    expect(visitor.field("Title")).to_have_value("No mobile data since I moved")
    found += faults(visitor.page)
    visitor.field("Title").fill("")
    visitor.button("Post question").click()
    expect(visitor.field("Title")).to_have_attribute("aria-invalid", "true")
    found += faults(visitor.page)

    visitor.go("community/t/0-nothing/")
    found += faults(visitor.page)
    visitor.go("desk/")
    found += faults(visitor.page)
    visitor.trouble = [words for words in visitor.trouble if "status of 40" not in words]
    assert not found


def test_the_check_itself_finds_what_is_wrong(arrive):
    person = arrive()
    person.go("terms/")
    assert faults(person.page) == []
    person.page.evaluate(
        """() => {
            const line = document.querySelector("main p");
            line.style.color = "#888";
            line.style.background = "#777";
            line.style.width = "2000px";
        }"""
    )
    found = " ".join(faults(person.page))
    assert "color-contrast" in found and "scrolls sideways" in found
