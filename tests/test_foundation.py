"""The ground that every other test stands on."""

import pytest
from django.db import IntegrityError, transaction

from events.models import Event
from events.record import record

pytestmark = pytest.mark.django_db


def test_a_viewer_knows_member_and_jobs_in_one_query(customer, django_assert_num_queries):
    from accounts.models import User
    from accounts.viewer import Viewer

    with django_assert_num_queries(1):
        user = User.objects.get_queryset().with_viewer().get(pk=customer.member.user_id)
        viewer = Viewer.of(user)
    assert viewer.is_signed_in and not viewer.is_team


def test_an_event_needs_a_transaction_and_cannot_be_changed(customer, product, now):
    with transaction.atomic():
        event = record(verb="test.done", actor=customer.member, obj=product, now=now)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(verb="other")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        event.delete()


def test_two_users_cannot_share_an_address_whatever_its_case(customer):
    from accounts.models import User

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(customer.member.user.email.upper())
