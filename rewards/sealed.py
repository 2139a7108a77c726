"""Which transfers are sealed, and what the seals say of the system's accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, Sum

from rewards import chain
from rewards.chain import Booked, Header, Posted, Range
from rewards.models import Entry, Seal, Transfer

# Ranges of keys in one query.
_RANGES = 200


def last_seal() -> Seal | None:
    return Seal.objects.order_by("-number").defer("leaves").first()


def header_of(seal: Seal) -> Header:
    return Header(
        number=seal.number,
        first=seal.first,
        last=seal.last,
        count=seal.count,
        gaps=[(low, high) for low, high in seal.gaps],
        late=seal.late,
        sums=seal.sums,
        sealed_at=seal.sealed_at,
        previous=seal.previous,
    )


def open_gaps(number: int) -> list[Range]:
    """The keys that the seals up to this one passed over, and none of them took later."""
    gaps: list[Range] = []
    late: list[int] = []
    for missing, came in Seal.objects.with_strays().filter(number__lte=number).values_list("gaps", "late"):
        gaps += [(low, high) for low, high in missing]
        late += came
    return chain.without(gaps, late)


def came_late(number: int) -> list[int]:
    """The transfers out of those gaps that are there now, in the order of keys."""
    ranges = open_gaps(number)
    found: list[int] = []
    for start in range(0, len(ranges), _RANGES):
        where = _within(ranges[start : start + _RANGES], "pk")
        found += Transfer.objects.filter(where).order_by("pk").values_list("pk", flat=True)
    return found


def system_balance(kind: str) -> int:
    """What a system account sums to, in thousandths of a credit: from the last seal on, entry by entry."""
    seal = last_seal()
    entries = Entry.objects.filter(account__kind=kind, account__member=None)
    if seal is None:
        return entries.aggregate(sum=Sum("amount"))["sum"] or 0
    total = seal.sums.get(kind, 0) + (
        entries.filter(transfer_id__gt=seal.last).aggregate(sum=Sum("amount"))["sum"] or 0
    )
    late = came_late(seal.number)
    return total + (entries.filter(transfer_id__in=late).aggregate(sum=Sum("amount"))["sum"] or 0 if late else 0)


def leaves(ids: Sequence[int]) -> tuple[dict[int, bytes], dict[str, int]]:
    """The digest of each of these transfers that is there, and what they do to the system's accounts, by kind."""
    entries: dict[int, list[Posted]] = {}
    sums: dict[str, int] = {}
    rows = Entry.objects.filter(transfer_id__in=ids).order_by("transfer_id", "pk")
    for transfer_id, kind, member_id, *entry in rows.values_list(
        "transfer_id", "account__kind", "account__member_id", *Posted._fields
    ):
        posted = Posted(*entry)
        entries.setdefault(transfer_id, []).append(posted)
        if member_id is None:
            sums[kind] = sums.get(kind, 0) + posted.amount
    transfers = Transfer.objects.filter(pk__in=ids).values_list(*Booked._fields)
    return {row[0]: chain.leaf(Booked(*row), entries.get(row[0], ())) for row in transfers}, sums


def _within(ranges: Iterable[Range], field: str) -> Q:
    where = Q()
    for low, high in ranges:
        where |= Q(**{f"{field}__range": (low, high)})
    return where
