"""The books: accounts are locked, transfers posted, mistakes reversed. Nothing else writes to these tables.

All of it runs in the caller's transaction. Members' accounts are locked in primary-key order before anything
is read that a booking depends on; the system's accounts are never locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from rewards import lots, writing
from rewards.models import Account, Lot, Transfer
from rewards.rules import Life
from rewards.sealed import system_balance

__all__ = ["Books", "Draft", "Move", "booked_on", "lock", "midnight", "post", "post_many", "reverse", "system_balance"]

# As plain words: comparing members of an enumeration costs a tenth of posting.
PENDING, SETTLED, RECEIVABLE = (
    kind.value for kind in (Account.Kind.PENDING, Account.Kind.SETTLED, Account.Kind.RECEIVABLE)
)
MEMBER_KINDS = (PENDING, SETTLED, RECEIVABLE)


@dataclass(frozen=True, slots=True)
class Move:
    """What a transfer does to one account: of a member, or (`member_id` None) of the system.

    `amount` in thousandths of a credit; `line` prints it on the member's statement. Zero amounts are left out.
    """

    kind: str
    amount: int
    member_id: int | None = None
    line: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A transfer to be posted. `key` makes it happen once.

    What it puts into a settled account becomes a lot of that `life`; what it takes comes from the lot `lot_id`
    first, if it names one, then from the oldest.
    """

    key: str
    kind: str
    reason: str
    moves: tuple[Move, ...]
    version_id: int | None = None
    subject_type: str = ""
    subject_id: int | None = None
    post_id: int | None = None
    thread_id: int | None = None
    reverses_id: int | None = None
    life: Life = field(default_factory=Life)
    lot_id: int | None = None

    @classmethod
    def about(
        cls,
        transfer: Transfer,
        *,
        key: str,
        kind: str,
        reason: str,
        moves: tuple[Move, ...],
        reverses_id: int | None = None,
        life: Life | None = None,
        lot_id: int | None = None,
    ) -> Draft:
        """A draft of what that transfer was about, under the same version of the rules."""
        return cls(
            key=key,
            kind=kind,
            reason=reason,
            moves=moves,
            version_id=transfer.version_id,
            subject_type=transfer.subject_type,
            subject_id=transfer.subject_id,
            post_id=transfer.post_id,
            thread_id=transfer.thread_id,
            reverses_id=reverses_id,
            life=life or Life(),
            lot_id=lot_id,
        )


class Unbalanced(ValueError):
    """A draft's moves do not sum to zero, or there are fewer than two."""


class Short(ValueError):
    """A member's account does not hold what a draft takes from it."""


@dataclass(slots=True)
class Held:
    """A member's account while it is locked."""

    id: int
    balance: int


class Books:
    """Some members' accounts, locked until the transaction ends. Made by `lock`."""

    def __init__(self, accounts: dict[tuple[int, str], Held], system: dict[str, int]) -> None:
        self._accounts = accounts
        self._system = system

    def balance(self, member_id: int, kind: str) -> int:
        """Thousandths of a credit on one of the locked accounts; KeyError for one that is not."""
        return self._accounts[member_id, kind].balance

    def held(self, member_id: int, kind: str) -> Held:
        return self._accounts[member_id, kind]

    def system(self, kind: str) -> int:
        """The key of a system account, which is made when it is first needed."""
        if kind not in self._system:
            self._system[kind] = Account.objects.get_or_create(member=None, kind=kind)[0].pk
        return self._system[kind]


def booked_on(now: datetime) -> date:
    """The operator's day at `now` (UTC)."""
    return now.astimezone(ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])).date()


def midnight(day: date) -> datetime:
    """When that day of the operator's begins, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])).astimezone(UTC)


def lock(member_ids: Iterable[int]) -> Books:
    """Lock the accounts of these members, made where they are missing, in primary-key order.

    Call it once in a transaction, with everybody concerned. Raises RuntimeError outside one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("accounts are locked in a transaction")
    wanted = sorted(set(member_ids))
    # Asked before anybody has to wait for these accounts, and for all of them at once.
    system = dict(Account.objects.filter(member=None).values_list("kind", "pk"))
    accounts = _locked(wanted)
    if len(accounts) < len(wanted) * len(MEMBER_KINDS):
        Account.objects.bulk_create(
            [
                Account(member_id=member_id, kind=kind, balance=0)
                for member_id in wanted
                for kind in MEMBER_KINDS
                if (member_id, kind) not in accounts
            ],
            ignore_conflicts=True,
        )
        accounts = _locked(wanted)
    return Books(accounts, system)


