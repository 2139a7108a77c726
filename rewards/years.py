"""Tax years, on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class TaxYear:
    """From `first` to `last`, days in the operator's zone. Its number is the year in which it begins."""

    number: int
    first: date
    last: date

    @property
    def label(self) -> str:
        """ "2026", or "2026–2027" for one that does not begin in January."""
        return str(self.number) if self.first.year == self.last.year else f"{self.number}–{self.last.year}"


def begins(text: str) -> tuple[int, int]:
    """Month and day of "04-06". Raises ValueError for what is no day of every year."""
    month, day = (int(part) for part in text.split("-"))
    date(2001, month, day)
    return month, day


def tax_year(number: int, begins: tuple[int, int]) -> TaxYear:
    """The tax year that begins in that calendar year (1 to 9998)."""
    first = date(number, *begins)
    return TaxYear(number, first, date(number + 1, *begins) - timedelta(days=1))


def tax_year_of(day: date, begins: tuple[int, int]) -> TaxYear:
    """The tax year that a day belongs to."""
    return tax_year(day.year if (day.month, day.day) >= begins else day.year - 1, begins)
