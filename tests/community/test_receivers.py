"""A person takes what is theirs, or has themselves erased."""

import json

import pytest
from django.db import transaction

from accounts.models import Member
from accounts.signals import member_erased, member_exported
from community.actions.commenting import comment
from community.actions.drafts import keep
from community.actions.feedback import set_helpful, set_me_too
from community.actions.flagging import flag
from community.models import Draft, Follow, MemberProduct, Post

pytestmark = pytest.mark.django_db


def test_an_export_holds_what_the_member_wrote_and_pressed_and_nobody_elses(
    thread, answered, customer, helper, product, now
):
    comment(post=answered, by=customer, text="Which menu?", now=now)
    set_helpful(post=answered, by=customer, on=True, now=now)
    flag(target=answered, by=customer, cause="wrong", text="No", now=now)
    keep(by=customer, key="ask", data={"title": "Next"}, now=now)
    MemberProduct.objects.create(member=customer.member, product=product)
    set_me_too(thread=thread, by=helper, on=True, now=now)
    export = {}
    member_exported.send(Member, member=customer.member, export=export)
    mine = json.loads(json.dumps(export["community"]))
    assert {name: len(rows) for name, rows in mine.items() if rows} == {
        "threads": 1, "posts": 1, "comments": 1, "votes": 1, "follows": 1, "reports": 1, "drafts": 1, "products": 1,
        "standing": 1,
    }  # fmt: skip
    assert mine["posts"][0]["body"] == "My phone shows no data in Spain."


def test_erasure_takes_what_was_private_and_leaves_what_others_read(thread, answered, customer, product, now):
    keep(by=customer, key="ask", data={"title": "Next"}, now=now)
    MemberProduct.objects.create(member=customer.member, product=product)
    with transaction.atomic():
        member_erased.send(Member, member=customer.member, now=now)
    gone = [
        rows.filter(member=customer.member).exists() for rows in (Draft.objects, Follow.objects, MemberProduct.objects)
    ]
    assert gone == [False, False, False] and Post.objects.filter(author=customer.member).count() == 1
