"""What the database itself holds about the books, whoever writes to it.

- Entries and transfers, the rules of a version, seals and what was taken of lots are never changed or deleted.
- Entries come before their transfer (their foreign key is checked at commit); once it is there it takes no more.
- A transfer arrives to at least two entries that sum to zero.
- A member's entry says the balance it leaves, the account's last entry's plus its own amount, and entries of
  an account are only ever appended. It is a line of that member's statement or of none.
- A member's stored balance is that of its last entry, when it changes and when a transfer arrives.
- An account never changes its kind or its member, starts at zero, and stays.
- A lot is of what its transfer settled, stays, rolls over once, and what remains of it is less what was taken;
  no more is taken of a member's lots than the transfer takes from what is settled.
- A seal follows the last one.
- A payout begins with a choice, goes one way, leaves the freezer only after its run's approval, and each step that
  moves credits is there with its transfer; what was frozen keeps its amount, and its payee, who may be forgotten once
  the run is closed. Runs go one way, and both stay.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.triggers import append_only
from rewards.triggers import postgresql, sqlite

APPEND_ONLY = ("rewards_entry", "rewards_transfer", "rewards_programmeversion", "rewards_lotuse", "rewards_seal")


def expected(vendor: str) -> set[str]:
    """The names of the triggers that must be there: those of the books, and the append-only ones."""
    if vendor == "sqlite":
        return {*sqlite.TRIGGERS, *(f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete"))}
    return {*postgresql.TRIGGERS, *(f"{table}_append_only" for table in APPEND_ONLY)}


def no_guards() -> migrations.RunPython:
    """The migration operation that takes every trigger off: SQLite keeps none of a table that is altered.

    First in its migration. Taken back, that migration ends here, with the guards of the tables that are left.
    """
    return migrations.RunPython(_drop, _create)


def guards() -> migrations.RunPython:
    """The migration operation that sets all of them up, as they are in this version of the code.

    Last in its migration, and only in the newest that needs it: the one before it has `guards_until_here` from then on.
    """
    return migrations.RunPython(_create, _drop)


def guards_until_here() -> migrations.RunPython:
    """Last in an older migration that takes them off: there is nothing to set up, a newer one will. Taken back, it
    begins here, and takes them off.
    """
    return migrations.RunPython(migrations.RunPython.noop, _drop)


def _create(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    there = set(editor.connection.introspection.table_names())
    for table in APPEND_ONLY:
        if table in there:
            append_only(table).code(apps, editor)
    if editor.connection.vendor == "sqlite":
        for statement in sqlite.TRIGGERS.values():
            if statement.partition(" ON ")[2].split()[0] in there:
                editor.execute(statement)
        return
    for name, (table, clause) in postgresql.TRIGGERS.items():
        if table in there:
            editor.execute(postgresql.FUNCTIONS[name])
            editor.execute(f"CREATE {clause.format(name, table)} EXECUTE FUNCTION {name}()")


def _drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'rewards~_%' ESCAPE '~'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            return
        cursor.execute(
            "SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname LIKE 'rewards\\_%'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {name} CASCADE")
