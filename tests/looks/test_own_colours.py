"""Readers who set their own colours, or want nothing to move: what is said by a tone or a motion is said otherwise."""

import pytest

from tests.looks.gallery import with_all_pieces

pytestmark = [pytest.mark.browser, pytest.mark.once]

# What only a background, a shadow or a colour tells apart is told by nothing once the reader's colours are on.
UNSAID = """() => {
  const found = [];
  const name = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 110);
  const canvas = getComputedStyle(document.documentElement).backgroundColor;
  const ruled = (one) => {
    const style = getComputedStyle(one);
    const sides = ["Top", "Right", "Bottom", "Left"].some((side) => parseFloat(style[`border${side}Width`]) >= 2);
    return sides || style.textDecorationLine.includes("underline") || style.forcedColorAdjust === "none";
  };
  for (const one of document.querySelectorAll(".line")) {
    const run = one.querySelector(".run");
    const unseen = run && [canvas, "none"].includes(getComputedStyle(run).stroke);
    if (unseen) found.push(`a line that cannot be seen: ${name(one)}`);
  }
  for (const one of document.querySelectorAll(".counter")) {
    const style = getComputedStyle(one);
    if (parseFloat(style.borderBottomWidth) < 4) found.push(`no counter: ${name(one)}`);
  }
  for (const one of document.querySelectorAll("main [aria-current], button[aria-pressed=true], .accepted"))
    if (!ruled(one)) found.push(`told by its tone alone: ${name(one)}`);
  for (const one of document.querySelectorAll(".story li")) {
    const dot = getComputedStyle(one, "::after");
    if (parseFloat(dot.borderTopWidth) < 2) found.push(`no point on the story's line: ${name(one)}`);
  }
  for (const one of document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")) {
    if (!one.checkVisibility() || one.disabled || one.type === "hidden") continue;
    one.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement !== one) continue;
    const seen = one.closest(".editor") ?? one;
    const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (![one, seen].some((each) => ringed(getComputedStyle(each)))) found.push(`focus is not seen: ${name(one)}`);
  }
  return found;
}"""

MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
  return lasts(style.transitionDuration) || lasts(style.animationDuration) || style.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 110))"""


def test_nothing_is_said_by_tone_alone_and_nothing_moves_for_those_who_ask(wall, galleries):
    wall.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    wall.page.set_viewport_size({"width": 1280, "height": 800})
    found, lines = [], 0
    for picture in with_all_pieces(galleries["plain en"]):
        page = wall.hang(picture)
        lines += page.locator(".line .run").count()
        found += [f"{picture}: {words}" for words in page.evaluate(UNSAID)]
        # What is under the pointer is where motion would be.
        if page.locator("main .button").count():
            page.locator("main .button").first.dispatch_event("mouseover")
        found += [f"{picture}: moves: {words}" for words in page.evaluate(MOVING)]
    wall.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    assert not found
    assert lines > 20


def test_the_check_itself_finds_what_is_unsaid_and_what_moves(wall, galleries):
    wall.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page = wall.hang(next(one for one in galleries["plain en"] if one.kind == "styleguide"))
    assert page.evaluate(UNSAID) == [] and page.evaluate(MOVING) == []
    page.evaluate(
        """() => {
            document.querySelector(".line .run").style.stroke = "Canvas";
            document.querySelector("main button").style.cssText = "outline: 0 !important; transition: color 1s";
        }"""
    )
    found = " ".join(page.evaluate(UNSAID))
    assert "a line that cannot be seen" in found and "focus is not seen" in found and page.evaluate(MOVING)
    wall.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
