"""The browser of the tests: Debian's Chromium, its headless build where that is installed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Playwright

from tests.services import servers

FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A browser, started with these flags beside the usual ones. Skips the test where none is installed."""
    try:
        program = servers.chromium()
    except servers.Missing as reason:
        pytest.skip(str(reason))
    return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
