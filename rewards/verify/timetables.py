"""What waits to settle, and what may expire, says the same as the books."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rewards.models import Account, Entry, Hold, Lot, LotUse, Review
from rewards.verify.report import Report


def holds(first: int, last: int, report: Report) -> None:
    """A member's pending balance is what their pending awards sum to."""
    for pk, balance, total in _unlike(first, last, Account.Kind.PENDING, Hold.objects.waiting(), "amount"):
        report.add("hold", f"account {pk}", f"{balance} are pending, the awards that wait sum to {total}")


def reviews(first: int, last: int, report: Report) -> None:
    """What a person looks at is held, and nothing else; what was withheld was taken back."""
    held = Hold.objects.filter(pk__range=(first, last), state=Hold.State.HELD)
    for pk in held.exclude(review__state=Review.State.OPEN).order_by("pk").values_list("pk", flat=True):
        report.add("review", f"hold {pk}", "it is held, and no review of it waits for a decision")
    rows = Review.objects.filter(hold__pk__range=(first, last))
    for pk in rows.open().exclude(hold__state=Hold.State.HELD).order_by("pk").values_list("pk", flat=True):
        report.add("review", f"review {pk}", "it waits for a decision about a credit that is not held")
    for pk in rows.told().exclude(hold__state=Hold.State.REVERSED).order_by("pk").values_list("pk", flat=True):
        report.add("review", f"review {pk}", "its credit was withheld, and is there")


def lots_of_accounts(first: int, last: int, report: Report) -> None:
    """A member's settled balance is what remains of their lots."""
    for pk, balance, total in _unlike(first, last, Account.Kind.SETTLED, Lot.objects.left(), "remaining"):
        report.add("lots", f"account {pk}", f"{balance} are settled, what remains of its lots sums to {total}")


def _unlike(
    first: int, last: int, kind: Account.Kind, rows: QuerySet[Any], amount: str
) -> Iterable[tuple[int, int | None, Any]]:
    """The accounts of a kind whose balance is not what the amounts of their member's rows sum to, with both."""
    of_member = rows.filter(member_id=OuterRef("member_id")).order_by().values("member_id")
    sums = of_member.annotate(sum=Sum(amount)).values("sum")
    accounts = Account.objects.filter(pk__range=(first, last), kind=kind)
    accounts = accounts.annotate(total=Coalesce(Subquery(sums), 0, output_field=BigIntegerField()))
    return accounts.exclude(balance=F("total")).order_by("pk").values_list("pk", "balance", "total")


def lots(first: int, last: int, report: Report) -> int:
    """What remains of a lot is less what was taken, by transfers of its own member."""
    rows = Lot.objects.filter(pk__range=(first, last))
    broken = (
        rows.annotate(taken=Coalesce(Sum("uses__amount"), 0))
        .exclude(remaining=F("amount") - F("taken"))
        .order_by("pk")
        .values_list("pk", "amount", "taken", "remaining")
    )
    for pk, amount, taken, remaining in broken:
        report.add("lot", f"lot {pk}", f"{remaining} remain, but {taken} of {amount} were taken")
    spending = Entry.objects.filter(
        transfer_id=OuterRef("transfer_id"),
        account__member_id=OuterRef("lot__member_id"),
        account__kind=Account.Kind.SETTLED,
        amount__lt=0,
    )
    strangers = LotUse.objects.filter(~Exists(spending), lot__pk__range=(first, last)).order_by("pk")
    for lot_id, transfer_id in strangers.values_list("lot_id", "transfer_id"):
        report.add("lot", f"lot {lot_id}", f"transfer {transfer_id} took of it, and nothing from its member")
    return rows.count()
