"""What members owe, and what was written off."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Member
from core.paging import Page, paginate
from events.models import Event
from rewards.models import Account, Entry, Transfer

ROWS = 30


def debtors(cursor: str = "", size: int = ROWS) -> Page[Account]:
    """The accounts of members who owe something. One query."""
    owing = Account.objects.filter(kind=Account.Kind.RECEIVABLE, balance__lt=0).select_related("member")
    return paginate(owing, key="id", cursor=cursor, size=size)


def owed_by(member: Member) -> int:
    """What a member owes, in thousandths: zero or more."""
    found = Account.objects.filter(member=member, kind=Account.Kind.RECEIVABLE).values_list("balance", flat=True)
    return -(found.first() or 0)


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """One decision: by whom, of whom, why, and how much in thousandths."""

    transfer: Transfer
    amount: int
    member: Member | None
    by: Member | None
    reason: str


def written_off(cursor: str = "", size: int = ROWS) -> tuple[list[WrittenOff], Page[Transfer]]:
    """What was written off, newest first. Three queries."""
    rows = Transfer.objects.filter(kind=Transfer.Kind.WRITE_OFF)
    page = paginate(rows, key="booked_on", cursor=cursor, size=size)
    keys = [row.pk for row in page.rows]
    entries = {
        entry.transfer_id: entry
        for entry in Entry.objects.filter(transfer__in=keys, account__kind=Account.Kind.RECEIVABLE).select_related(
            "account__member"
        )
    }
    said = Event.objects.filter(object_type=Transfer._meta.label_lower, object_id__in=keys, verb="debt_written_off")
    events = {event.object_id: event for event in said.select_related("actor")}
    made = []
    for row in page.rows:
        entry, event = entries.get(row.pk), events.get(row.pk)
        made.append(
            WrittenOff(
                transfer=row,
                amount=entry.amount if entry else 0,
                member=entry.account.member if entry else None,
                by=event.actor if event else None,
                reason=event.reason if event else "",
            )
        )
    return made, page
