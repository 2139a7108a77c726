"""A second proof beside the password: asked for, not repeatable, and not to be guessed."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def code_of(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def secret(customer, prove, monkeypatch):
    """The customer has an app; its secret. The clock stands still, so that a code stays good for the test."""
    clock = time.time()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: clock)
    client = prove(customer)
    assert client.get("/en/account/2fa/totp/activate/").status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post("/en/account/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    client.post("/en/account/logout/")
    return secret


def password_step(viewer):
    client = Client()
    response = client.post("/en/account/login/", {"login": viewer.member.user.email, "password": PASSWORD})
    assert response["Location"].startswith("/en/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    return client


def test_password_and_code_sign_in(customer, secret):
    client = password_step(customer)
    assert client.get("/en/account/2fa/authenticate/").status_code == 200
    client.post("/en/account/2fa/authenticate/", {"code": code_of(secret)})
    assert client.session["_auth_user_id"] == str(customer.member.user_id)


def test_a_code_that_was_used_is_not_good_a_second_time(customer, secret):
    code = code_of(secret)
    password_step(customer).post("/en/account/2fa/authenticate/", {"code": code})
    watcher = password_step(customer)
    html = watcher.post("/en/account/2fa/authenticate/", {"code": code}).content.decode()
    assert "_auth_user_id" not in watcher.session
    assert 'id="id_code_error"' in html


def test_codes_cannot_be_guessed_for_long(customer, secret):
    client = password_step(customer)
    statuses = [client.post("/en/account/2fa/authenticate/", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses[-1] == 429
    response = client.post("/en/account/2fa/authenticate/", {"code": code_of(secret)})
    assert response.status_code == 429 and int(response["Retry-After"]) > 1
    assert "_auth_user_id" not in client.session


def test_the_second_step_cannot_be_reached_without_the_first(customer, secret):
    client = Client()
    response = client.post("/en/account/2fa/authenticate/", {"code": code_of(secret)})
    assert response.status_code == 302 and "_auth_user_id" not in client.session


def test_a_recovery_code_works_once(customer, secret):
    client = password_step(customer)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    client.post("/en/account/2fa/authenticate/", {"code": codes[0]})
    assert "_auth_user_id" in client.session
    cache.clear()
    again = password_step(customer)
    again.post("/en/account/2fa/authenticate/", {"code": codes[0]})
    assert "_auth_user_id" not in again.session


def test_setting_up_a_second_proof_takes_a_fresh_one(customer, enter, client):
    enter(customer)
    for path in ("totp/activate/", "webauthn/add/"):
        response = client.get(f"/en/account/2fa/{path}")
        assert response["Location"].startswith("/en/account/reauthenticate/")


@pytest.mark.parametrize(
    "nonsense",
    ["", "{", "[]", "1", "{}", '{"id": "x"}', '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'],
)
def test_nonsense_instead_of_a_passkey_is_an_error_of_the_form(customer, prove, client, nonsense):
    client.get("/en/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    response = client.post("/en/account/2fa/webauthn/login/", {"credential": nonsense})
    assert response.status_code < 500 and "_auth_user_id" not in client.session
    prove(customer)
    client.get("/en/account/2fa/webauthn/add/")
    assert client.post("/en/account/2fa/webauthn/add/", {"name": "x", "credential": nonsense}).status_code == 200
    assert not Authenticator.objects.exists()
