"""Somebody without a mouse: the Tab key from stop to stop, each of which must be seen and follow the one before."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

STOPS_AT_MOST = 120

# What a stop is, whether it is seen, and whether it stands after the stop before it in the page.
STOP = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const ringed = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const box = here.getBoundingClientRect();
  const before = window.stopBefore;
  window.stopBefore = here;
  return {
    name: here.outerHTML.replace(/\\s+/g, " ").slice(0, 120),
    ringed: ringed(here) || Boolean(here.closest(".editor") && ringed(here.closest(".editor"))),
    inView: box.width * box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
    follows: !before?.isConnected || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


class Keys:
    def __init__(self, page: Page) -> None:
        self.page = page

    def tab(self) -> str:
        """To the next stop; what it is. Fails where one cannot see it, or it stands before the last."""
        self.page.keyboard.press("Tab")
        stop = self.page.evaluate(STOP)
        if stop is None:  # the browser's own bar, between the last stop and the first
            self.page.evaluate("window.stopBefore = null")
            return ""
        assert stop["ringed"], f"focus is not seen: {stop['name']}"
        assert stop["inView"], f"focus is beside what is shown: {stop['name']}"
        assert stop["follows"], f"focus goes back: {stop['name']}"
        return str(stop["name"])

    def to(self, wanted: Locator) -> None:
        """Tab to it."""
        passed = []
        for _stop in range(STOPS_AT_MOST):
            passed.append(self.tab())
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"Tab never comes to {wanted}, only to {passed}")

    def arrive(self) -> None:
        """After another page, whose stops begin anew."""
        self.page.wait_for_load_state()
        self.page.evaluate("window.stopBefore = null")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def here(self) -> str:
        """What has the focus; "" where it was lost."""
        return str(
            self.page.evaluate("document.activeElement === document.body ? '' : document.activeElement.outerHTML")
        )
