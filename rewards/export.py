"""The books as CSV, one line an entry, as a bookkeeper imports them."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

from tqdm import tqdm

from rewards.models import Entry
from rewards.rules import CREDIT

COLUMNS = (
    "transfer", "booked_on", "created_at", "kind", "reason", "key", "account", "member", "amount", "balance_after",
    "value", "currency", "rules", "subject", "post", "thread", "reverses",
)  # fmt: skip
_FIELDS = (
    "transfer_id", "transfer__booked_on", "transfer__created_at", "transfer__kind", "transfer__reason",
    "transfer__key", "account__kind", "account__member_id", "amount", "balance_after",
    "transfer__version__value_micros", "transfer__version__currency", "transfer__version__number",
    "transfer__subject_type", "transfer__subject_id", "transfer__post_id", "transfer__thread_id",
    "transfer__reverses__key",
)  # fmt: skip


def write(file: Any) -> None:
    """One line an entry, oldest first; days in the operator's zone, nobody is named.

    Amounts in credits with three decimals; the value is what they are worth by the rules of their transfer,
    exactly, so that each transfer's values sum to zero too; it is empty where no rules applied.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = Entry.objects.order_by("pk").values_list(*_FIELDS)
    with tqdm(total=Entry.objects.count(), unit=" entries", disable=None) as bar:
        for number, row in enumerate(rows.iterator(chunk_size=2_000), start=1):
            writer.writerow(_line(*row))
            if number % 2_000 == 0:
                bar.update(2_000)


def _line(
    transfer: int, booked_on: Any, created_at: Any, kind: str, reason: str, key: str, account: str,
    member: int | None, amount: int, after: int | None, micros: int | None, currency: str | None,
    version: int | None, subject: str, subject_id: int | None, post: int | None, thread: int | None,
    reverses: str | None,
) -> list[Any]:  # fmt: skip
    return [
        transfer,
        booked_on.isoformat(),
        created_at.isoformat(),
        kind,
        reason,
        key,
        account,
        member or "",
        in_credits(amount),
        "" if after is None else in_credits(after),
        "" if micros is None else in_currency(amount, micros),
        currency or "",
        version or "",
        f"{subject} {subject_id}" if subject_id else "",
        post or "",
        thread or "",
        reverses or "",
    ]


def in_credits(amount: int) -> str:
    """Exact, with a plain minus sign, for machines: "-40.000"."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // CREDIT}.{abs(amount) % CREDIT:03d}"


def in_currency(amount: int, value_micros: int) -> str:
    """Exact, with at least two decimals: "-0.40"."""
    exact = Decimal(amount * value_micros).scaleb(-9)
    whole, _, rest = f"{exact:f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"
