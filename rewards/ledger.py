"""The books: accounts are locked, transfers posted, mistakes reversed. Nothing else writes to these tables.

All of it runs in the caller's transaction. Members' accounts are locked in primary-key order before anything
is read that a booking depends on; the system's accounts are never locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum

from rewards.models import Account, Entry, Transfer

PENDING, SETTLED, RECEIVABLE = Account.Kind.PENDING, Account.Kind.SETTLED, Account.Kind.RECEIVABLE
MEMBER_KINDS = (PENDING, SETTLED, RECEIVABLE)
_BATCH = 500


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
    """A transfer to be posted. `key` makes it happen once."""

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


class Unbalanced(ValueError):
    """A draft's moves do not sum to zero, or there are fewer than two."""


class Short(ValueError):
    """A member's account does not hold what a draft takes from it."""


class Books:
    """Some members' accounts, locked until the transaction ends. Made by `lock`."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {(account.member_id, account.kind): account for account in accounts}

    def balance(self, member_id: int, kind: str) -> int:
        """Thousandths of a credit on one of the locked accounts; KeyError for one that is not."""
        return self._accounts[member_id, kind].balance or 0

    def account(self, member_id: int | None, kind: str) -> Account:
        """A locked member's account, or a system account, which is made when it is first needed."""
        if member_id is None and (None, kind) not in self._accounts:
            self._accounts[None, kind] = Account.objects.get_or_create(member=None, kind=kind)[0]
        return self._accounts[member_id, kind]


def booked_on(now: datetime) -> date:
    """The operator's day at `now` (UTC)."""
    return now.astimezone(ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"])).date()


def lock(member_ids: Iterable[int]) -> Books:
    """Lock the accounts of these members, made where they are missing, in primary-key order.

    Call it once in a transaction, with everybody concerned. Raises RuntimeError outside one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("accounts are locked in a transaction")
    wanted = sorted(set(member_ids))
    accounts = _locked(wanted)
    if len(accounts) < len(wanted) * len(MEMBER_KINDS):
        there = {(account.member_id, account.kind) for account in accounts}
        Account.objects.bulk_create(
            [
                Account(member_id=member_id, kind=kind, balance=0)
                for member_id in wanted
                for kind in MEMBER_KINDS
                if (member_id, kind) not in there
            ],
            ignore_conflicts=True,
        )
        accounts = _locked(wanted)
    return Books(accounts)


def _locked(member_ids: Sequence[int]) -> list[Account]:
    return list(Account.objects.select_for_update().filter(member_id__in=member_ids).order_by("pk"))


def post(*, books: Books, draft: Draft, now: datetime) -> Transfer | None:
    """Post one transfer; None when its key was posted before. See `post_many`."""
    posted = post_many(books=books, drafts=[draft], now=now)
    return posted[0] if posted else None


def post_many(*, books: Books, drafts: Sequence[Draft], now: datetime) -> list[Transfer]:
    """Post transfers in order, all or none, and return them; those whose key exists already are left out.

    `books` holds every member concerned. Raises Unbalanced or Short before anything is written.
    """
    known = set(Transfer.objects.filter(key__in=[draft.key for draft in drafts]).values_list("key", flat=True))
    fresh: dict[str, Draft] = {}
    for draft in drafts:
        _check(draft)
        if draft.key not in known:
            fresh.setdefault(draft.key, draft)
    if not fresh:
        return []
    today = booked_on(now)
    balances: dict[int, int] = {}
    touched: dict[int, Account] = {}
    transfers: list[Transfer] = []
    entries: list[Entry] = []
    for pk, draft in zip(_next_ids(len(fresh)), fresh.values(), strict=True):
        transfers.append(
            Transfer(
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
                created_at=now.astimezone(UTC),
                booked_on=today,
            )
        )
        for move in draft.moves:
            if not move.amount:
                continue
            account = books.account(move.member_id, move.kind)
            after = None
            if move.member_id is not None:
                after = balances.get(account.pk, account.balance or 0) + move.amount
                _check_balance(account, after)
                balances[account.pk] = after
                touched[account.pk] = account
            entries.append(
                Entry(
                    transfer_id=pk,
                    account=account,
                    amount=move.amount,
                    balance_after=after,
                    line_of_id=move.member_id if move.line else None,
                )
            )
    # The order that the database insists on: entries, then the balances they leave, then their transfers.
    Entry.objects.bulk_create(entries, batch_size=_BATCH)
    for pk, account in touched.items():
        account.balance = balances[pk]
    Account.objects.bulk_update(touched.values(), ["balance"], batch_size=_BATCH)
    Transfer.objects.bulk_create(transfers, batch_size=_BATCH)
    return transfers


def reverse(*, books: Books, transfer: Transfer, key: str, now: datetime) -> Transfer | None:
    """Post the exact opposite of a transfer: how a mistake is put right. None when that was done before.

    Raises Short when a member no longer has what it takes; `actions.awarding.take_back` knows how to go on then.
    """
    moves = tuple(
        Move(entry.account.kind, -entry.amount, entry.account.member_id, line=entry.line_of_id is not None)
        for entry in transfer.entries.select_related("account").order_by("pk")
    )
    draft = Draft(
        key=key,
        kind=Transfer.Kind.REVERSAL,
        reason=Transfer.Reason.CORRECTION,
        moves=moves,
        version_id=transfer.version_id,
        subject_type=transfer.subject_type,
        subject_id=transfer.subject_id,
        post_id=transfer.post_id,
        thread_id=transfer.thread_id,
        reverses_id=transfer.pk,
    )
    return post(books=books, draft=draft, now=now)


def system_balance(kind: str) -> int:
    """What a system account sums to, in thousandths of a credit."""
    return Entry.objects.filter(account__kind=kind, account__member=None).aggregate(sum=Sum("amount"))["sum"] or 0


def _check(draft: Draft) -> None:
    moves = [move for move in draft.moves if move.amount]
    if len(moves) < 2 or sum(move.amount for move in moves) != 0:
        raise Unbalanced(draft.key)


def _check_balance(account: Account, after: int) -> None:
    if after > 0 if account.kind == RECEIVABLE else after < 0:
        raise Short(f"{account} would be left with {after}")


def _next_ids(count: int) -> list[int]:
    """Keys for transfers that are not written yet, because their entries come first."""
    if connection.vendor == "sqlite":
        # The transaction holds the only write lock, and transfers are never deleted.
        last = Transfer.objects.aggregate(last=Max("pk"))["last"] or 0
        return list(range(last + 1, last + 1 + count))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('rewards_transfer', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]
