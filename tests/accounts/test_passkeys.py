"""A real browser adds a passkey and signs in with it, at localhost."""

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from accounts.jobs import Job
from tests.chromium import launch

pytestmark = pytest.mark.browser


@pytest.fixture
def site(own_database, settings):
    """The product on a free port of localhost; gives its address."""
    settings.ALLOWED_HOSTS = ["localhost"]
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://localhost:{thread.port}"
    thread.terminate()


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page
        browser.close()


def test_a_passkey_is_added_and_signs_in_without_the_password(site, person, page):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)

    page.goto(f"{site}/en/account/login/")
    page.get_by_label("E-mail").fill(person)
    page.get_by_label("Password", exact=True).fill("a long password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()

    page.goto(f"{site}/en/account/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill("a long password")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Blue phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(f"{site}/en/account/2fa/webauthn/")
    assert page.get_by_text("Blue phone").is_visible() and page.get_by_text("Signs in alone.").is_visible()

    page.goto(f"{site}/en/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/en/account/login/?next=/en/account/notifications/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="What you were told").wait_for()
    assert refused == []


@pytest.fixture
def person(own_database):
    """The address of somebody who can sign in, committed where the server sees it."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from accounts.actions.signup import make_member
    from accounts.models import User

    user = User.objects.create_user("camille@example.org", "a long password")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    assert Group.objects.filter(name=Job.CUSTOMER).exists()
    make_member(user=user, name="Camille", language="en", time_zone="Europe/Paris", now=timezone.now())
    return user.email
