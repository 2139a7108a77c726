"""Reading a thread: folds, links, what is new, keys, and paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import axe

pytestmark = [pytest.mark.browser, pytest.mark.once]

LOG = "\n".join(
    f"2026-03-10 10:00:{n:02} ERROR modem: attach failed, cause {n}, and a line that is far too long" for n in range(40)
)
WORDS = f"""The log:

```
{LOG}
```

Type `this`:

```
AT+CGACT=1,1
```

> he said
>> she said

See [the guide](https://www.example.org/guide).
"""


@pytest.fixture(scope="module")
def made():
    """Where the thread of this file stands, once it is there: one may ask ten questions an hour."""
    return []


@pytest.fixture
def path(arrive, made):
    """A thread of the customer's, with an answer that has everything in it."""
    if made:
        return made[0]
    customer, helper = arrive("customer"), arrive("helper")
    customer.go("community/ask/")
    customer.field("Title").fill("What does this log say")
    customer.field("Product").select_option(index=1)
    customer.field("Details").fill("It says no service.")
    customer.button("Post question").click()
    customer.page.wait_for_url(re.compile(r"/community/t/\d+-"))
    # Seen once it was looked at.
    with customer.page.expect_response(re.compile("/seen/")) as told:
        pass
    assert told.value.status == 204
    helper.go(re.sub(r"^https?://[^/]+", "", customer.page.url))
    helper.field("Your answer").fill(WORDS)
    helper.button("Post answer").click()
    expect(helper.main.locator(".fold").first).to_be_visible()
    made.append(re.sub(r"^https?://[^/]+|#.*$", "", helper.page.url))
    return made[0]


def test_a_long_log_is_folded_scrolls_by_itself_and_is_copied_by_a_button(arrive, path):
    reader = arrive("", permissions=["clipboard-read", "clipboard-write"])
    page = reader.go(path)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.width(page) <= width
    log = page.locator("details.fold", has_text="Log, 40 lines")
    expect(log.locator("pre")).not_to_be_visible()
    log.locator("summary").press("Enter")
    block = log.locator("pre")
    block.focus()
    expect(block).to_be_focused()
    assert block.evaluate("one => one.scrollWidth > one.clientWidth") and axe.width(page) <= 1280
    log.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == LOG
    expect(page.get_by_role("link", name="the guide (example.org)")).to_be_visible()
    assert not axe.faults(page)


def test_what_is_new_is_marked_until_it_was_seen(arrive, path):
    customer = arrive("customer")
    page = customer.go("community/")
    row = page.locator(".row.changed").filter(has_text="What does this log say").first
    expect(row).to_contain_text("New since you were here.")
    with page.expect_response(re.compile("/seen/")):
        row.get_by_role("link").click()
        expect(page.locator("#new")).to_have_text("New since you were here")
        page.get_by_role("link", name="First unread answer").click()
        expect(page.locator("article.post").first).to_be_in_viewport()
    page.reload()
    expect(page.locator("#question")).to_be_visible()
    expect(page.locator("#new")).to_have_count(0)
    page.go_back()
    customer.go("community/")
    expect(page.locator(".row.read").filter(has_text="What does this log say").first).to_be_visible()


def test_keys_are_listed_lead_to_places_and_can_be_turned_off(arrive, path):
    helper = arrive("helper")
    page = helper.go(path)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert not axe.faults(page, every_view=False)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".post").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".post").nth(1)).to_be_focused()
    page.keyboard.press("r")
    field = helper.field("Your answer")
    expect(field).to_be_focused()
    # Somebody who writes writes.
    page.keyboard.type("?jr/")
    expect(field).to_have_value("?jr/")
    expect(dialog).not_to_be_visible()
    field.fill("")
    field.blur()
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Turn them off on this device").click()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(field).not_to_be_focused()
    page.reload()
    page.keyboard.press("r")
    expect(field).not_to_be_focused()
    helper.go("shortcuts/")
    helper.main.get_by_role("button", name="Turn them on again").click()
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/en/community/")


def test_on_paper_stands_what_was_written_and_where_its_links_lead(arrive, path):
    reader = arrive("")
    page = reader.go(path)
    page.emulate_media(media="print")
    for gone in (".bar", ".foot", "#answer", ".post .actions"):
        expect(page.locator(gone).first).not_to_be_visible()
    expect(page.locator("#question")).to_be_visible()
    link = page.locator(".prose a", has_text="the guide")
    assert "https://www.example.org/guide" in link.evaluate("one => getComputedStyle(one, '::after').content")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.fold pre").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("details.fold pre").first).not_to_be_visible()
