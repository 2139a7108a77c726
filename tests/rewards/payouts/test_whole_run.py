"""A whole payout run in a browser: a member and two operators on their pages, a provider that answers over HTTP."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect, sync_playwright

from rewards.queries import Balance, balance_of
from rewards.verify import verify
from rewards.views import payouts as views
from tests.chromium import launch
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, STATEMENTS
from tests.together import at_once

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def db(own_database: str) -> None:
    """The server's threads work on a committed database."""


@contextlib.contextmanager
def served():
    """The pages of this process, on a port of this machine."""
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    assert server.is_ready.wait(20) and not server.error
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()


def key_of(viewer) -> str:
    client = Client()
    client.force_login(viewer.member.user, backend="accounts.backends.Backend")
    return client.cookies["sessionid"].value


def test_a_run_from_its_opening_to_its_last_answer(provider, member, operator, second, now, monkeypatch):
    ada = member("Ada", 2_000)
    keys = {"ada": key_of(ada), "operator": key_of(operator), "second": key_of(second)}

    # Playwright's loop keeps Django from the database in this thread: the clock's work is done in another.
    def clock(at):
        assert at_once(lambda: call_command("rewards", "payouts", "--now", at.isoformat(), verbosity=0)) == []

    def pages_at(at):
        monkeypatch.setattr(views, "timezone", SimpleNamespace(now=lambda: at))

    with served() as address, sync_playwright() as playwright:
        chromium = launch(playwright)
        trouble = []

        def arrive(who, **given):
            context = chromium.new_context(locale="en", **given)
            context.add_cookies([{"name": "sessionid", "value": keys[who], "url": address}])
            page = context.new_page()
            page.on("pageerror", lambda error: trouble.append(str(error)))
            return page

        pages_at(now)
        one, another = arrive("operator"), arrive("second", java_script_enabled=False)
        one.goto(f"{address}/en/credits/runs/")
        one.get_by_role("button", name="Open the run of today").click()
        one.get_by_role("link", name="Run 1: 1 January 2026 to 30 June 2026").click()
        expect(one.get_by_role("main")).to_contain_text("Statements are made the day after.")
        clock(STATEMENTS)

        pages_at(CHOOSING)
        mine = arrive("ada", java_script_enabled=False, viewport={"width": 320, "height": 640})
        mine.goto(f"{address}/en/credits/payouts/1/")
        expect(mine.get_by_role("heading", level=1)).to_contain_text("Statement from")
        mine.get_by_label("Off my bill").check()
        mine.get_by_role("button", name="Keep this choice").click()
        expect(mine.get_by_role("alert")).to_be_visible()
        mine.get_by_label("Customer number").fill("C-17")
        mine.get_by_role("group", name="For your bill").get_by_label("I am 18 or older.").check()
        mine.get_by_role("button", name="Keep this choice").click()
        expect(mine.get_by_role("status")).to_contain_text("Your choice is kept.")
        clock(CHOOSING)

        pages_at(FREEZING)
        one.reload()
        one.get_by_role("button", name="Freeze this run").click()
        expect(one.get_by_role("status")).to_contain_text("another operator approves the run")
        clock(FREEZING)
        one.reload()
        expect(one.get_by_role("main")).to_contain_text("nobody pays alone")
        expect(one.get_by_role("button", name="Approve")).to_have_count(0)
        another.goto(f"{address}/en/credits/runs/1/")
        another.get_by_role("button", name="Approve 1 payment of €20.00").click()
        expect(another.get_by_role("status")).to_contain_text("The run is approved")

        provider.processing = True
        clock(FREEZING)
        mine.reload()
        expect(mine.get_by_role("main")).to_contain_text("€20.00 for 2,000 credits is on its way.")
        one.reload()
        expect(one.get_by_role("main")).to_contain_text("Waiting for answers")
        provider.finish()
        clock(FREEZING.replace(hour=18))
        one.reload()
        expect(one.get_by_role("main")).to_contain_text("Every payment has its last word.")
        mine.reload()
        expect(mine.get_by_role("main")).to_contain_text("€20.00 was paid for 2,000 credits.")
        chromium.close()
    assert trouble == []
    assert provider.total() == 2_000 and len(provider.sent) == 1
    assert balance_of(ada.member_id) == Balance()
    assert verify().ok
