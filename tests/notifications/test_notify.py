"""Telling members: once each, in their language, by mail after commit."""

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from accounts.viewer import Viewer
from core.models import Task
from core.tasks import TASKS
from notifications.actions.reading import mark_read
from notifications.models import Notification
from notifications.notify import notify

pytestmark = pytest.mark.django_db


def tell(*viewers, now, key="post:1", **changes):
    given = {
        "members": [viewer.member_id for viewer in viewers],
        "kind": "unknown_kind",
        "path": "community/t/12-x/#post-40",
        "key": key,
        "now": now,
    }
    with transaction.atomic():
        notify(**(given | changes))


def run_mails():
    """What a worker does with the waiting mails."""
    for task in Task.objects.filter(name="notifications.tasks.send_mails").order_by("pk"):
        TASKS[task.name].run(**task.arguments)


def unread(viewer):
    return Member.objects.get(pk=viewer.member_id).unread_count


def test_the_same_key_tells_a_member_once(customer, helper, now):
    tell(customer, now=now)
    tell(customer, helper, now=now)
    assert Notification.objects.filter(member_id=customer.member_id).count() == 1
    assert (unread(customer), unread(helper)) == (1, 1)
    run_mails()
    assert sorted(m.to[0] for m in mail.outbox) == sorted([customer.member.user.email, helper.member.user.email])


def test_a_rollback_takes_notification_count_and_mail_back(customer, now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify(members=[customer.member_id], kind="x", path="", key="k", now=now)
        1 / 0  # noqa: B018
    assert not Notification.objects.exists() and not Task.objects.exists() and unread(customer) == 0


def test_the_mail_is_in_the_members_language_with_a_link_straight_to_the_post(make_viewer, now, settings):
    reader = make_viewer("Zoé", language="fr")
    tell(reader, now=now)
    run_mails()
    [sent] = mail.outbox
    link = f"{settings.PUBLIC_URL}/fr/community/t/12-x/#post-40"
    html = sent.alternatives[0][0]
    assert link in sent.body and link in html
    assert 'lang="fr"' in html


def test_a_mail_is_sent_once_however_often_its_task_runs(customer, now):
    tell(customer, now=now)
    run_mails()
    run_mails()
    assert len(mail.outbox) == 1
    assert Notification.objects.get().mailed_at is not None


def test_imported_closed_and_disabled_members_are_passed_over(customer, helper, now):
    imported = Viewer(member=Member.objects.create(name="From elsewhere"))
    Member.objects.filter(pk=customer.member_id).update(closed_at=now)
    helper.member.user.is_active = False
    helper.member.user.save()
    tell(customer, helper, imported, now=now)
    assert not Notification.objects.exists()


def test_an_unconfirmed_address_is_told_in_the_product_alone(make_viewer, now):
    unverified = make_viewer("Una", verified=False)
    tell(unverified, now=now)
    run_mails()
    assert unread(unverified) == 1 and mail.outbox == []


def test_whoever_closed_the_account_before_the_mail_gets_none(customer, now):
    tell(customer, now=now)
    Member.objects.filter(pk=customer.member_id).update(closed_at=now)
    run_mails()
    assert mail.outbox == []


def test_without_mail_only_the_product_tells(customer, now):
    tell(customer, now=now, mail=False)
    assert unread(customer) == 1 and not Task.objects.exists()


def test_one_failing_mail_keeps_nobody_else_waiting(customer, helper, now, settings, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    def send_messages(self, messages):
        if messages[0].to == [customer.member.user.email]:
            raise ConnectionRefusedError(customer.member.user.email)
        return mail.outbox.extend(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    tell(customer, helper, now=now)
    with pytest.raises(RuntimeError) as error:
        run_mails()
    assert [m.to[0] for m in mail.outbox] == [helper.member.user.email]
    assert customer.member.user.email not in str(error.value)
    assert Notification.objects.get(mailed_at=None).member_id == customer.member_id


def test_what_people_wrote_can_neither_add_a_header_nor_markup(customer, now, settings, tmp_path):
    (tmp_path / "notifications").mkdir()
    (tmp_path / "notifications" / "nasty.subject.txt").write_text("About {{ title }}")
    (tmp_path / "notifications" / "nasty.txt").write_text("About {{ title }}, {{ seen_at|date:'H:i' }}")
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]
    title = "A\nBcc: x@example.org <b>&"
    tell(customer, now=now, kind="nasty", data={"title": title, "seen_at": "2026-03-10T10:00:00+00:00"})
    run_mails()
    [sent] = mail.outbox
    assert sent.subject == "About A Bcc: x@example.org <b>&"
    assert "<b>" not in sent.alternatives[0][0] and "&lt;b&gt;&amp;" in sent.alternatives[0][0]
    assert "<b>&, 11:00" in sent.body  # plain text, in the member's zone


def test_reading_counts_down_and_only_ones_own(customer, helper, now):
    tell(customer, helper, now=now)
    tell(customer, now=now, key="post:2")
    theirs = Notification.objects.get(member_id=helper.member_id)
    assert mark_read(by=customer, ids=[theirs.pk], now=now) == 0
    mine = Notification.objects.filter(member_id=customer.member_id).first()
    assert mark_read(by=customer, ids=[mine.pk], now=now) == 1
    assert mark_read(by=customer, ids=[mine.pk], now=now) == 0
    assert (unread(customer), unread(helper)) == (1, 1)
    assert mark_read(by=customer, now=now) == 1
    assert unread(customer) == 0


def test_telling_many_costs_no_query_per_member(make_viewer, now, django_assert_num_queries):
    people = [make_viewer(f"Person {n}") for n in range(12)]
    with CaptureQueriesContext(connection) as few:
        tell(*people[:2], now=now, key="few")
    with django_assert_num_queries(len(few)):
        tell(*people, now=now, key="many")
