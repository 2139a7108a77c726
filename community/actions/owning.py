"""Saying which products one has."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import MemberProduct, Product
from core.errors import Refused
from events.record import record

# What the company's own records say is not a member's to change.
NOT_ONES_OWN = "billing"


def own_products(*, by: Viewer, products: Collection[int], now: datetime) -> None:
    """Have exactly these products (keys of current ones; others are passed over), beside what billing says.

    Locks the member. Raises Refused when signed out.
    """
    if by.member_id is None:
        raise Refused(_("Sign in first."), code="signed_out")
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).get(pk=by.member_id)
        rows = MemberProduct.objects.filter(member=member)
        before = set(rows.values_list("product_id", flat=True))
        wanted = set(Product.objects.current().filter(pk__in=products).values_list("pk", flat=True))
        rows.exclude(source=NOT_ONES_OWN).exclude(product_id__in=wanted).delete()
        MemberProduct.objects.bulk_create(
            MemberProduct(member=member, product_id=pk, since=now.date()) for pk in sorted(wanted - before)
        )
        after = set(rows.values_list("product_id", flat=True))
        if after != before:
            record(
                verb="member.products",
                actor=member,
                obj=member,
                now=now,
                before={"products": sorted(before)},
                after={"products": sorted(after)},
            )
