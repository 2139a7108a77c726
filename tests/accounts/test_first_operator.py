"""An empty site gets its first operator by a link that works once."""

import pytest

from accounts.actions.first_operator import issue_link, make_first_operator
from accounts.jobs import Job
from accounts.models import FirstOperatorLink, Member, User
from accounts.viewer import Viewer
from core.errors import Invalid, Refused

pytestmark = pytest.mark.django_db

GIVEN = {"name": "Olga", "email": "olga@example.org", "password": "five six seven eight"}


def test_the_link_makes_one_operator_once(client, now):
    path = issue_link(now)
    assert path.startswith("/en/account/first-operator/")
    page = client.get(path)
    assert page.status_code == 200 and page["Referrer-Policy"] == "no-referrer"
    assert client.post(path, GIVEN)["Location"] == "/en/account/login/"
    member = Member.objects.get()
    viewer = Viewer.of_member(member)
    assert viewer.jobs == {Job.OPERATOR} and viewer.verified and member.is_team
    assert client.post(path, GIVEN | {"email": "second@example.org"}).status_code == 403
    assert client.get(path).status_code == 403
    assert User.objects.count() == 1
    client.post("/en/account/login/", {"login": GIVEN["email"], "password": GIVEN["password"]})
    assert client.session["_auth_user_id"] == str(member.user_id)


def test_the_token_itself_is_not_kept(now):
    token = issue_link(now).split("/")[-2]
    link = FirstOperatorLink.objects.get()
    assert token not in link.token_hash and len(token) >= 40


def test_a_newer_link_ends_the_one_before(now):
    token = issue_link(now).split("/")[-2]
    issue_link(now)
    with pytest.raises(Refused):
        make_first_operator(token=token, language="en", now=now, **GIVEN)


def test_a_site_with_an_operator_makes_no_link_and_takes_none(operator, now, client):
    with pytest.raises(Refused) as refused:
        issue_link(now)
    assert refused.value.code == "has_operator"
    assert client.get("/en/account/first-operator/guess/").status_code == 403


def test_a_link_issued_before_somebody_became_operator_is_refused(make_viewer, now):
    token = issue_link(now).split("/")[-2]
    make_viewer("Olga", Job.OPERATOR)
    with pytest.raises(Refused):
        make_first_operator(token=token, language="en", now=now, **GIVEN)


@pytest.mark.parametrize(
    ("field", "bad"), [("email", "olga@"), ("password", "short"), ("password", "1234567890"), ("name", " ")]
)
def test_what_cannot_be_used_is_said_beside_its_field_and_the_link_stays_good(client, now, field, bad):
    path = issue_link(now)
    response = client.post(path, GIVEN | {field: bad})
    assert response.status_code == 422 and f'id="id_{field}_error"' in response.content.decode()
    assert not User.objects.exists()
    assert client.post(path, GIVEN).status_code == 302


def test_an_address_in_use_is_not_taken_over(customer, now):
    token = issue_link(now).split("/")[-2]
    with pytest.raises(Invalid):
        make_first_operator(
            token=token, language="en", now=now, **(GIVEN | {"email": customer.member.user.email.upper()})
        )
