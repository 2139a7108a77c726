"""A member is erased: what is personal beside the books goes; what tax law asks for stays for as long as it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from accounts.models import Member
from core.tasks import enqueue
from events.record import record
from rewards import tasks
from rewards.actions.contributing import empty
from rewards.actions.giving_up import forget_payees, give_up
from rewards.ledger import booked_on
from rewards.models import (
    Account,
    Badge,
    BoardRow,
    Contribution,
    PayeeRecord,
    PayeeYear,
    Payout,
    PayoutAccount,
    PayoutQuerySet,
    Review,
    Showing,
    Trace,
)
from rewards.queries import version_in_force
from rewards.reporting import Reporting

# Members in one transaction.
BATCH = 100


def forget(*, member: Member, name: str, now: datetime) -> None:
    """In the transaction that erases them. What was decided about their credits stays, without anybody's words.

    Where they are paid goes at once: a payment that is under way has its own word of it, and is still made. Their
    credits are given up by a task: whoever books locks the ledger's accounts before members, never after. What was
    stated of them and signed is revoked: of a copy that somebody has, no more is said than that.
    """
    for shown in (Badge, BoardRow, Showing):
        shown.objects.filter(member=member).delete()
    empty(list(Contribution.objects.standing().filter(member=member)), now)
    Trace.objects.filter(member=member).delete()
    Review.objects.filter(hold__member=member).update(appeal="", reason="", appeal_reason="")
    _keep_record(member, name, now)
    PayoutAccount.objects.filter(member=member).delete()
    enqueue(tasks.finish_erasure, key=f"rewards.finish_erasure:{member.pk}", member=member.pk)


def _keep_record(member: Member, name: str, now: datetime) -> None:
    """Of those who were paid, or may yet be; a gift to charity is none."""
    paid = _own(member.pk).filter(state__in=Payout.OUT)
    if not paid.exists():
        return
    places = paid.order_by("provider", "payee")
    PayeeRecord.objects.create(
        member=member,
        name=name,
        paid_at=[{"provider": at, "reference": to} for at, to in places.values_list("provider", "payee").distinct()],
        kept_at=now,
        keep_until=_kept_until(member.pk, _terms(now), booked_on(now)) or booked_on(now),
    )


def _own(member_id: int) -> PayoutQuerySet:
    return Payout.objects.filter(member_id=member_id).exclude(choice=Payout.Choice.CHARITY)


def _terms(now: datetime) -> Reporting:
    version = version_in_force(now)
    return Reporting.read(version.rules) if version else Reporting()


def _kept_until(member_id: int, terms: Reporting, today: date) -> date | None:
    """The last day for what is kept of a payee; None where nothing was paid, nor may be."""
    mine = _own(member_id)
    if mine.under_way().exists():
        return terms.keep_until(today)
    last = mine.filter(state=Payout.State.PAID).aggregate(last=Max("finished_at"))["last"]
    return terms.keep_until(booked_on(last)) if last else None


@dataclass(slots=True)
class Kept:
    """What a look at all that is kept of erased members did."""

    given_up: int = 0
    payees: int = 0
    records: int = 0


def retain(*, now: datetime) -> Kept:
    """Do with what is kept of erased members what its time asks for; safe at any time and as often as wanted.

    Credits that came to them since (a payment that came back, a review that released theirs) are given up. Where they
    were paid is forgotten once their run is closed. What was kept for the tax office goes after its last day, and at
    once where nothing was paid in the end.
    """
    kept = Kept()
    gone = Member.objects.filter(erased_at__isnull=False)
    PayoutAccount.objects.filter(member__in=gone).delete()
    has = Q(kind__in=[Account.Kind.PENDING, Account.Kind.SETTLED], balance__gt=0)
    after = 0
    while members := _members(gone.filter(pk__in=Account.objects.filter(has).values("member_id")), after):
        kept.given_up += give_up(members=members, now=now)
        after = members[-1]
    kept.payees = forget_payees(members=gone)
    kept.records = _end_records(now)
    return kept


def _members(rows: object, after: int) -> list[int]:
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])  # type: ignore[attr-defined]


def _end_records(now: datetime) -> int:
    """Delete what was kept long enough, by the rules in force; how many."""
    terms, today, ended = _terms(now), booked_on(now), 0
    for pk in list(PayeeRecord.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = PayeeRecord.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            until = _kept_until(row.member_id, terms, today)
            if until is not None and until >= today:
                if until != row.keep_until:
                    row.keep_until = until
                    row.save(update_fields=["keep_until"])
                continue
            record(
                verb="payee_record_ended",
                actor=None,
                obj=row,
                now=now,
                after={"member": row.member_id, "until": until.isoformat() if until else None},
            )
            PayeeYear.objects.filter(member_id=row.member_id).delete()
            row.delete()
            ended += 1
    return ended
