"""What the programme's rules say, on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

# The smallest amount the books know, in one credit.
CREDIT = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """One version's rules. `accepted_answer` in thousandths of a credit, `hold_days` in days."""

    accepted_answer: int
    hold_days: int

    @classmethod
    def read(cls, data: dict[str, Any]) -> Rules:
        """From a version's `rules`. Raises ValueError for rules that make no sense."""
        rules = cls(accepted_answer=int(data["accepted_answer"]), hold_days=int(data["hold_days"]))
        if rules.accepted_answer < 0 or not 0 <= rules.hold_days <= 365:
            raise ValueError(f"unusable rules: {data}")
        return rules

    def settles_on(self, booked_on: date) -> date:
        """The day on which what was booked on that day settles."""
        return booked_on + timedelta(days=self.hold_days)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the rules look at in an acceptance."""

    author_id: int
    author_is_team: bool
    asker_id: int
    as_staff: bool
    imported: bool = False


def accepted_answer_earns(rules: Rules, accepted: Accepted, *, with_imported: bool = False) -> int:
    """Thousandths of a credit for the answer's author.

    Nothing for one's own question, for the team, for what was said in the company's name, and for
    imported history unless the operator asked for it.
    """
    if accepted.author_id == accepted.asker_id:
        return 0
    if accepted.author_is_team or accepted.as_staff:
        return 0
    if accepted.imported and not with_imported:
        return 0
    return rules.accepted_answer


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Where a reversal takes its amount from; the three sum to it. All zero or more."""

    pending: int
    settled: int
    receivable: int


def take_back(amount: int, *, pending: bool, settled_balance: int) -> TakenBack:
    """An award that is still `pending` is taken from there; a settled one from what its member still has.

    What was spent already becomes the member's debt, recovered from what settles later.
    """
    if pending:
        return TakenBack(pending=amount, settled=0, receivable=0)
    settled = min(amount, settled_balance)
    return TakenBack(pending=0, settled=settled, receivable=amount - settled)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a settling amount goes; the two sum to it."""

    settled: int
    recovered: int


def settle(amount: int, *, receivable_balance: int) -> Settled:
    """A debt (`receivable_balance` below zero) is recovered first; the rest is the member's."""
    recovered = min(amount, -receivable_balance)
    return Settled(settled=amount - recovered, recovered=recovered)
