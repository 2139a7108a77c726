"""What was read, and what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Max, Min, Model

# Keys in one step.
RANGE = 5_000
# More than these are counted, not named.
MOST = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: "transfer 12"."""

    check: str
    where: str
    what: str


@dataclass(slots=True)
class Report:
    transfers: int = 0
    entries: int = 0
    accounts: int = 0
    lots: int = 0
    seals: int = 0
    # Transfers under a seal, and the digest of the last one: written down elsewhere, it proves the books of today.
    sealed: int = 0
    digest: str = ""
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.fault_count

    def add(self, check: str, where: str, what: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST:
            self.faults.append(Fault(check, where, what))


def ranges(model: type[Model]) -> Iterator[tuple[int, int]]:
    """The keys of a table, from first to last, in steps."""
    ends = model._default_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for first in range(ends["first"], ends["last"] + 1, RANGE):
        yield first, min(first + RANGE - 1, ends["last"])
