"""What a page does wrong for those who cannot see it, or not at that size: axe-core's rules, and sideways scrolling."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

PHONE, DESK = 320, 1280
HEIGHT = 900
# The other colours change nothing but this, and contrast.
OF_COLOUR = ["link-in-text-block"]
CONTRAST = "color-contrast"


@cache
def _script() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults(page: Page, *, every_view: bool = True) -> list[str]:
    """Every fault of the page as it stands: on a screen and on a phone, light and dark. Leaves it light, on a screen.

    Without `every_view` only as it is shown now.
    """
    if not every_view:
        return run(page, "as shown")
    found: list[str] = []
    for wide, scheme in (
        # What only one of them shows is looked at in the other colours by `tests/looks`, or where it opens.
        (PHONE, "dark"),
        (DESK, "light"),
    ):
        page.set_viewport_size({"width": wide, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += run(page, f"{wide} {scheme}")
        if width(page) > wide:
            found.append(f"{page.url} {wide}: scrolls sideways, {width(page)} px")
    return found


def width(page: Page) -> int:
    """How wide the page is, in pixels; what is beyond the screen is scrolled to."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def run(page: Page, view: str, *, colours: bool = False, within: str = "html") -> list[str]:
    """Every fault of the page as it is shown now; only what depends on `colours`, where that is asked.

    `within` is a selector of what to look at; the rest of the page is left out.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    # Stylesheets are asked for again by rules that are off.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if colours:
        options["runOnly"] = {"type": "rule", "values": OF_COLOUR}
    options["rules"] = {CONTRAST: {"enabled": False}}
    violations = page.evaluate(
        "([within, options]) => axe.run(within, options).then((report) => report.violations)", [within, options]
    )
    looked = page.evaluate(_LOOK, [within, CONTRAST, sorted(_passed)])
    _passed.update(looked["passed"])
    return [
        f"{page.url} {view}: {fault['id']}: {html[:160]}"
        for fault in (*violations, *looked["violations"])
        for html in (node["html"] for node in fault["nodes"])
    ]


# Contrast takes axe five times as long as all else together, so a text is not looked at again that has the colour,
# the size, the weight and the grounds of one that passed. Kept are those that axe let pass, and no others: where it
# could not tell, and where something was taken out of its place and may lie upon anything, it is asked each time.
_passed: set[str] = set()
_LOOK = """async ([within, rule, passed]) => {
  const OUT = "out of its place;", known = new Set(passed), grounds = new Map(), fresh = new Map();
  const ground = (one) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const style = getComputedStyle(one);
      const plain = style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none";
      let own = plain ? "" : `${style.backgroundColor} ${style.backgroundImage};`;
      if (style.opacity !== "1") own += `opacity ${style.opacity};`;
      if (style.filter !== "none" || style.mixBlendMode !== "normal") own += `${style.filter} ${style.mixBlendMode};`;
      if (!["static", "relative"].includes(style.position)) own += OUT;
      grounds.set(one, ground(one.parentElement) + own);
    }
    return grounds.get(one);
  };
  const look = (one, words) => {
    const { width, height } = one.getBoundingClientRect();
    if (width <= 1 || height <= 1) return;
    const style = getComputedStyle(one);
    const off = one.closest(":disabled, [aria-disabled=true]") ? "off" : "";
    const text = `${style.color} ${style.fontSize} ${style.fontWeight} ${style.textShadow}`;
    const name = `${text} ${off} ${words.length < 2} in ${ground(one)}`;
    if (!known.has(name)) fresh.set(one, name);
  };
  for (const root of document.querySelectorAll(within)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const words = walk.currentNode.data.trim();
      if (words && walk.currentNode.parentElement.checkVisibility()) look(walk.currentNode.parentElement, words);
    }
    for (const one of root.querySelectorAll("input, select, textarea")) if (one.checkVisibility()) look(one, "typed");
  }
  if (!fresh.size) return { violations: [], passed: [] };
  for (const one of fresh.keys()) one.dataset.fresh = "";
  const options = {
    runOnly: { type: "rule", values: [rule] }, resultTypes: ["violations", "passes"], elementRef: true, preload: false,
  };
  const report = await axe.run({ include: [["[data-fresh]"]] }, options);
  for (const one of fresh.keys()) delete one.dataset.fresh;
  const passes = report.passes.flatMap((found) => found.nodes.map((node) => fresh.get(node.element)));
  const plain = ({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) });
  const kept = passes.filter((name) => name && !name.includes(OUT));
  return { violations: report.violations.map(plain), passed: [...new Set(kept)] };
}"""
