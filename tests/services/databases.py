"""A database of a test's own, for tests whose other processes or threads must see what it commits.

It is a copy of the migrated test database and is thrown away afterwards, so nothing has to be emptied: append-only
tables refuse to be.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from config.environment import BASE_DIR


def url() -> str:
    """The `DATABASE_URL` of the database that this process uses."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    who = quote(at["USER"]) + (f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else "")
    return f"postgres://{who}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def copy_file(source: str, target: str) -> None:
    """Copy an SQLite database, whatever of it is still in its log; the target must not be there."""
    with contextlib.closing(sqlite3.connect(source)) as opened:
        opened.execute("VACUUM INTO ?", [target])


def migrated_file(path: Path) -> None:
    """Make a migrated SQLite database for a product of a test's own: a copy of the runner's, where there is one."""
    if template := os.environ.get("TEST_SQLITE_TEMPLATE"):
        copy_file(template, str(path))
        return
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}", "ENTRAIDE_DATA": str(path.parent)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=BASE_DIR, env=environment, check=True)


def copy_template(template: str) -> None:
    """Make this process's test database, which is not open yet, from a migrated one: its path or its name."""
    name = connection.settings_dict["TEST"]["NAME"]
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
        copy_file(template, name)
        return
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


@contextlib.contextmanager
def copied(folder: Path, name: str) -> Iterator[None]:
    """Within it, this process uses a copy of the test database, each statement committed as in production."""
    connection.close()
    settings = connection.settings_dict
    original = settings["NAME"]
    if connection.vendor == "sqlite":
        copy = str(folder / f"{name}.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [copy])
    else:
        copy = f"{original}_{name}"
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
    connection.close()
    settings["NAME"] = copy
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = original
        if connection.vendor != "sqlite":
            with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
