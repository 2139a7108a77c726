"""What somebody does who writes to the database without the product."""

from __future__ import annotations

from django.db import connection, transaction

ENTRY = (
    "INSERT INTO rewards_entry (transfer_id, account_id, amount, balance_after, line_of_id) "
    "VALUES (%s, %s, %s, %s, NULL)"
)
# A key that no sequence comes to.
RAW = 900_000_000
BALANCE = "UPDATE rewards_account SET balance = %s WHERE id = %s"
TRANSFER = (
    "INSERT INTO rewards_transfer (id, key, kind, reason, subject_type, created_at, booked_on) "
    "VALUES (%s, %s, 'award', 'correction', '', '2026-03-10 10:00:00', '2026-03-10')"
)


def run(*statements: tuple[str, list]) -> None:
    """Raw SQL in one transaction, with what is checked at commit checked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)
        connection.check_constraints()


def unguarded(table: str, statement: str, values: list) -> None:
    """What somebody with the database's own rights could do: take the triggers off, change a row, put them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement, values)
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
