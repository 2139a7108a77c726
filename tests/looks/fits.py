"""Whether a page fits: nothing beside the screen, no words beside their control, no control upon another."""

from __future__ import annotations

from playwright.sync_api import Page

PHONE, TABLET, DESK = 320, 768, 1280

# The longest date there is, since what the pages say of time depends on the day; a statement's own column is short.
LONGEST_DATE = """() => {
  const whole = document.documentElement.lang === "fr"
    ? "mercredi 30 septembre 2026 à 23:59" : "Wednesday 30 September 2026, 23:59";
  for (const time of document.querySelectorAll("time:not(.date *)")) time.textContent = whole;
}"""

# Every figure becomes one of nine digits, as amounts and counts of a large community are.
LARGE_FIGURES = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (walk.currentNode.parentElement.closest("time, script, style, textarea, .date, .month")) continue;
    walk.currentNode.data = walk.currentNode.data.replace(/\\d+(?:[.,]\\d+)?/g, "888,888,888");
  }
}"""

# Each text two fifths longer and accented, as a language may be that nobody has translated to yet.
PSEUDO = """() => {
  const accents = { a: "å", c: "ç", e: "é", i: "î", n: "ñ", o: "ö", s: "š", u: "û", y: "ý", z: "ž", A: "Å", E: "É" };
  const filling = "one two three four five six seven eight nine ten ".repeat(20);
  const longer = (words) => {
    const said = words.trim();
    const more = filling.slice(0, Math.max(0, Math.ceil(said.length * 0.4) - 2)).trimEnd();
    return words.replace(said, () => `[${said.replace(/[a-zA-Z]/g, (letter) => accents[letter] ?? letter)}${more}]`);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!/\\p{L}/u.test(node.data) || node.parentElement.closest("script, style, textarea, code, pre")) continue;
    node.data = longer(node.data);
  }
  for (const one of document.querySelectorAll("[placeholder]")) one.placeholder = longer(one.placeholder);
}"""

FAULTS = """(wide) => {
  const found = [];
  const name = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 110);
  const page = document.documentElement.scrollWidth;
  if (page > wide) {
    const beyond = (one) => one.getBoundingClientRect().right > wide + 0.5;
    const last = [...document.body.querySelectorAll("*")].filter(beyond).slice(-1);
    found.push(`scrolls sideways, ${page} px: ${last.map(name)}`);
  }
  const isShown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length;
  const shown = [...document.querySelectorAll("a, button, input, select, textarea, summary, label")].filter(
    (one) => isShown(one) && !one.closest(".skip, .hidden")
  );
  for (const one of shown) {
    const style = getComputedStyle(one);
    // An input scrolls what is typed, and a name that is cut says so by its dots.
    if (one.matches("input, select, textarea")) continue;
    if (style.display === "inline" || style.textOverflow === "ellipsis") continue;
    const more = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
    if (more) found.push(`words beside their control: ${name(one)}`);
  }
  const controls = shown.filter((one) => one.matches("button, .button, input:not([type=hidden]), select, textarea"));
  const boxes = controls.map((one) => [one, one.getBoundingClientRect()]);
  boxes.forEach(([one, a], place) => {
    for (const [other, b] of boxes.slice(place + 1)) {
      if (one.contains(other) || other.contains(one) || one.closest(".thumb") !== other.closest(".thumb")) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) found.push(`one control upon another: ${name(one)} and ${name(other)}`);
    }
  });
  return found;
}"""


def faults(page: Page, wide: int) -> list[str]:
    """What does not fit at this width, in words."""
    page.set_viewport_size({"width": wide, "height": 800})
    return [f"{wide}: {words}" for words in page.evaluate(FAULTS, wide)]
