"""Joining: a user, a member, what they agreed to, and a confirmed address."""

import pytest
from django.core import mail
from django.db import transaction

from accounts.actions.signup import make_member, record_consents
from accounts.models import Consent, Member, User
from accounts.viewer import Viewer
from core.errors import Invalid
from events.models import Event
from tests.accounts.conftest import SIGN_UP, link_in_mail

pytestmark = pytest.mark.django_db


def test_signing_up_makes_a_customer_who_agreed_to_both_texts(sign_up, settings):
    response = sign_up()
    assert response.status_code == 302 and response["Location"] == "/en/account/confirm-email/"
    member = Member.objects.get()
    assert (member.name, member.language, member.time_zone) == ("Camille Roy", "fr", "America/Montreal")
    assert list(member.user.groups.values_list("name", flat=True)) == ["customer"]
    assert set(Consent.objects.values_list("kind", "version")) == {
        ("terms", settings.ENTRAIDE["TERMS_VERSION"]),
        ("licence", settings.ENTRAIDE["LICENCE_VERSION"]),
    }
    assert Event.objects.get(verb="member.joined").actor == member


@pytest.mark.parametrize("field", ["name", "email", "password1", "language", "terms", "licence"])
def test_nothing_is_made_when_something_is_missing_and_what_was_typed_is_kept(sign_up, field):
    response = sign_up(**{field: None})
    assert response.status_code == 200
    html = response.content.decode()
    assert f'id="id_{field}_error"' in html and 'href="#id_' + field in html
    if field != "name":
        assert 'value="Camille Roy"' in html
    assert SIGN_UP["password1"] not in html
    assert not User.objects.exists() and not Member.objects.exists()


@pytest.mark.parametrize("name", ["x" * 61, "\x00\u202e \n", "someone@example.org"])
def test_a_name_that_cannot_be_shown_is_refused(sign_up, name):
    assert b'id="id_name_error"' in sign_up(name=name).content
    assert not User.objects.exists()


def test_a_time_zone_that_does_not_exist_becomes_the_default(sign_up):
    sign_up(time_zone="Mars/Olympus_Mons")
    assert Member.objects.get().time_zone == "Europe/Paris"


def test_until_the_address_is_confirmed_nobody_is_signed_in(sign_up, client):
    sign_up()
    user = User.objects.get()
    assert user.email_verified_at is None and "_auth_user_id" not in client.session
    response = client.post("/en/account/login/", {"login": user.email, "password": SIGN_UP["password1"]})
    assert response["Location"] == "/en/account/confirm-email/" and "_auth_user_id" not in client.session


def test_following_the_link_confirms_the_address_and_signs_in(sign_up, client):
    sign_up()
    path = link_in_mail("/confirm-email/")
    assert client.get(path).status_code == 200
    assert User.objects.get().email_verified_at is None  # looking is not confirming
    client.post(path)
    user = User.objects.get()
    assert user.email_verified_at is not None
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Viewer.of(user).verified


def test_a_known_address_is_answered_like_a_new_one(sign_up, customer, client):
    known = sign_up(email=customer.member.user.email.upper())
    client.logout()
    new = sign_up(email="somebody.new@example.org")
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert User.objects.count() == 2
    first, second = mail.outbox
    assert first.to == [customer.member.user.email] and "have an account" in first.body
    assert "/confirm-email/" in second.body


def test_one_version_is_agreed_to_once_and_a_new_one_is_added(customer, now, settings):
    for _ in range(2):
        record_consents(member=customer.member, now=now)
    assert Consent.objects.count() == 2
    settings.ENTRAIDE = settings.ENTRAIDE | {"TERMS_VERSION": "2027-01-01"}
    record_consents(member=customer.member, now=now)
    assert Consent.objects.filter(kind="terms").count() == 2


def test_a_member_who_cannot_be_made_leaves_no_user_behind(now):
    user = User.objects.create_user("a@example.org")
    with pytest.raises(Invalid), transaction.atomic():
        make_member(user=user, name="A", language="xx", time_zone="Europe/Paris", now=now)
    assert not Member.objects.exists()


def test_the_sign_up_page_speaks_the_languages_of_the_site(client, settings):
    html = client.get("/en/account/signup/").content.decode()
    for label in ("Name", "E-mail", "Password", "Language"):
        assert f">{label}</label>" in html
    assert settings.ENTRAIDE["LICENCE_URL"] in html
    assert "placeholder" not in html
