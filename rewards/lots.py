"""Keeping the lots in step with the books: what settles makes one, what is spent is taken of the oldest.

Called by `rewards.ledger` alone, with the accounts of everybody concerned locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rewards.models import Lot, LotUse, Transfer
from rewards.rules import Life, returned

_BATCH = 500
# Lots of a member that are read at a time.
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Booking:
    """What a transfer did to settled accounts: (member, amount) each."""

    transfer: Transfer
    moves: list[tuple[int, int]]
    life: Life
    lot_id: int | None


class LotsShort(RuntimeError):
    """A member's lots hold less than what is settled: `ledger verify` names the account."""


class _Pool:
    """What is left of one member's lots, oldest first; made on the first spending, read as far as it is needed."""

    def __init__(self, member_id: int, made: list[Lot]) -> None:
        self._member_id, self._made = member_id, made
        self._taken: dict[int, int] = {}

    def take(self, amount: int, first: int | None) -> Iterator[tuple[Lot, int]]:
        for lot in self._lots(first):
            if not amount:
                return
            part = min(amount, lot.remaining - self._taken.get(id(lot) if lot.pk is None else lot.pk, 0))
            if part > 0:
                key = id(lot) if lot.pk is None else lot.pk
                self._taken[key] = self._taken.get(key, 0) + part
                amount -= part
                yield lot, part
        if amount:
            raise LotsShort(f"member {self._member_id}: {amount} more than their lots hold")

    def _lots(self, first: int | None) -> Iterator[Lot]:
        mine = Lot.objects.left().filter(member_id=self._member_id)
        if first is not None:
            yield from mine.filter(pk=first)
        start = 0
        while rows := list(mine.oldest_first()[start : start + _CHUNK]):
            yield from rows
            start += _CHUNK
        yield from self._made


def keep(bookings: Sequence[Booking], today: date) -> None:
    """Make the lots of what these transfers settled and take what they spent, in order."""
    made: list[Lot] = []
    uses: list[LotUse] = []
    pools: dict[int, _Pool] = {}
    mine: dict[int, list[Lot]] = {}
    for booking in bookings:
        for member_id, amount in booking.moves:
            if amount > 0:
                lots = list(_made(booking, member_id, amount, today))
                made += lots
                mine.setdefault(member_id, []).extend(lots)
                continue
            if member_id not in pools:
                pools[member_id] = _Pool(member_id, mine.setdefault(member_id, []))
            for lot, part in pools[member_id].take(-amount, booking.lot_id):
                uses.append(LotUse(lot=lot, transfer=booking.transfer, amount=part))
    Lot.objects.bulk_create(made, batch_size=_BATCH)
    for use in uses:
        use.lot_id = use.lot.pk
    # The database takes it off what remains.
    LotUse.objects.bulk_create(uses, batch_size=_BATCH)


def _made(booking: Booking, member_id: int, amount: int, today: date) -> Iterator[Lot]:
    """One lot; or what a reversed transfer took of several, each with the rest of its life."""
    if booking.transfer.reverses_id is not None:
        spent = LotUse.objects.filter(transfer_id=booking.transfer.reverses_id, lot__member_id=member_id)
        for use in spent.select_related("lot").order_by("pk"):
            part, old = min(amount, use.amount), use.lot
            life = returned(today, Life(old.expires_on, None if old.rolled_over else old.rolls_to))
            if part:
                yield _lot(booking, member_id, part, old.earned_on, life)
            amount -= part
    if amount:
        yield _lot(booking, member_id, amount, today, booking.life)


def _lot(booking: Booking, member_id: int, amount: int, earned_on: date, life: Life) -> Lot:
    return Lot(
        member_id=member_id,
        origin=booking.transfer,
        amount=amount,
        remaining=amount,
        earned_on=earned_on,
        expires_on=life.expires_on,
        rolls_to=life.rolls_to,
    )
