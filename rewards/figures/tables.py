"""Each page's figures as lines of a CSV file, as a bookkeeper imports them: as `ledger export`, in exact numbers.

Words that come from people or providers could be taken for a formula where the file is opened: they are kept from it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rewards.export import in_credits, in_currency
from rewards.figures import cost, cuts, earners, flows, lists, owed, payees, sums
from rewards.figures.selection import Selection
from rewards.models import ProgrammeVersion
from rewards.reporting import Reporting
from rewards.ways import month_of

# What a file may be asked for, by the page that it belongs to.
OWED, MONTHS, COST, EARNERS, PAYEES, TRANSFERS = TABLES = (
    "owed",
    "months",
    "cost",
    "earners",
    "payees",
    "transfers",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Iterable[Any]


class _Echo:
    def write(self, line: str) -> str:
        return line


def lines_of(rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\n")
    for row in rows:
        yield writer.writerow(row)


def safe(text: str) -> str:
    """Text that no program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def owed_now(today: date, version: ProgrammeVersion | None) -> Iterator[Row]:
    yield ("day", "state", "age_from_months", "age_to_months", "amount", "value", "currency")
    for row in owed.owed(sums.read(), today):
        for age, amount in row.cells():
            until = "" if age.last is None else age.last
            yield (today.isoformat(), row.figure, age.first, until, *_worth(amount, version))


def by_month(today: date, version: ProgrammeVersion | None) -> Iterator[Row]:
    """Every month since the first booking."""
    found = sums.read()
    this = month_of(today)
    first = found.first_month(this)
    count = (this.year - first.year) * 12 + this.month - first.month + 1
    yield ("month", *(name.replace("-", "_") for name in cuts.FLOWS), "breakage")
    for row in flows.by_month(found, cuts.months_to(this, count)):
        breakage = found.of(cuts.BREAKAGE, row.first, row.last)
        yield (f"{row.first:%Y-%m}", *(in_credits(row.amounts[name]) for name in cuts.FLOWS), in_credits(breakage))


def costs(months: list[date]) -> Iterator[Row]:
    yield ("month", "product", "awarded", "solved", "each")
    for row in cost.by_month(sums.read(), months):
        yield _cost(row)
        for part in cost.by_product(row.month):
            yield _cost(part, part.product.slug if part.product else "none")


def _cost(row: cost.Cost, product: str = "") -> Row:
    each = "" if row.each is None else in_credits(row.each)
    return (f"{row.month:%Y-%m}", product, in_credits(row.amount), row.solved, each)


def concentration(periods: list[tuple[date, date]]) -> Iterator[Row]:
    yield ("from", "to", "earners", "amount", "top_1_earners", "top_1_amount", "top_10_earners", "top_10_amount")
    for row in earners.concentration(periods):
        tops = [part for top in earners.TOPS for part in (row.tops[top][0], in_credits(row.tops[top][1]))]
        yield (f"{row.first:%Y-%m}", f"{row.last:%Y-%m}", row.count, in_credits(row.amount), *tops)


def report(year: int, terms: Reporting) -> Iterator[Row]:
    """Of each payee: money in units of the currency, in all and by quarter."""
    yield (
        "year", "member", "name", "paid_at", "currency", "value", "payments", "contributions",
        *(f"value_q{quarter}" for quarter in payees.QUARTERS), "level", "kept_until",
    )  # fmt: skip
    for payee in payees.everybody(year, terms):
        yield (
            year,
            payee.member.pk,
            safe(payee.name),
            safe(" ".join(f"{provider}:{reference}" for provider, reference in payee.paid_at)),
            payee.currency,
            in_units(payee.value),
            payee.payments,
            payee.lines,
            *(in_units(payee.quarters[quarter]) for quarter in payees.QUARTERS),
            payee.level,
            payee.keep_until.isoformat() if payee.keep_until else "",
        )


def transfers(selection: Selection, today: date) -> Iterator[Row]:
    """The transfers of one figure; the value by the rules of each, or what was paid."""
    versions = {row.pk: row for row in ProgrammeVersion.objects.all()}
    yield (
        "transfer", "booked_on", "kind", "reason", "key", "amount", "value", "currency", "rules", "subject", "post",
        "thread",
    )  # fmt: skip
    for row in lists.every(selection, today):
        transfer = row.transfer
        version = versions.get(transfer.version_id or 0)
        amount, value, currency = (
            ("", in_units(row.amount), row.currency) if row.currency else _worth(row.amount, version)
        )
        yield (
            transfer.pk,
            transfer.booked_on.isoformat(),
            transfer.kind,
            transfer.reason,
            transfer.key,
            amount,
            value,
            currency,
            version.number if version else "",
            f"{transfer.subject_type} {transfer.subject_id}" if transfer.subject_id else "",
            transfer.post_id or "",
            transfer.thread_id or "",
        )


def in_units(value: int) -> str:
    """Hundredths as a plain number: "1640.00"."""
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"


def _worth(amount: int, version: ProgrammeVersion | None) -> tuple[str, str, str]:
    if version is None:
        return in_credits(amount), "", ""
    return in_credits(amount), in_currency(amount, version.value_micros), version.currency
