"""What each figure is made of, on plain values: one definition for what is kept, what is added and what is listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rewards.models import Account, Transfer
from rewards.rules import months_after
from rewards.ways import month_of, months_between

_A, _K, _R = Account.Kind, Transfer.Kind, Transfer.Reason
MEMBERS = (_A.PENDING.value, _A.SETTLED.value, _A.RECEIVABLE.value)


@dataclass(frozen=True, slots=True)
class Cut:
    """The entries that a figure sums: on accounts of these kinds, by transfers of these kinds and reasons.

    `sign` turns an account's own direction into that of the figure. No reasons named: all but those in `without`.
    """

    accounts: tuple[str, ...]
    kinds: tuple[str, ...]
    sign: int
    reasons: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def takes(self, account: str, kind: str, reason: str) -> bool:
        return (
            account in self.accounts
            and kind in self.kinds
            and (reason in self.reasons if self.reasons else reason not in self.without)
        )


_BACK = (_R.PAYOUT_CAME_BACK.value,)
_PAYMENT = (_K.PAYOUT.value, _K.REVERSAL.value)
_EVERY = tuple(kind.value for kind in _K)

# What members were promised, and of that what was taken back because its ground is gone.
EARNED = Cut((_A.ISSUANCE.value,), (_K.AWARD.value,), -1)
REVERSED = Cut((_A.ISSUANCE.value,), (_K.REVERSAL.value,), 1, without=_BACK)
NET = Cut((_A.ISSUANCE.value,), (_K.AWARD.value, _K.REVERSAL.value), -1, without=_BACK)
# The same by who earned it.
OF_EARNERS = Cut(MEMBERS, (_K.AWARD.value, _K.REVERSAL.value), 1, without=_BACK)
EXPIRED = Cut((_A.BREAKAGE.value,), (_K.EXPIRY.value,), 1, reasons=(_R.EXPIRED.value,))
GIVEN_UP = Cut((_A.BREAKAGE.value,), (_K.EXPIRY.value,), 1, reasons=(_R.GIVEN_UP.value,))
# What expired or was given up, less what would have been taken back anyway.
BREAKAGE = Cut((_A.BREAKAGE.value,), (_K.EXPIRY.value, _K.REVERSAL.value), 1)
# Out of members' accounts and not back; and what the company adds for a charity.
PAID = Cut(MEMBERS, _PAYMENT, -1, reasons=(_R.PAID_OUT.value, *_BACK))
MATCHED = Cut((_A.ISSUANCE.value,), _PAYMENT, -1, reasons=(_R.MATCHED.value, *_BACK))
WRITTEN_OFF = Cut((_A.WRITTEN_OFF.value,), (_K.WRITE_OFF.value,), -1)
# What is still to be recovered of members.
RECEIVABLE = Cut((_A.RECEIVABLE.value,), _EVERY, -1)

# By the name that stands in addresses. In the order of the table by month.
FLOWS = {
    "earned": EARNED,
    "reversed": REVERSED,
    "expired": EXPIRED,
    "given-up": GIVEN_UP,
    "paid": PAID,
    "matched": MATCHED,
    "written-off": WRITTEN_OFF,
}
CUTS = {**FLOWS, "net": NET, "breakage": BREAKAGE, "receivable": RECEIVABLE}


def last_day(month: date) -> date:
    """The last day of a month, by any of its days."""
    return months_after(month_of(month), 1) - timedelta(days=1)


def months_to(month: date, count: int) -> list[date]:
    """So many months up to this one, the oldest first."""
    return [months_after(month_of(month), -back) for back in range(count - 1, -1, -1)]


@dataclass(frozen=True, slots=True)
class Age:
    """Months ago, this month being none: from `first` to `last` (None: and all before)."""

    first: int
    last: int | None

    @property
    def name(self) -> str:
        return str(self.first)

    def days(self, today: date) -> tuple[date | None, date]:
        """The first (None: ever) and the last day of this age."""
        this = month_of(today)
        begin = None if self.last is None else months_after(this, -self.last)
        return begin, last_day(months_after(this, -self.first))


AGES = (Age(0, 2), Age(3, 5), Age(6, 11), Age(12, 23), Age(24, None))


def age_of(day: date, today: date) -> Age:
    """How old what is of that day is; what is of a day to come is new."""
    ago = max(0, months_between(day, today))
    return next(age for age in AGES if age.last is None or ago <= age.last)


def first_of(count: int, percent: int) -> int:
    """How many the top `percent` of so many are: at least one of any."""
    return -(-count * percent // 100)


def share(part: int, whole: int) -> float:
    """In per cent; 0 of nothing."""
    return part * 100 / whole if whole > 0 else 0.0
