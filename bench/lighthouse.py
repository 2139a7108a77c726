"""What a reader's device has to do: Lighthouse's four scores, bytes, layout shift and the longest interaction.

Lighthouse (npm) runs with Debian's Chromium as a phone, on the demo community of a product that is started for it.
The other figures are read from the same Chromium: the bytes of a first view of a thread, all in; how far things move
while a page loads and while somebody types; the longest interaction of typing a title into the ask form, with
suggestions, on a processor four times slower. RUNS=3 takes the median of three runs of Lighthouse.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench import site
from tests.browser import site as product
from tests.chromium import FLAGS
from tests.services import npm, servers

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = {
    "home": "",
    "list": "community/",
    "thread": "community/?list=solved first .row .title a",
    "article": "help/ first main ul a",
    "ask": "community/ask/",
    "search": "search/",
    "results": "search/?q=data",  # which no search engine shall keep: its last score says so
    "sign-in": "account/login/",
}
TITLE = "No mobile data since I moved my number to another operator"

WATCH = """() => {
  window.shifted = 0;
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.interactionId) window.longest = Math.max(window.longest, one.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
}"""


def addresses(browser: Browser, where: str) -> dict[str, str]:
    """Each page's whole address; "first" is the first link of that kind, followed."""
    page = browser.new_page()
    found = {}
    for name, words in PAGES.items():
        path, *links = words.split(" first ")
        page.goto(f"{where}/en/{path}")
        for link in links:
            href = page.locator(link).first.get_attribute("href")
            page.goto(f"{where}{href}")
        found[name] = page.url
    page.close()
    return found


def report(program: Path, chromium: str, address: str, out: Path) -> None:
    """One run. On a busy machine Lighthouse may lose its own browser: it is tried again, twice. CalledProcessError."""
    words = ["node", str(program), address, "--quiet", "--output=json", f"--output-path={out}"]
    words += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
    for _attempt in range(3):
        done = subprocess.run(words, env=os.environ | {"CHROME_PATH": chromium}, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            return
    done.check_returncode()


def scores(program: Path, chromium: str, address: str, runs: int) -> dict[str, Any]:
    """The median score of each category out of 100, and what keeps the last run from all of them."""
    reports = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            out = Path(folder) / f"{run}.json"
            report(program, chromium, address, out)
            reports.append(json.loads(out.read_text()))
    got: dict[str, Any] = {
        name: round(statistics.median(100 * (one["categories"][name]["score"] or 0) for one in reports))
        for name in CATEGORIES
    }
    last = reports[-1]
    got["under"] = sorted(
        f"{ref['id']}: {last['audits'][ref['id']]['title']}"
        for name in CATEGORIES
        for ref in last["categories"][name]["auditRefs"]
        if ref["weight"] and (last["audits"][ref["id"]]["score"] or 0) < 0.9
        and last["audits"][ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "informative", "manual")
    )  # fmt: skip
    return got


def transferred(browser: Browser, address: str) -> tuple[int, float, list[str]]:
    """Bytes over the wire of a first view, what shifted in it, and its largest parts."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    wire: CDPSession = context.new_cdp_session(page)
    wire.send("Network.enable")
    named: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.requestWillBeSent", lambda event: named.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address, wait_until="networkidle")
    page.mouse.wheel(0, 20_000)  # what is loaded once it is reached
    page.wait_for_timeout(1500)
    shifted = float(page.evaluate("window.shifted"))
    context.close()
    parts = sorted(((size, named[key].rsplit("/", 1)[-1]) for key, size in sizes.items()), reverse=True)
    return int(sum(sizes.values())), shifted, [f"{name or 'page'} {size / 1000:.1f} kB" for size, name in parts]


def typing(browser: Browser, address: str) -> tuple[float, float]:
    """The longest interaction in milliseconds and what shifted, at a processor four times slower."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page: Page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    wire = context.new_cdp_session(page)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle")
    page.get_by_label("Title", exact=True).press_sequentially(TITLE, delay=90)
    page.locator("#similar li").first.wait_for()
    page.wait_for_timeout(1500)
    longest, shifted = float(page.evaluate("window.longest")), float(page.evaluate("window.shifted"))
    context.close()
    return longest, shifted


def main() -> int:
    try:
        program, chromium = npm.installed("lighthouse", VERSION, "cli/index.js"), servers.chromium()
    except servers.Missing as reason:
        print(reason, file=sys.stderr)
        return 2
    runs = int(os.environ.get("RUNS", "3"))
    figures: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="entraide-lighthouse-"))
    try:
        with product.started(folder) as where, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            found = addresses(browser, where)
            size, _shifted, parts = transferred(browser, found["thread"])
            longest, typed = typing(browser, found["ask"])
            shifts = {name: transferred(browser, address)[1] for name, address in found.items()}
            browser.close()
            figures["first view of a thread"] = {"bytes": size, "parts": parts}
            figures["layout shift"] = {**shifts, "typing": typed}
            figures["longest interaction, ms"] = longest
            figures["lighthouse"] = {name: scores(program, chromium, address, runs) for name, address in found.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lighthouse = figures["lighthouse"]
    rows = [("", "  ".join(f"{name:>14}" for name in CATEGORIES))]
    rows += [(name, "  ".join(f"{got[kind]:>14}" for kind in CATEGORIES)) for name, got in lighthouse.items()]
    rows += [(f"  under, {name}", words) for name, got in lighthouse.items() for words in got["under"]]
    rows += [
        ("first view of a thread (reach: 60 kB)", f"{size / 1000:.1f} kB: {', '.join(parts[:6])}"),
        ("layout shift (reach: 0.00)", ", ".join(f"{name} {value:.3f}" for name, value in shifts.items())),
        ("layout shift while typing", f"{typed:.3f}"),
        ("longest interaction while typing (reach: 100 ms)", f"{longest:.0f} ms"),
    ]
    site.table("What a reader's device has to do (Lighthouse as a phone)", rows, name="lighthouse", values=figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
