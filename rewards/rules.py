"""What the programme's rules say, on plain values."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rewards.ways import Endorsement, Once, Royalty, Taper

# The smallest amount the books know, in one credit.
CREDIT = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """One version's rules. `accepted_answer` in thousandths of a credit, `hold_days` in days.

    What settled expires `expiry_months` after that day (None: never), unless it is carried over once by
    `rollover_months` (0: it is not); its member is told `warning_days` before it is lost. A way that a version does
    not speak of earns nothing by it; a version that does not speak of expiry is one whose credits never expire.

    With a `pool` (thousandths a calendar month) accepted answers earn no fixed amount: they share it when the month
    is over, each by what it would have earned of `accepted_answer`.
    """

    accepted_answer: int
    hold_days: int
    expiry_months: int | None = None
    rollover_months: int = 0
    warning_days: tuple[int, ...] = (30, 7)
    pool: int | None = None
    taper: Taper | None = None
    endorsement: Endorsement | None = None
    first_answer: Once | None = None
    article: Once | None = None
    translation: Once | None = None
    failed_search: Once | None = None
    royalty: Royalty | None = None
    adopted: Once | None = None

    @classmethod
    def read(cls, data: dict[str, Any]) -> Rules:
        """From a version's `rules`. Raises ValueError for rules that make no sense."""
        months, pool = data.get("expiry_months"), data.get("pool")
        rules = cls(
            accepted_answer=int(data["accepted_answer"]),
            hold_days=int(data["hold_days"]),
            expiry_months=None if months is None else int(months),
            rollover_months=int(data.get("rollover_months", 0)),
            warning_days=tuple(sorted((int(days) for days in data.get("warning_days", (30, 7))), reverse=True)),
            pool=None if pool is None else int(pool),
            **{name: kind.read(data[name]) for name, kind in _WAYS.items() if data.get(name) is not None},
        )
        if (
            rules.accepted_answer < 0
            or not 0 <= rules.hold_days <= 365
            or (rules.expiry_months is not None and not 1 <= rules.expiry_months <= 1200)
            or not 0 <= rules.rollover_months <= 1200
            or any(days < 1 for days in rules.warning_days)
            or (rules.pool is not None and (rules.pool < 0 or not rules.accepted_answer))
        ):
            raise ValueError(f"unusable rules: {data}")
        return rules

    def answer(self, number: int) -> int:
        """What the accepted answer with this number of its month earns; in a pool, what it counts for."""
        return self.taper.of(self.accepted_answer, number) if self.taper else self.accepted_answer

    def settles_on(self, booked_on: date, hold_days: int | None = None) -> date:
        """The day on which what was booked on that day settles; `hold_days` where a way has its own."""
        return booked_on + timedelta(days=self.hold_days if hold_days is None else hold_days)

    def life(self, settled_on: date) -> Life:
        """How long what settled on that day lasts."""
        if self.expiry_months is None:
            return Life()
        expires_on = months_after(settled_on, self.expiry_months)
        return Life(expires_on, months_after(expires_on, self.rollover_months) if self.rollover_months else None)


_WAYS: dict[str, Any] = {
    "taper": Taper,
    "endorsement": Endorsement,
    "first_answer": Once,
    "article": Once,
    "translation": Once,
    "failed_search": Once,
    "royalty": Royalty,
    "adopted": Once,
}


@dataclass(frozen=True, slots=True)
class Life:
    """When a lot expires (None: never), and until when it is carried over on that day (None: it is not)."""

    expires_on: date | None = None
    rolls_to: date | None = None


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last: 31 January and one month is 28 February."""
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the rules look at in an acceptance."""

    author_id: int
    author_is_team: bool
    asker_id: int
    as_staff: bool
    imported: bool = False


def may_earn(accepted: Accepted, *, with_imported: bool = False) -> bool:
    """Whether an acceptance earns its answer's author anything at all.

    Nothing for one's own question, for the team, for what was said in the company's name, and for imported history
    unless the operator asked for it.
    """
    if accepted.author_id == accepted.asker_id:
        return False
    if accepted.author_is_team or accepted.as_staff:
        return False
    return not accepted.imported or with_imported


@dataclass(frozen=True, slots=True)
class Idea:
    """What the rules look at in an idea that was adopted."""

    author_id: int
    author_is_team: bool
    # Closed or erased: there is nobody to pay.
    author_left: bool
    adopted_by_id: int | None


def idea_earns(rules: Rules, idea: Idea) -> int:
    """Thousandths of a credit for whoever had an idea that was adopted.

    Nothing for the team's own ideas, and for one that its author adopted.
    """
    if rules.adopted is None or idea.author_is_team or idea.author_left or idea.author_id == idea.adopted_by_id:
        return 0
    return rules.adopted.amount


def accepted_answer_earns(rules: Rules, accepted: Accepted, *, number: int = 1, with_imported: bool = False) -> int:
    """Thousandths of a credit for the answer's author at once; `number` is its place in the month.

    In a pool nothing yet: that is shared when the month is over.
    """
    if rules.pool is not None or not may_earn(accepted, with_imported=with_imported):
        return 0
    return rules.answer(number)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Where a reversal takes its amount from; the four sum to it. All zero or more."""

    pending: int
    settled: int
    receivable: int
    expired: int = 0


def take_back(amount: int, *, pending: bool, settled_balance: int, expired: int = 0) -> TakenBack:
    """An award that is still `pending` is taken from there; a settled one from what its member still has.

    What of it `expired` is gone already. What was spent becomes the member's debt, recovered from what settles later.
    """
    if pending:
        return TakenBack(pending=amount, settled=0, receivable=0)
    rest = amount - expired
    settled = min(rest, settled_balance)
    return TakenBack(pending=0, settled=settled, receivable=rest - settled, expired=expired)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a settling amount goes; the two sum to it."""

    settled: int
    recovered: int


def settle(amount: int, *, receivable_balance: int) -> Settled:
    """A debt (`receivable_balance` below zero) is recovered first; the rest is the member's."""
    recovered = min(amount, -receivable_balance)
    return Settled(settled=amount - recovered, recovered=recovered)


def may_expire(today: date, *, warned_on: date | None, warning_days: Sequence[int]) -> bool:
    """Nothing is lost unwarned, also when the job did not run for a while."""
    if not warning_days:
        return True
    return warned_on is not None and today >= warned_on + timedelta(days=min(warning_days))


# What was paid and came back does not expire sooner than this many days after.
RETURNED_DAYS = 30


def returned(today: date, life: Life) -> Life:
    """The rest of a lot's life once what was spent of it comes back to its member."""
    if life.expires_on is None:
        return life
    expires_on = max(life.expires_on, today + timedelta(days=RETURNED_DAYS))
    return Life(expires_on, life.rolls_to if life.rolls_to and life.rolls_to > expires_on else None)


def warning(days_left: int, warning_days: Sequence[int]) -> int | None:
    """Which warning is due so many days before a loss: the last one whose time has come; None before the first."""
    return min((days for days in warning_days if days_left <= days), default=None)
