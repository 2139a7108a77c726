"""Signing in by another site, switched on by the environment of a product that really runs.

The other site is an OpenID Connect provider on this machine. What it says of an address opens nobody's account here.
"""

import html
import re
from email import message_from_string, policy

import pytest
import requests

from tests.accounts import provider as openid
from tests.browser import site
from tests.services import processes

pytestmark = [pytest.mark.supervisor, pytest.mark.once]

OWNER = "olga@example.org"
SIGNED_IN = "My credits"


class Visitor:
    """A browser without script: follows what it is sent to, and fills in the form of the page before it."""

    def __init__(self, address):
        self.address = address
        self.session = requests.Session()

    def go(self, path):
        self.page = self.session.get(self.address + path if path.startswith("/") else path, timeout=20)
        return self.page

    def post(self, path, **given):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)
        if token:  # a page for visitors holds none
            given["csrfmiddlewaretoken"] = token[1]
        headers = {"Origin": self.address}
        self.page = self.session.post(self.address + path, given, headers=headers, timeout=20)
        return self.page

    def by_the_other_site(self):
        """From the button on the sign-in page to wherever the other site sends one back to."""
        self.go("/en/account/login/")
        path = html.unescape(re.search(r'<a class="button" href="([^"]+)">The works</a>', self.page.text)[1])
        self.go(path)
        return self.post(path)

    def sign_up(self, **changes):
        given = {"name": "Nadia", "email": "nadia@example.org", "language": "en", "terms": "on", "licence": "on"}
        return self.post("/en/account/3rdparty/signup/", **(given | changes))

    @property
    def is_signed_in(self):
        return SIGNED_IN in self.go("/en/").text

    @property
    def email(self):
        return re.search(r"[\w.]+@example\.org", self.go("/en/account/email/").text)[0]


@pytest.fixture(scope="module")
def provider():
    with openid.running() as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def address(django_db_setup, provider, folder):
    """The product, with an operator whose address is OWNER."""
    environment = {
        "ENTRAIDE_DEMO": "0",
        "SOCIAL_OPENID_CONNECT_CLIENT_ID": openid.CLIENT_ID,
        "SOCIAL_OPENID_CONNECT_SECRET": openid.SECRET,
        "SOCIAL_OPENID_CONNECT_SERVER_URL": provider.address,
        "SOCIAL_OPENID_CONNECT_NAME": "The works",
    }
    with site.started(folder, **environment) as where:
        link = re.search(r"/en/account/first-operator/\S+", (folder / "said.txt").read_text())[0]
        first = Visitor(where)
        first.go(link)
        first.post(link, name="Olga", email=OWNER, password="five words that nobody knows")
        assert "Sign in to begin" in first.page.text
        yield where


@pytest.fixture
def visitor(address, provider):
    provider.refuses = False
    provider.claims = {}
    return Visitor(address)