def _locked(member_ids: Sequence[int]) -> dict[tuple[int, str], Held]:
    rows = Account.objects.select_for_update(no_key=True).filter(member_id__in=member_ids).order_by("pk")
    return {
        (member_id, kind): Held(pk, balance)
        for pk, member_id, kind, balance in rows.values_list("pk", "member_id", "kind", "balance")
        if member_id is not None and balance is not None
    }


def post(*, books: Books, draft: Draft, now: datetime) -> Transfer | None:
    """Post one transfer; None when its key was posted before. See `post_many`."""
    posted = post_many(books=books, drafts=[draft], now=now)
    return posted[0] if posted else None


def post_many(*, books: Books, drafts: Sequence[Draft], now: datetime) -> list[Transfer]:
    """Post transfers in order, all or none, and return them; those whose key exists already are left out.

    `books` holds every member concerned. Raises Unbalanced or Short before anything is written.
    """
    known = writing.known_keys([draft.key for draft in drafts])
    fresh: dict[str, Draft] = {}
    for draft in drafts:
        _check(draft)
        if draft.key not in known:
            fresh.setdefault(draft.key, draft)
    if not fresh:
        return []
    now, today = now.astimezone(UTC), booked_on(now)
    transfers: list[Transfer] = []
    entries: list[writing.EntryRow] = []
    touched: dict[int, tuple[Held, int]] = {}
    for pk, draft in zip(writing.next_ids(len(fresh)), fresh.values(), strict=True):
        transfers.append(_transfer(pk, draft, now, today))
        for move in draft.moves:
            if not move.amount:
                continue
            if move.member_id is None:
                entries.append((pk, books.system(move.kind), move.amount, None, None))
                continue
            held = books.held(move.member_id, move.kind)
            after = (touched[held.id][1] if held.id in touched else held.balance) + move.amount
            if after > 0 if move.kind == RECEIVABLE else after < 0:
                raise Short(f"{move.kind} {move.member_id} would be left with {after}")
            touched[held.id] = (held, after)
            entries.append((pk, held.id, move.amount, after, move.member_id if move.line else None))
    writing.write(transfers, entries, {pk: after for pk, (_held, after) in touched.items()})
    for held, after in touched.values():
        held.balance = after
    lots.keep([_spent(draft, transfer) for draft, transfer in zip(fresh.values(), transfers, strict=True)], today)
    return transfers


def reverse(*, books: Books, transfer: Transfer, key: str, now: datetime) -> Transfer | None:
    """Post the exact opposite of a transfer: how a mistake is put right. None when that was done before.

    Raises Short when a member no longer has what it takes; `actions.awarding.take_back` knows how to go on then.
    """
    moves = tuple(
        Move(entry.account.kind, -entry.amount, entry.account.member_id, line=entry.line_of_id is not None)
        for entry in transfer.entries.select_related("account").order_by("pk")
    )
    draft = Draft.about(
        transfer,
        key=key,
        kind=Transfer.Kind.REVERSAL,
        reason=Transfer.Reason.CORRECTION,
        moves=moves,
        reverses_id=transfer.pk,
        lot_id=Lot.objects.left().filter(origin=transfer).values_list("pk", flat=True).first(),
    )
    return post(books=books, draft=draft, now=now)


def _check(draft: Draft) -> None:
    total = count = 0
    for move in draft.moves:
        if move.amount:
            total += move.amount
            count += 1
    if count < 2 or total:
        raise Unbalanced(draft.key)


def _transfer(pk: int, draft: Draft, now: datetime, today: date) -> Transfer:
    return Transfer(
        pk=pk,
        key=draft.key,
        kind=draft.kind,
        reason=draft.reason,
        version_id=draft.version_id,
        subject_type=draft.subject_type,
        subject_id=draft.subject_id,
        post_id=draft.post_id,
        thread_id=draft.thread_id,
        reverses_id=draft.reverses_id,
        created_at=now,
        booked_on=today,
    )


def _spent(draft: Draft, transfer: Transfer) -> lots.Booking:
    return lots.Booking(
        transfer=transfer,
        moves=[
            (move.member_id, move.amount)
            for move in draft.moves
            if move.kind == SETTLED and move.amount and move.member_id is not None
        ],
        life=draft.life,
        lot_id=draft.lot_id,
    )
