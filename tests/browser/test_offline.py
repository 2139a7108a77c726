"""Without a connection there is a page that says so; what a person reads is never kept for it."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_lost_connection_is_said_and_ends_with_one_press(arrive, lang):
    customer = arrive("customer", lang)
    customer.go()
    customer.page.evaluate("navigator.serviceWorker.ready")
    customer.go("account/")
    customer.context.set_offline(True)
    try:
        customer.page.goto(f"{customer.address}/{lang}/account/")
        expect(customer.page.get_by_role("heading", level=1)).to_have_text(customer.said("You are offline"))
        # The stylesheet is there, and nothing of whoever reads.
        assert customer.page.evaluate("getComputedStyle(document.querySelector('.button')).borderTopStyle") == "solid"
        assert customer.page.evaluate("document.body.innerText").find("Camille") == -1
    finally:
        customer.context.set_offline(False)
    kept = customer.page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
            return found.sort();
        }"""
    )
    assert [path for path in kept if "/static/" not in path] == ["/en/offline/", "/fr/offline/"] and len(kept) == 3
    customer.page.get_by_role("link", name=customer.said("Try again")).click()
    expect(customer.page.get_by_role("heading", level=1)).to_have_text(customer.said("My account"))
    customer.trouble[:] = [said for said in customer.trouble if "ERR_INTERNET_DISCONNECTED" not in said]
