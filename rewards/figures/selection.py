"""Which transfers a figure sums, as it stands in an address: `?figure=earned&from=2026-03&to=2026-03`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from rewards.figures.cuts import AGES, CUTS, Age, last_day

# Beside those of `CUTS`.
STOCKS = ("pending", "held", "settled", "on-its-way")
OTHERS = (*STOCKS, "top", "debt", "payee", "lines")
# What is not about any product.
NONE = "none"
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Selection:
    """One figure. `first` and `last` are the first days of months; what a figure does not know is left as it is."""

    figure: str
    first: date | None = None
    last: date | None = None
    age: str = ""
    # The key of a product, or `NONE`.
    product: str = ""
    member: int | None = None
    year: int | None = None
    # The top so many per cent of earners; 100: all.
    top: int | None = None

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day that count."""
        return self.first, last_day(self.last) if self.last else None

    @property
    def in_age(self) -> Age | None:
        return next((age for age in AGES if age.name == self.age), None)

    def query(self) -> str:
        given = {
            "figure": self.figure,
            "from": f"{self.first:%Y-%m}" if self.first else "",
            "to": f"{self.last:%Y-%m}" if self.last else "",
            "age": self.age,
            "product": self.product,
            "member": self.member,
            "year": self.year,
            "top": self.top,
        }
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})

    def url(self) -> str:
        """Where its transfers are listed."""
        return f"{reverse('rewards:figure_transfers')}?{self.query()}"


def read(given: Mapping[str, str]) -> Selection | None:
    """What an address says; None for what is no figure."""
    figure = given.get("figure", "")
    if figure not in CUTS and figure not in OTHERS:
        return None
    product = given.get("product", "")
    found = Selection(
        figure=figure,
        first=month(given.get("from", "")),
        last=month(given.get("to", "")),
        age=given.get("age", ""),
        product=product if product == NONE or _number(product) else "",
        member=_number(given.get("member", "")),
        year=year(given.get("year", "")),
        top=_number(given.get("top", "")),
    )
    needs = {
        "top": found.top in (1, 10, 100) and found.first and found.last,
        "debt": found.member,
        "payee": found.year,
        "lines": found.year and found.member,
    }
    if not needs.get(figure, True) or (found.age and found.in_age is None):
        return None
    return found


def month(text: str) -> date | None:
    """ "2026-03" as its first day."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == len("2026-03") else None
    except ValueError:
        return None


def year(text: str) -> int | None:
    found = _number(text)
    return found if found and 2000 <= found <= 2999 else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and 0 < int(text) <= _MOST else None