def mails_to(folder, email):
    """The texts of the mails to somebody, oldest first; they go out by the worker or in the request."""
    found = []
    for path in sorted((folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime):
        for raw in path.read_text().split("-" * 79):
            mail = message_from_string(raw.strip(), policy=policy.default)
            if mail["To"] == email:
                found.append(mail.get_body(("plain",)).get_content())
    return found


def test_a_newcomer_agrees_to_the_rules_once_and_then_comes_in_by_the_button_alone(visitor, provider, address):
    provider.claims = {"sub": "1", "email": "nadia@example.org", "email_verified": True, "name": "Nadia"}
    page = visitor.by_the_other_site()
    assert page.url.startswith(f"{address}/en/account/3rdparty/signup/") and "nadia@example.org" in page.text
    asked = provider.asked[-1]
    assert asked["redirect_uri"] == f"{address}/en/account/oidc/sso/login/callback/"
    assert asked["response_type"] == "code" and asked["state"]
    assert "Agree to the rules" in visitor.sign_up(terms="").text
    assert not visitor.is_signed_in
    visitor.by_the_other_site()
    visitor.sign_up()
    assert visitor.is_signed_in and visitor.email == "nadia@example.org"

    again = Visitor(address)
    again.by_the_other_site()
    assert again.is_signed_in and again.email == "nadia@example.org"


def test_an_address_that_somebody_here_signs_in_with_does_not_open_their_account(visitor, provider, folder):
    before = len(mails_to(folder, OWNER))
    for verified in (False, True, None):
        provider.claims = {"sub": f"thief {verified}", "email": OWNER, "email_verified": verified, "name": "Olga"}
        visitor.by_the_other_site()
        assert "/3rdparty/signup/" in visitor.page.url
        visitor.sign_up(email=OWNER, name="Olga")
        assert not visitor.is_signed_in
        visitor.by_the_other_site()
        assert "/3rdparty/signup/" in visitor.page.url and not visitor.is_signed_in
    # Told to the owner alone: the page answers as it would for an address that nobody has.
    processes.until(lambda: len(mails_to(folder, OWNER)) > before)


def test_an_address_that_the_other_site_has_not_proved_is_proved_by_mail(visitor, provider, folder):
    email = "unproved@example.org"
    provider.claims = {"sub": "2", "email": email, "email_verified": False}
    visitor.by_the_other_site()
    visitor.sign_up(email=email)
    assert not visitor.is_signed_in
    processes.until(lambda: mails_to(folder, email))
    link = re.search(r"https?://\S+/confirm-email/\S+", mails_to(folder, email)[-1])[0]
    visitor.go(link)
    visitor.post(link.removeprefix(visitor.address))
    assert visitor.is_signed_in and visitor.email == email


def test_an_address_that_the_other_site_has_proved_is_not_exchanged_for_one_that_nobody_has(visitor, provider):
    provider.claims = {"sub": "3", "email": "proved@example.org", "email_verified": True}
    page = visitor.by_the_other_site()
    assert "Confirmed by the site that you come from." in page.text
    visitor.sign_up(email="somebody.else@example.org")
    assert visitor.is_signed_in and visitor.email == "proved@example.org"
    assert "somebody.else" not in visitor.page.text


def test_whoever_says_no_at_the_other_site_is_told_so_and_nothing_more(visitor, provider):
    provider.refuses = True
    page = visitor.by_the_other_site()
    assert page.status_code == 200 and "/3rdparty/login/cancelled/" in page.url
    assert not visitor.is_signed_in


def test_a_way_back_that_this_browser_never_left_by_is_refused(visitor, provider, address):
    """Somebody else's code, put into a link, would sign the victim in to the other's account."""
    provider.claims = {"sub": "mallory", "email": "mallory@example.org", "email_verified": True, "name": "Mallory"}
    visitor.go("/en/account/login/")
    back = provider.authorize({"state": "guessed", "redirect_uri": "/en/account/oidc/sso/login/callback/"})
    page = visitor.go(back)
    assert page.status_code in (401, 403) and "Traceback" not in page.text
    assert not visitor.is_signed_in


def test_a_code_is_of_no_use_twice(visitor, provider):
    provider.claims = {"sub": "1", "email": "nadia@example.org", "email_verified": True}
    visitor.by_the_other_site()
    back = next(r.headers["Location"] for r in visitor.page.history if "callback" in r.headers.get("Location", ""))
    stranger = Visitor(visitor.address)
    assert stranger.go(back).status_code in (401, 403)
    assert not stranger.is_signed_in


def test_the_sign_in_page_sends_its_form_to_the_other_site_and_nowhere_else(visitor, provider):
    policy_said = visitor.go("/en/account/login/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {provider.address}" in policy_said


def test_nobody_is_sent_to_a_third_site_afterwards(visitor, provider, address):
    provider.claims = {"sub": "1", "email": "nadia@example.org", "email_verified": True}
    visitor.go("/en/account/login/?next=https://evil.example/")
    path = html.unescape(re.search(r'<a class="button" href="([^"]+)">The works</a>', visitor.page.text)[1])
    path = path + ("&" if "?" in path else "?") + "next=https://evil.example/"
    visitor.go(path)
    page = visitor.post(path)
    assert page.url.startswith(address) and visitor.is_signed_in


def test_a_site_that_does_not_answer_is_a_page_that_says_so(visitor, provider, monkeypatch):
    monkeypatch.setattr(provider, "token", lambda form: None)
    provider.claims = {"sub": "1", "email": "nadia@example.org", "email_verified": True}
    page = visitor.by_the_other_site()
    assert page.status_code in (401, 403) and "Traceback" not in page.text
    assert not visitor.is_signed_in
