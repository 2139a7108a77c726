"""Who is paid what, and what may become of a payment, on plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rewards.models import Payout, PayoutAccount, PayoutRun
from rewards.rules import CREDIT, months_after

State, Why = Payout.State, Payout.Why
# The states of a run in which its money moves.
PAYING = (PayoutRun.State.APPROVED, PayoutRun.State.PAYING, PayoutRun.State.RECONCILING)

# Millionths of a unit times thousandths of a credit, in one hundredth of the unit.
_MINOR = CREDIT * 1_000_000 // 100


# What is written into a bank's file and a provider's address: nothing that either could take for anything else.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .@_+:/-]{0,118}[A-Za-z0-9]")


def is_reference(text: str) -> bool:
    """Whether somebody can be paid there."""
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version's rules say of payouts; a version that is silent means these.

    A run every `months`, with `choice_days` to choose. `cash_minimum` in thousandths of a credit; an account is
    `account_days` old before it is paid.
    """

    months: int = 6
    choice_days: int = 14
    cash_minimum: int = 1_000_000
    account_days: int = 30

    @classmethod
    def read(cls, data: dict[str, Any]) -> Terms:
        """From a version's `rules`. Raises ValueError for rules that make no sense."""
        terms = cls(
            months=int(data.get("payout_months", 6)),
            choice_days=int(data.get("choice_days", 14)),
            cash_minimum=int(data.get("cash_minimum", 1_000_000)),
            account_days=int(data.get("account_days", 30)),
        )
        if (
            terms.months not in (1, 2, 3, 4, 6, 12)
            or not 1 <= terms.choice_days <= 90
            or terms.cash_minimum < 0
            or not 0 <= terms.account_days <= 3650
        ):
            raise ValueError(f"unusable rules: {data}")
        return terms


def period(day: date, months: int) -> tuple[date, date]:
    """The first and last day of the run that this day belongs to: with 6 months, one of the halves of its year."""
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, months_after(first, months) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worth:
    """So many credits (thousandths) for so many hundredths of the currency's unit."""

    amount: int
    value: int


def worth(amount: int, value_micros: int) -> Worth:
    """The most that can be paid of `amount`, and the least that is taken for it: the rest of a hundredth stays."""
    value = max(amount, 0) * value_micros // _MINOR
    return Worth(-(-value * _MINOR // value_micros), value) if value else Worth(0, 0)


def match(value: int, percent: int, value_micros: int) -> Worth:
    """What the company adds to what was given."""
    added = value * percent // 100
    return Worth(-(-added * _MINOR // value_micros), added) if added else Worth(0, 0)


@dataclass(frozen=True, slots=True)
class Payee:
    """What decides whether somebody is paid."""

    choice: str
    amount: int
    created_at: datetime
    is_gone: bool
    # The provider of the choice; "" where there is none any more.
    provider: str
    # Of the member's account there, "" for none.
    account_status: str = ""
    is_adult: bool = False
    # Paid to the member themselves, and not to a charity.
    to_member: bool = True


def why_kept(terms: Terms, payee: Payee, now: datetime) -> str:
    """Why the credits stay with their member; "" when they are paid."""
    if payee.choice == Payout.Choice.KEEP:
        return Why.CHOSEN
    if payee.is_gone:
        return Why.GONE
    if not payee.amount:
        return Why.NOTHING
    if now - payee.created_at < timedelta(days=terms.account_days):
        return Why.NEW
    if not payee.provider:
        return Why.NOT_OFFERED
    if payee.choice == Payout.Choice.CASH and payee.amount < terms.cash_minimum:
        return Why.MINIMUM
    if payee.to_member:
        if not payee.account_status:
            return Why.NO_ACCOUNT
        if not payee.is_adult:
            return Why.NOT_ADULT
        if payee.account_status == PayoutAccount.Status.FAILED:
            return Why.CHECK_FAILED
        if payee.account_status != PayoutAccount.Status.CHECKED:
            return Why.UNCHECKED
    return ""


# A late word of the provider counts even after a payment was made ready to be sent again.
_ANSWERED = frozenset({State.SENT, State.PAID, State.REFUSED, State.RETURNED})
_NEXT: dict[str, frozenset[Payout.State]] = {
    State.FROZEN: _ANSWERED,
    State.UNKNOWN: _ANSWERED,
    State.SENT: _ANSWERED,
    State.PAID: frozenset({State.RETURNED}),
}


def may_become(state: str, answered: str) -> bool:
    """Whether a provider's word still changes a payment: said twice, or after the last word, it changes nothing."""
    return answered in _NEXT.get(state, frozenset())


ASK_FIRST = timedelta(minutes=5)
ASK_MOST = timedelta(hours=6)


def ask_after(attempt: int) -> timedelta:
    """How long to wait before asking a provider: longer than any call lasts, and longer each time."""
    return min(ASK_FIRST * 2 ** min(max(attempt - 1, 0), 20), ASK_MOST)


def is_called(attempts: int, ask_at: datetime | None, now: datetime) -> bool:
    """Whether a provider may be being called just now about a payment that is asked about at `ask_at`."""
    return ask_at is not None and now < ask_at - ask_after(attempts) + ASK_FIRST


def winner(votes: Sequence[tuple[int, int]], candidates: Sequence[int]) -> int | None:
    """The charity with the most votes (key, count); of equals, and without any vote, the one listed first."""
    counted = dict(votes)
    return max(candidates, key=lambda key: (counted.get(key, 0), -candidates.index(key)), default=None)
