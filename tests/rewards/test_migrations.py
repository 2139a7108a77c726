"""The guards of the books are there after migrations are taken back, and made again."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from rewards.triggers import expected
from tests.rewards.raw import run as raw


@pytest.fixture
def db(own_database: str) -> None:
    """The schema is changed: on a database of its own."""


@pytest.fixture(autouse=True)
def version(db: None) -> None:
    """The migrations' own."""


def there() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'rewards%'")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT tgisinternal AND c.relname LIKE 'rewards%'"
            )
        return {name for (name,) in cursor.fetchall()}


def test_migrations_taken_back_leave_the_books_guarded():
    everything = expected(connection.vendor)
    assert there() == everything
    for back_to, gone in (
        ("0010", ("payout",)),
        ("0006", ("payout",)),
        ("0003", ("payout", "lot", "seal")),
    ):
        call_command("migrate", "rewards", back_to, verbosity=0)
        left = {name for name in everything if not name.startswith(tuple(f"rewards_{word}" for word in gone))}
        assert there() == left, back_to
        with pytest.raises(DatabaseError):
            raw(("UPDATE rewards_programmeversion SET value_micros = 1", []))
    call_command("migrate", "rewards", verbosity=0)
    assert there() == everything
