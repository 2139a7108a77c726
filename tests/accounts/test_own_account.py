"""What belongs to a person: changing it, taking it along, leaving; and what nobody else may do with it."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from accounts.actions.erasure import erase
from accounts.actions.export import export
from accounts.actions.profile import change_profile
from accounts.actions.suspension import lift, suspend
from accounts.jobs import Job
from accounts.models import Consent, Member, User
from accounts.permissions import check_may_take_part
from accounts.signals import member_erased
from accounts.viewer import Viewer
from core.errors import Invalid, Refused
from events.models import Event
from notifications.models import Notification
from notifications.notify import notify

pytestmark = pytest.mark.django_db


def again(viewer):
    """The same person, read anew."""
    return Viewer.of(User.objects.get_queryset().with_viewer().get(pk=viewer.member.user_id))


# -- the account page


def test_the_account_page_changes_name_language_and_zone(customer, sign_in):
    client = sign_in(customer)
    given = {"name": "  Camille\u202e R. ", "language": "fr", "time_zone": "Asia/Tokyo"}
    response = client.post("/en/account/", given)
    assert response["Location"] == "/fr/account/"
    member = Member.objects.get()
    assert (member.name, member.language, member.time_zone) == ("Camille R.", "fr", "Asia/Tokyo")
    event = Event.objects.get(verb="member.profile")
    assert event.after == {"fields": ["name", "language", "time_zone"]}


def test_mistakes_are_told_all_at_once_and_keep_what_was_typed(customer, sign_in):
    client = sign_in(customer)
    response = client.post("/en/account/", {"name": "x" * 61, "language": "xx", "time_zone": "Mars"})
    html = response.content.decode()
    assert response.status_code == 422
    for field in ("name", "language", "time_zone"):
        assert f'id="id_{field}_error"' in html and f'href="#id_{field}"' in html
    assert "x" * 61 in html and 'value="Mars"' in html
    assert Member.objects.get().name == "Camille Roy"


def test_a_closed_account_changes_nothing(customer, now):
    Member.objects.update(closed_at=now)
    with pytest.raises(Refused) as refused:
        change_profile(by=customer, name="A", language="en", time_zone="UTC", now=now)
    assert refused.value.code == "closed"


@pytest.mark.parametrize("path", ["", "erase/", "notifications/", "2fa/", "password/change/", "email/"])
def test_own_pages_ask_a_stranger_to_sign_in(client, path):
    response = client.get(f"/en/account/{path}")
    assert response.status_code == 302 and response["Location"].startswith("/en/account/login/")


# -- taking it along


def test_an_export_holds_ones_own_data_and_nobody_elses(customer, helper, now, django_capture_on_commit_callbacks):
    from django.db import transaction

    for viewer in (customer, helper):
        user = viewer.member.user
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        Consent.objects.create(member=viewer.member, kind="terms", version=f"v-{viewer.member.name}", given_at=now)
        with transaction.atomic():
            notify(members=[viewer.member_id], kind="x", path=f"for-{viewer.member_id}", key="k", now=now)
    made = json.dumps(export(by=customer, now=now))
    assert customer.member.user.email in made and "v-Camille Roy" in made and f"for-{customer.member_id}" in made
    assert helper.member.user.email not in made and "Nadia" not in made and f"for-{helper.member_id}" not in made
    assert customer.member.user.password not in made


def test_an_export_is_a_file_for_who_proved_it_is_them(customer, enter, prove, client):
    enter(customer)
    response = client.post("/en/account/export/")
    assert response.status_code == 302 and response["Location"].startswith("/en/account/reauthenticate/")
    prove(customer)
    response = client.post("/en/account/export/")
    assert response["Content-Disposition"].startswith("attachment")
    assert json.loads(response.content)["accounts"]["name"] == "Camille Roy"
    assert client.get("/en/account/export/").status_code == 405


def test_a_stranger_exports_nothing(client, now):
    assert client.post("/en/account/export/")["Location"].startswith("/en/account/login/")
    with pytest.raises(Refused):
        export(by=Viewer(), now=now)


# -- leaving


def test_erasing_takes_the_person_and_leaves_a_former_member(customer, helper, prove, client, now):
    from django.db import transaction

    with transaction.atomic():
        notify(members=[customer.member_id, helper.member_id], kind="x", path="", key="k", now=now)
    prove(customer)
    email = customer.member.user.email
    response = client.post("/en/account/erase/", {"email": email.upper(), "keep_name": "no"})
    assert response["Location"] == "/en/account/erased/" and client.get("/en/account/erased/").status_code == 200
    member = Member.objects.get(pk=customer.member_id)
    assert member.user is None and member.erased_at and member.name == "" and member.shown_name == "a former member"
    assert not User.objects.filter(email=email).exists() and not EmailAddress.objects.filter(email=email).exists()
    assert Notification.objects.get().member_id == helper.member_id
    assert member.unread_count == 0
    assert client.get("/en/account/")["Location"].startswith("/en/account/login/")
    assert Event.objects.get(verb="member.erased").actor_id == member.pk


def test_a_name_stays_where_its_owner_wants_it(customer, now):
    assert erase(by=customer, keep_name=True, now=now).shown_name == "Camille Roy"


@pytest.mark.parametrize("given", [{}, {"email": "other@example.org", "keep_name": "no"}, {"keep_name": "yes"}])
def test_without_the_typed_address_nothing_is_erased(customer, prove, client, given):
    prove(customer)
    assert client.post("/en/account/erase/", given).status_code == 422
    assert User.objects.count() == 1


def test_a_stolen_session_cannot_erase(customer, enter, client):
    enter(customer)
    given = {"email": customer.member.user.email, "keep_name": "no"}
    assert client.post("/en/account/erase/", given)["Location"].startswith("/en/account/reauthenticate/")
    assert User.objects.count() == 1


def test_nobody_erases_somebody_else(customer, helper, prove, client):
    prove(customer)
    assert client.post("/en/account/erase/", {"email": helper.member.user.email, "keep_name": "no"}).status_code == 422
    assert User.objects.count() == 2


def test_an_app_that_cannot_answer_stops_the_erasure(customer, now):
    def fail(**kwargs):
        raise RuntimeError

    member_erased.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            erase(by=customer, keep_name=False, now=now)
    finally:
        member_erased.disconnect(fail)
    assert User.objects.count() == 1 and Member.objects.get().erased_at is None


def test_the_last_operator_stays(operator, make_viewer, now):
    with pytest.raises(Refused) as refused:
        erase(by=operator, keep_name=False, now=now)
    assert refused.value.code == "last_operator"
    make_viewer("Second", Job.OPERATOR)
    assert erase(by=operator, keep_name=False, now=now).user is None


def test_sessions_end_on_every_device(customer, sign_in, now):
    client = sign_in(customer)
    assert client.get("/en/account/notifications/").status_code == 200
    erase(by=customer, keep_name=False, now=now)
    assert client.get("/en/account/notifications/").status_code == 302


# -- suspension


def test_a_suspended_member_may_not_write_until_it_ends(customer, moderator, now):
    until = now + timedelta(days=7)
    suspend(member=customer.member, by=moderator, until=until, reason="Insults.", now=now)
    with pytest.raises(Refused) as refused:
        check_may_take_part(again(customer), now)
    assert refused.value.code == "suspended" and "Insults." in str(refused.value.reason)
    check_may_take_part(again(customer), until)
    lift(member=customer.member, by=moderator, reason="Sorted out.", now=now)
    check_may_take_part(again(customer), now)
    assert list(Event.objects.filter(object_id=customer.member_id).values_list("verb", flat=True)) == [
        "member.suspended",
        "member.suspension_lifted",
    ]


def test_the_member_is_told_of_the_suspension(customer, moderator, now):
    suspend(member=customer.member, by=moderator, until=now + timedelta(days=1), reason="Insults.", now=now)
    told = Notification.objects.get()
    assert (told.member_id, told.kind, told.data["reason"]) == (customer.member_id, "suspended", "Insults.")


@pytest.mark.parametrize("who", ["helper", "agent", "operator"])
def test_only_moderators_suspend(request, customer, who, now):
    by = request.getfixturevalue(who)
    with pytest.raises(Refused):
        suspend(member=customer.member, by=by, until=now + timedelta(days=1), reason="x", now=now)
    with pytest.raises(Refused):
        lift(member=customer.member, by=by, reason="x", now=now)
    assert Member.objects.get(pk=customer.member_id).suspended_until is None


def test_a_moderator_suspends_neither_the_team_nor_oneself(agent, moderator, now):
    for member, code in ((agent.member, "team"), (moderator.member, "own")):
        with pytest.raises(Refused) as refused:
            suspend(member=member, by=moderator, until=now + timedelta(days=1), reason="x", now=now)
        assert refused.value.code == code


def test_a_suspension_needs_a_reason_and_an_end_to_come(customer, moderator, now):
    with pytest.raises(Invalid):
        suspend(member=customer.member, by=moderator, until=now + timedelta(days=1), reason=" ", now=now)
    with pytest.raises(Invalid):
        suspend(member=customer.member, by=moderator, until=now, reason="x", now=now)


def test_the_page_of_a_suspension_is_for_moderators(customer, helper, moderator, sign_in):
    path = f"/en/account/members/{customer.member_id}/suspension/"
    assert sign_in(helper).post(path, {"days": "3", "reason": "x"}).status_code == 403
    client = sign_in(moderator)
    assert client.post(path, {"days": "0", "reason": "Insults."}).status_code == 422
    assert client.post(path, {"days": "3", "reason": "Insults."}).status_code == 302
    assert b"Insults." in client.get(path).content
    assert client.post(path, {"lift": "1", "days": "", "reason": "Sorted out."}).status_code == 302
    assert Member.objects.get(pk=customer.member_id).suspended_until is None
