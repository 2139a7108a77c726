"""What a version's rules say of tax reports: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

NEAR, OVER = "near", "over"


@dataclass(frozen=True, slots=True)
class Reporting:
    """From where on a payee is reported; a version that is silent means these.

    `value` in hundredths of the currency's unit and `lines` in contributions that were paid for, each in a calendar
    year (0: never by that); operators are told from `near_percent` of either on. What is kept of an erased payee stays
    for `retention_years` after the end of the year of the last payment.
    """

    value: int = 200_000
    lines: int = 30
    near_percent: int = 80
    retention_years: int = 10

    @classmethod
    def read(cls, data: dict[str, Any]) -> Reporting:
        """From a version's `rules`. Raises ValueError for rules that make no sense."""
        found = cls(
            value=int(data.get("tax_value", 200_000)),
            lines=int(data.get("tax_lines", 30)),
            near_percent=int(data.get("tax_near_percent", 80)),
            retention_years=int(data.get("retention_years", 10)),
        )
        if (
            found.value < 0
            or found.lines < 0
            or not 1 <= found.near_percent <= 100
            or not 0 <= found.retention_years <= 100
        ):
            raise ValueError(f"unusable rules: {data}")
        return found

    def level(self, value: int, lines: int) -> str:
        """ "over" from a threshold on, "near" before it, else ""."""
        shares = [
            given * 100 // threshold for given, threshold in ((value, self.value), (lines, self.lines)) if threshold
        ]
        most = max(shares, default=0)
        return OVER if most >= 100 else NEAR if most >= self.near_percent else ""

    def keep_until(self, last_paid_on: date) -> date:
        """The last day on which it is kept that somebody was paid, by their last payment."""
        return date(last_paid_on.year + self.retention_years, 12, 31)
