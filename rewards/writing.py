"""How rows of the books reach the database: in bulk, in the order that its guards insist on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from rewards.models import Transfer

# transfer, account, amount, balance after, line of.
EntryRow = tuple[int, int, int, int | None, int | None]

_ENTRY = ("transfer_id", "account_id", "amount", "balance_after", "line_of_id")
_TRANSFER = tuple(field.attname for field in Transfer._meta.concrete_fields)
# Below this many rows one statement is sooner done than a copy has begun.
_COPY_FROM = 50


def known_keys(keys: Sequence[str]) -> set[str]:
    """Those of these keys that are posted already."""
    return set(Transfer.objects.filter(key__in=keys).values_list("key", flat=True))


def next_ids(count: int) -> list[int]:
    """Keys for transfers that are not written yet, because their entries come first."""
    if connection.vendor == "sqlite":
        # The transaction holds the only write lock, and transfers are never deleted.
        last = Transfer.objects.aggregate(last=Max("pk"))["last"] or 0
        return list(range(last + 1, last + 1 + count))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('rewards_transfer', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def write(transfers: Sequence[Transfer], entries: Sequence[EntryRow], balances: Mapping[int, int]) -> None:
    """Entries, then the balances they leave (by account), then their transfers."""
    rows = [[getattr(transfer, name) for name in _TRANSFER] for transfer in transfers]
    _insert("rewards_entry", _ENTRY, entries)
    _update(balances)
    _insert("rewards_transfer", _TRANSFER, rows)


def _insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= _COPY_FROM:
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        one = f"({', '.join(['%s'] * len(columns))})"
        if connection.vendor == "postgresql":
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(rows))}", values)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES {one}", _adapted(rows))


def _update(balances: Mapping[int, int]) -> None:
    if not balances:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "UPDATE rewards_account a SET balance = v.balance "
                "FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, balance) WHERE a.id = v.id",
                [list(balances), list(balances.values())],
            )
        else:
            cursor.executemany(
                "UPDATE rewards_account SET balance = %s WHERE id = %s",
                [(balance, pk) for pk, balance in balances.items()],
            )


def _adapted(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Times and days as Django writes them on a database that has no type for them."""
    at: dict[Any, Any] = {}

    def adapt(value: Any) -> Any:
        if hasattr(value, "isoformat"):
            if value not in at:
                ops = connection.ops
                is_time = hasattr(value, "hour")
                at[value] = ops.adapt_datetimefield_value(value) if is_time else ops.adapt_datefield_value(value)
            return at[value]
        return value

    return [[adapt(value) for value in row] for row in rows]
