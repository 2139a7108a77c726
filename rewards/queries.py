"""Reading the programme and a member's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min

from accounts.viewer import Viewer
from community.models import Acceptance, Thread
from core.paging import paginate
from rewards.models import Account, Entry, Hold, ProgrammeVersion, Transfer

# What an accepted answer's transfers are for: `Transfer.subject_type`.
SUBJECT = "community.acceptance"

_KEY = "rewards:version"
_SECONDS = 60


def version_in_force(now: datetime) -> ProgrammeVersion | None:
    """The rules that hold at `now` (UTC), or None before the first version: then nothing is earned."""
    return ProgrammeVersion.objects.in_force(now).first()


def version_shown(now: datetime) -> ProgrammeVersion | None:
    """The same for pages: at most a minute old, and no query while it is fresh."""
    found = cache.get(_KEY, default=False)
    if found is False:
        found = version_in_force(now)
        cache.set(_KEY, found, _SECONDS)
    return found


@dataclass(frozen=True, slots=True)
class Balance:
    """A member's credits, in thousandths; `owed` is zero or more."""

    pending: int = 0
    settled: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: an entry that is booked, or an award that still waits."""

    on: date
    amount: int
    # Which account it moves: "pending", "settled" or "receivable".
    account: str
    kind: str
    # `Transfer.reason`, or "answer_removed".
    cause: str
    title: str
    # Where the answer is, "" when the reader may not see it any more.
    url: str
    balance_after: int | None = None
    settles_on: date | None = None
    # Taken back after all, on this day.
    reversed_on: date | None = None
    # What a person wrote when they took it back.
    reason: str = ""

    @property
    def month(self) -> date:
        """The first day of its month: what the statement groups by."""
        return self.on.replace(day=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a member's statement. `waiting` is there on the first page only."""

    waiting: list[Line]
    waiting_more: int
    lines: list[Line]
    older: str
    newer: str


def hold_of(acceptance_id: int | None) -> Hold | None:
    """What an acceptance earned and when it settles; None where it earned nothing, or that was taken back."""
    found = Hold.objects.filter(award__kind=Transfer.Kind.AWARD, award__subject_type=SUBJECT)
    return found.filter(award__subject_id=acceptance_id).exclude(state=Hold.State.REVERSED).first()


def balance_of(member_id: int) -> Balance:
    """What a member has; zeros for one who never earned."""
    rows = Account.objects.filter(member_id=member_id).values_list("kind", "balance")
    # Only the system's accounts keep no balance.
    found = {kind: balance or 0 for kind, balance in rows}
    return Balance(
        pending=found.get(Account.Kind.PENDING, 0),
        settled=found.get(Account.Kind.SETTLED, 0),
        owed=-found.get(Account.Kind.RECEIVABLE, 0),
    )


def settling(member_id: int) -> tuple[int, date | None, date | None]:
    """How many awards of a member wait, and the first and last day on which they settle."""
    found = Hold.objects.pending().filter(member_id=member_id)
    sums = found.aggregate(count=Count("pk"), first=Min("settles_on"), last=Max("settles_on"))
    return sums["count"], sums["first"], sums["last"]


def statement(viewer: Viewer, *, cursor: str = "", size: int = 30) -> Statement:
    """The viewer's own statement, newest first. Five queries, however much there is."""
    page = paginate(
        Entry.objects.filter(line_of_id=viewer.member_id).select_related("account", "transfer"),
        key="id",
        cursor=cursor,
        size=size,
    )
    holds: list[Hold] = []
    count = 0
    if not page.newer:
        pending = Hold.objects.pending().filter(member=viewer.member)
        holds = list(pending.select_related("award").order_by("-settles_on", "-pk")[: size + 1])
        count = pending.count() if len(holds) > size else len(holds)
        holds = holds[:size]
    transfers = [hold.award for hold in holds] + [entry.transfer for entry in page.rows]
    titles = _titles(viewer, transfers)
    reasons = _reasons(transfers)
    reversals = _reversals([entry.transfer for entry in page.rows])
    return Statement(
        waiting=[_waiting(hold, titles) for hold in holds],
        waiting_more=count - len(holds),
        lines=[_booked(entry, titles, reasons, reversals) for entry in page.rows],
        older=page.older,
        newer=page.newer,
    )


