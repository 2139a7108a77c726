"""Coming in: only the owner, only to where the page says, and nothing kept is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.actions.demo import PASSWORD as DEMO_PASSWORD
from accounts.actions.demo import make_demo_people
from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from core.errors import Refused
from tests.accounts.conftest import link_in_mail

pytestmark = pytest.mark.django_db


def signed_in(client):
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in(customer, enter, client):
    assert enter(customer).status_code == 302
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(customer, enter, client):
    wrong = enter(customer, password="not this one").content.decode()
    email = customer.member.user.email
    unknown = client.post("/en/account/login/", {"login": "nobody@example.org", "password": "not this one"})
    words = "E-mail and password do not go together"
    assert words in wrong and words in unknown.content.decode()
    assert f'value="{email}"' in wrong and "not this one" not in wrong
    assert not signed_in(client)


def test_the_sign_in_page_has_the_names_that_stay(client):
    html = client.get("/en/account/login/").content.decode()
    assert ">E-mail</label>" in html and ">Password</label>" in html
    assert '<button class="button main">Sign in</button>' in html
    assert ">Sign up</a>" in html


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost/",
        "http://127.0.0.1:1/",
        "https:evil.example",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(customer, enter, client, evil):
    location = enter(customer, next=evil)["Location"]
    assert location.startswith("/en/") and "evil" not in location


def test_an_own_address_is_where_one_goes_on(customer, enter):
    assert enter(customer, next="/en/account/notifications/")["Location"] == "/en/account/notifications/"


def test_what_was_kept_is_shown_and_outlives_signing_in(customer, enter, client):
    kept = {"path": "/en/community/t/1-x/", "label": "Your answer", "data": {"body": "Turn it off <and> on."}}
    session = client.session
    session["kept"] = kept
    session.save()
    html = client.get("/en/account/login/?next=/en/community/t/1-x/").content.decode()
    assert "Your answer" in html and "Turn it off &lt;and&gt; on." in html
    enter(customer, password="wrong")
    enter(customer)
    assert signed_in(client) and client.session["kept"] == kept


def test_what_was_kept_is_not_handed_to_the_next_person(customer, helper, enter, client):
    enter(customer)
    session = client.session
    session["kept"] = {"path": "/", "label": "Mine", "data": {}}
    session.save()
    client.post("/en/account/logout/")
    enter(helper)
    assert "kept" not in client.session


def test_too_many_tries_are_told_until_when(customer, enter, client):
    before = datetime.now(UTC)
    for _ in range(5):
        assert enter(customer, password="wrong").status_code == 200
    response = enter(customer)
    assert response.status_code == 429 and not signed_in(client)
    assert 1 <= int(response["Retry-After"]) <= 301
    until = response.context["until"]
    assert before + timedelta(minutes=4) < until < before + timedelta(minutes=6)


def test_too_many_sign_ups_are_told_until_when(client):
    for _ in range(20):
        assert client.post("/en/account/signup/", {}).status_code == 200
    response = client.post("/en/account/signup/", {})
    assert response.status_code == 429 and 1 <= int(response["Retry-After"]) <= 61


def test_too_many_requests_for_a_new_password_are_told_until_when(customer, client):
    """By address, so that nobody's mailbox is filled by asking in their name."""
    given = {"email": customer.member.user.email}
    codes = [client.post("/en/account/password/reset/", given).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]
    response = client.post("/en/account/password/reset/", given)
    assert response.status_code == 429 and 1 <= int(response["Retry-After"]) <= 61
    assert len(mail.outbox) == 5
    other = client.post("/en/account/password/reset/", {"email": "nobody@example.org"})
    assert other.status_code == 302


def test_signing_out_takes_a_post(customer, enter, client):
    enter(customer)
    assert client.get("/en/account/logout/").status_code == 200 and signed_in(client)
    client.post("/en/account/logout/")
    assert not signed_in(client)


def test_a_disabled_user_does_not_come_in(customer, enter, client):
    User.objects.update(is_active=False)
    assert enter(customer)["Location"] == "/en/account/inactive/" and not signed_in(client)
    assert client.get("/en/account/inactive/").status_code == 200


def test_a_suspended_member_comes_in(customer, enter, client, now):
    Member.objects.update(suspended_until=datetime.now(UTC) + timedelta(days=1), suspended_reason="x")
    enter(customer)
    assert signed_in(client)


