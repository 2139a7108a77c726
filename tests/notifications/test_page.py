"""The page of what one was told."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Member
from notifications.models import Notification
from notifications.notify import notify

pytestmark = pytest.mark.django_db
PAGE = "/en/account/notifications/"


def tell(viewer, now, number=1):
    with transaction.atomic():
        notify(
            members=[viewer.member_id],
            kind="suspended",
            path=f"community/t/{number}-x/#post-{number}",
            key=f"post:{number}",
            now=now + timedelta(minutes=number),
            data={"until_at": now.isoformat(), "reason": "x"},
        )


def test_it_lists_newest_first_page_by_page_at_the_same_cost(customer, sign_in, now, django_assert_max_num_queries):
    for number in range(45):
        tell(customer, now, number)
    client = sign_in(customer)
    with django_assert_max_num_queries(4):  # user, rows, mails stopped, and once what every page keeps in the cache
        first = client.get(PAGE)
    rows = first.context["page"].rows
    assert len(rows) == 30 and rows[0].path == "community/t/44-x/#post-44"
    with django_assert_max_num_queries(3):
        second = client.get(PAGE, {"page": first.context["page"].older})
    assert [row.path for row in second.context["page"].rows][-1] == "community/t/0-x/#post-0"


def test_links_lead_to_the_post_in_the_language_of_the_page(customer, sign_in, now):
    tell(customer, now)
    client = sign_in(customer)
    assert 'href="/fr/community/t/1-x/#post-1"' in client.get("/fr/account/notifications/").content.decode()


def test_what_others_were_told_is_not_there(customer, helper, sign_in, now):
    tell(helper, now)
    response = sign_in(customer).get(PAGE)
    assert response.context["page"].rows == [] and b"Nothing yet" in response.content


def test_one_or_all_are_marked_as_read_by_post(customer, helper, sign_in, now):
    for number in range(3):
        tell(customer, now, number)
    with transaction.atomic():
        notify(members=[helper.member_id], kind="suspended", path="", key="h", now=now, data={})
    theirs = Notification.objects.get(member_id=helper.member_id)
    client = sign_in(customer)
    assert client.get(f"{PAGE}read/").status_code == 405
    for given in (
        str(theirs.pk),
        "x",
        "9" * 40,
        str(Notification.objects.filter(member_id=customer.member_id).first().pk),
    ):
        client.post(f"{PAGE}read/", {"id": given})
    assert Member.objects.get(pk=customer.member_id).unread_count == 2
    client.post(f"{PAGE}read/")
    assert Member.objects.get(pk=customer.member_id).unread_count == 0
    assert Member.objects.get(pk=helper.member_id).unread_count == 1
