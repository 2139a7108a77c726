"""Credit outlives an account; erasure takes the name."""

import pytest
from django.db import transaction

from accounts.models import Member
from accounts.signals import member_erased, member_exported
from kb.models import Origin

pytestmark = pytest.mark.django_db


def erase(member, now):
    """What erasing a person sends, in its transaction."""
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(erased_at=now)
        member.refresh_from_db()
        member_erased.send(Member, member=member, now=now)


def test_a_closed_account_keeps_its_credit(article, helper, now):
    Member.objects.filter(pk=helper.member_id).update(closed_at=now)
    assert Origin.objects.get().credit == "Nadia Benali"


def test_erasure_makes_the_author_a_former_member(article, helper, now):
    erase(helper.member, now)
    origin = Origin.objects.get()
    assert (origin.credit, origin.credited_to) == ("a former member", "")


def test_erasure_keeps_a_name_that_its_owner_leaves(article, helper, now):
    Member.objects.filter(pk=helper.member_id).update(keep_name=True)
    helper.member.refresh_from_db()
    erase(helper.member, now)
    assert Origin.objects.get().credit == "Nadia Benali"


def test_an_export_tells_what_is_credited(article, helper, customer):
    export: dict = {}
    member_exported.send(Member, member=helper.member, export=export)
    [row] = export["kb"]
    assert (row["title"], row["credited_to"], row["published"]) == (article.title, "Nadia Benali", False)
    other: dict = {}
    member_exported.send(Member, member=customer.member, export=other)
    assert other["kb"] == []