def exported(member_id: int) -> dict[str, Any]:
    """What a member's export says of their credits, in thousandths."""
    lines = Entry.objects.filter(line_of_id=member_id).select_related("account", "transfer").order_by("pk")
    waiting = Hold.objects.pending().filter(member_id=member_id).select_related("award").order_by("pk")
    found = balance_of(member_id)
    return {
        "unit": "thousandths of a credit",
        "balance": {"pending": found.pending, "settled": found.settled, "owed": found.owed},
        "pending": [
            {
                "booked_on": hold.award.booked_on.isoformat(),
                "amount": hold.amount,
                "settles_on": hold.settles_on.isoformat(),
                "post": hold.award.post_id,
            }
            for hold in waiting.iterator()
        ],
        "statement": [
            {
                "booked_on": entry.transfer.booked_on.isoformat(),
                "kind": entry.transfer.kind,
                "reason": entry.transfer.reason,
                "account": entry.account.kind,
                "amount": entry.amount,
                "balance_after": entry.balance_after,
                "post": entry.transfer.post_id,
                "thread": entry.transfer.thread_id,
            }
            for entry in lines.iterator()
        ],
    }


def _titles(viewer: Viewer, transfers: list[Transfer]) -> dict[int, Thread]:
    """The threads that the viewer may still see, by key."""
    wanted = {transfer.thread_id for transfer in transfers if transfer.thread_id}
    return Thread.objects.visible_to(viewer).in_bulk(wanted)


def _reasons(transfers: list[Transfer]) -> dict[int, tuple[bool, str]]:
    """Whether the answer was removed, and what was written when its acceptance was taken back, by acceptance."""
    wanted = {
        t.subject_id
        for t in transfers
        if t.kind == Transfer.Kind.REVERSAL and t.subject_type == SUBJECT and t.subject_id is not None
    }
    found = (
        Acceptance.objects.filter(pk__in=wanted)
        .select_related("post")
        .only("revoked_at", "revoked_reason", "post__removed_at")
    )
    return {row.pk: (row.revoked_at == row.post.removed_at, row.revoked_reason) for row in found}


def _reversals(transfers: list[Transfer]) -> dict[tuple[str, int | None], date]:
    """The day on which what settled was taken back after all, by what it was for."""
    wanted = {t.subject_id for t in transfers if t.kind == Transfer.Kind.SETTLEMENT and t.subject_type == SUBJECT}
    found = Transfer.objects.filter(
        subject_type=SUBJECT, subject_id__in=wanted, kind=Transfer.Kind.REVERSAL
    ).values_list("subject_id", "booked_on")
    return {(SUBJECT, pk): on for pk, on in found}


def _link(transfer: Transfer, titles: dict[int, Thread]) -> tuple[str, str]:
    thread = titles.get(transfer.thread_id or 0)
    return (thread.title, f"{thread.get_absolute_url()}#post-{transfer.post_id}") if thread else ("", "")


def _waiting(hold: Hold, titles: dict[int, Thread]) -> Line:
    title, url = _link(hold.award, titles)
    return Line(
        on=hold.award.booked_on,
        amount=hold.amount,
        account=Account.Kind.PENDING,
        kind=hold.award.kind,
        cause=hold.award.reason,
        title=title,
        url=url,
        settles_on=hold.settles_on,
    )


def _booked(
    entry: Entry,
    titles: dict[int, Thread],
    reasons: dict[int, tuple[bool, str]],
    reversals: dict[tuple[str, int | None], date],
) -> Line:
    transfer = entry.transfer
    title, url = _link(transfer, titles)
    is_reversal = transfer.kind == Transfer.Kind.REVERSAL
    removed, reason = reasons.get(transfer.subject_id or 0, (False, "")) if is_reversal else (False, "")
    return Line(
        on=transfer.booked_on,
        amount=entry.amount,
        account=entry.account.kind,
        kind=transfer.kind,
        cause="answer_removed" if removed else transfer.reason,
        title=title,
        url=url,
        balance_after=entry.balance_after if entry.account.kind == Account.Kind.SETTLED else None,
        reversed_on=None if is_reversal else reversals.get((transfer.subject_type, transfer.subject_id)),
        reason=reason,
    )
