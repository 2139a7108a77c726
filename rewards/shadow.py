"""What rules would have cost over past activity, and who would have earned: on plain values.

The same formulas as the awards themselves (`rewards.rules`, `rewards.ways`) over facts that `rewards.past` reads. Both
the rules in force and the draft are computed so, like beside like; nothing here is what was booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rewards.rules import Rules
from rewards.ways import split


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer that stands, in the order of acceptance: of which month, whose, whom it helped (their trust
    levels), and whether it was its author's first."""

    month: date
    author: int
    levels: tuple[int, ...] = ()
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An article, a translation, an answer to a search or an adopted idea ("article", "translation", "failed_search",
    "adopted"), and whose."""

    way: str
    month: date
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Helped:
    """An article in a month: how many members it helped, how many months old it was, and whose it is."""

    month: date
    confirmed: int
    age: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that happened in these months, the first of them first."""

    months: tuple[date, ...]
    answers: tuple[Answer, ...] = ()
    made: tuple[Made, ...] = ()
    helped: tuple[Helped, ...] = ()


# Of each award: the way, the month, the member, thousandths of a credit.
Award = tuple[str, date, int, int]


def awards(rules: Rules, facts: Facts) -> Iterator[Award]:
    """What these rules would have awarded, one for each member and thing."""
    numbers: Counter[tuple[int, date]] = Counter()
    pools: dict[date, dict[int, int]] = {}
    for place, answer in enumerate(facts.answers):
        numbers[answer.author, answer.month] += 1
        amount = rules.answer(numbers[answer.author, answer.month])
        if rules.pool is None:
            yield "accepted_answer", answer.month, answer.author, amount
        else:
            pools.setdefault(answer.month, {})[place] = amount
        if rules.first_answer and answer.is_first:
            yield "first_answer", answer.month, answer.author, rules.first_answer.amount
        if rules.endorsement and answer.levels:
            yield "endorsement", answer.month, answer.author, rules.endorsement.of(answer.levels)
    for month, parts in pools.items():
        for place, share in split(rules.pool or 0, parts).items():
            yield "accepted_answer", month, facts.answers[place].author, share
    for made in facts.made:
        way = getattr(rules, made.way)
        if way:
            yield from _shared(made.way, made.month, made.members, way.amount)
    for helped in facts.helped:
        if rules.royalty:
            yield from _shared("royalty", helped.month, helped.members, rules.royalty.of(helped.confirmed, helped.age))


def _shared(way: str, month: date, members: Iterable[int], amount: int) -> Iterator[Award]:
    for member, share in split(amount, dict.fromkeys(members, 1)).items():
        yield way, month, member, share


@dataclass(slots=True)
class Cost:
    """What rules come to: in all, by way, by month, by member; thousandths of a credit."""

    ways: Counter[str] = field(default_factory=Counter)
    months: Counter[date] = field(default_factory=Counter)
    members: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.members.values())

    @property
    def earners(self) -> int:
        return sum(amount > 0 for amount in self.members.values())

    def of_top(self, percent: int) -> int:
        """What the best of a hundred earners have: so many percent of them, at least one."""
        best = sorted((amount for amount in self.members.values() if amount > 0), reverse=True)
        return sum(best[: max(1, len(best) * percent // 100)]) if best else 0


def cost(rules: Rules, facts: Facts) -> Cost:
    found = Cost()
    for way, month, member, amount in awards(rules, facts):
        if amount:
            found.ways[way] += amount
            found.months[month] += amount
            found.members[member] += amount
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rules in force beside a draft; `members` are (member, then, under the draft), who gains most first."""

    live: Cost
    draft: Cost
    members: tuple[tuple[int, int, int], ...]

    @property
    def gain(self) -> int:
        return sum(draft > live for _member, live, draft in self.members)

    @property
    def lose(self) -> int:
        return sum(draft < live for _member, live, draft in self.members)

    def plain(self, months: Iterable[date]) -> dict[str, Any]:
        """As it is kept: see `rewards.models.ShadowRun.result`."""
        shown = list(months)
        return {
            "live": _plain(self.live, shown),
            "draft": _plain(self.draft, shown),
            "gain": self.gain,
            "lose": self.lose,
            "same": len(self.members) - self.gain - self.lose,
            "members": [list(row) for row in self.members],
        }


def compare(live: Rules, draft: Rules, facts: Facts) -> Outcome:
    """What each would have awarded for the same past."""
    now, then = cost(live, facts), cost(draft, facts)
    rows = [(member, now.members[member], then.members[member]) for member in now.members.keys() | then.members.keys()]
    rows.sort(key=lambda row: (row[1] - row[2], row[0]))
    return Outcome(now, then, tuple(rows))


def _plain(found: Cost, months: list[date]) -> dict[str, Any]:
    return {
        "total": found.total,
        "earners": found.earners,
        "top1": found.of_top(1),
        "top10": found.of_top(10),
        "ways": dict(found.ways),
        "months": [[month.isoformat(), found.months[month]] for month in months],
    }