def test_the_link_of_a_new_password_works_once(customer, enter, client):
    enter(customer)
    client.logout()
    response = client.post("/en/account/password/reset/", {"email": customer.member.user.email})
    assert response.status_code == 302
    path = link_in_mail("/password/reset/key/")
    form = client.get(path)["Location"]
    new = {"password1": "five six seven eight", "password2": "five six seven eight"}
    assert client.post(form, new).status_code == 302
    assert enter(customer, password=new["password1"]).status_code == 302
    again = Client().get(path)
    assert b"has been used, or it is too old" in again.content


def test_asking_for_a_new_password_tells_nothing_of_who_is_here(customer, client):
    EmailAddress.objects.create(
        user=customer.member.user, email=customer.member.user.email, primary=True, verified=True
    )
    known = client.post("/en/account/password/reset/", {"email": customer.member.user.email})
    unknown = client.post("/en/account/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [m.to[0] for m in mail.outbox] == [customer.member.user.email, "nobody@example.org"]


def test_a_new_address_counts_once_it_is_confirmed(customer, prove, client):
    prove(customer)
    old = customer.member.user.email
    client.post("/en/account/email/", {"action_add": "1", "email": "new@example.org"})
    assert User.objects.get().email == old
    client.post(link_in_mail("/confirm-email/"))
    user = User.objects.get()
    assert user.email == "new@example.org" and user.email_verified_at is not None
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [("new@example.org", True, True)]


def test_changing_the_address_takes_a_fresh_proof(customer, enter, client):
    enter(customer)
    response = client.post("/en/account/email/", {"action_add": "1", "email": "new@example.org"})
    assert response["Location"].startswith("/en/account/reauthenticate/")
    assert EmailAddress.objects.count() == 1


def test_somebody_elses_address_cannot_be_taken(customer, helper, enter, prove, client):
    enter(helper)
    client.logout()
    prove(customer)
    client.post("/en/account/email/", {"action_add": "1", "email": helper.member.user.email})
    taken = helper.member.user.email
    # The owner of the address gets the mail, and even following it moves nothing.
    assert mail.outbox[-1].to == [taken]
    client.post(link_in_mail("/confirm-email/"))
    assert User.objects.get(pk=helper.member.user_id).email == taken
    assert User.objects.get(pk=customer.member.user_id).email == customer.member.user.email
    assert not EmailAddress.objects.filter(user=customer.member.user, email=taken, verified=True).exists()


def test_verified_follows_the_primary_address(customer):
    user = customer.member.user
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    assert not Viewer.of(User.objects.get()).verified
    address.verified = True
    address.save()
    first = User.objects.get().email_verified_at
    assert first is not None
    address.save()
    assert User.objects.get().email_verified_at == first
    address.delete()
    assert not Viewer.of(User.objects.get()).verified


# -- the demo


def test_each_demo_person_has_one_job(client, now, settings):
    settings.DEMO = True
    people = make_demo_people(now=now)
    assert make_demo_people(now=now) == people and Member.objects.count() == 6
    jobs = {part: Viewer.of_member(member).jobs for part, member in people.items()}
    assert jobs == {
        "customer": {Job.CUSTOMER},
        "helper": {Job.CUSTOMER},
        "moderator": {Job.MODERATOR},
        "agent": {Job.AGENT},
        "operator": {Job.OPERATOR},
        "operator2": {Job.OPERATOR},
    }
    client.post("/en/account/login/", {"login": "agent@demo.example", "password": DEMO_PASSWORD})
    assert signed_in(client)


def test_outside_the_demo_its_sign_ins_are_refused_and_their_sessions_end(client, now, settings):
    settings.DEMO = True
    make_demo_people(now=now)
    credentials = {"login": "operator@demo.example", "password": DEMO_PASSWORD}
    client.post("/en/account/login/", credentials)
    assert client.get("/en/account/notifications/").status_code == 200
    settings.DEMO = False
    assert client.get("/en/account/notifications/").status_code == 302
    stranger = Client()
    stranger.post("/en/account/login/", credentials)
    assert not signed_in(stranger)
    with pytest.raises(Refused):
        make_demo_people(now=now)


def test_pages_are_read_in_the_members_zone_and_language(make_viewer, enter, client):
    enter(make_viewer("Zoe", language="fr", time_zone="Asia/Tokyo"))
    response = client.get("/en/account/logout/")
    assert response.cookies["django_language"].value == "fr"
    assert client.get("/", follow=False)["Location"] == "/fr/"


def test_an_own_page_costs_one_query_for_who_asks(customer, sign_in, django_assert_num_queries):
    client = sign_in(customer)
    client.get("/en/account/logout/")
    with django_assert_num_queries(1):  # the member; the session is in the cache
        client.get("/en/account/logout/")
