"""Whether the product is usable: each part says so in a word.

Apps declare their parts in `ready()`. Processes that run beside the pages leave a heartbeat in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from core.models import Heartbeat

# A part beats every few seconds; silence of this length means that it is gone.
SILENCE = timedelta(seconds=30)
BEAT_EVERY = timedelta(seconds=5)

Check = Callable[[datetime], bool]
PARTS: dict[str, Check] = {}


def part(name: str, check: Check) -> None:
    """Declare a part for /readyz: `check(now)` says whether it is usable. Call it from an app's `ready()`."""
    PARTS[name] = check


def beat(name: str, now: datetime) -> None:
    """Leave the heartbeat of a part."""
    Heartbeat.objects.update_or_create(part=name, defaults={"at": now})


def beats(name: str, now: datetime) -> bool:
    """Whether a part left a heartbeat lately."""
    return Heartbeat.objects.filter(part=name, at__gt=now - SILENCE).exists()


def parts(now: datetime) -> dict[str, bool]:
    """Every part and whether it is usable. A part whose check fails with an error of the database is not."""
    found = {"database": _database()}
    if not found["database"]:
        return found | dict.fromkeys(["migrations", *PARTS], False)
    found["migrations"] = _migrations()
    for name, check in PARTS.items():
        try:
            found[name] = bool(check(now))
        except (DatabaseError, OSError):
            found[name] = False
    return found


def worker(now: datetime) -> bool:
    """The background worker beats."""
    return beats("worker", now)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


_migrated = False


def _migrations() -> bool:
    """Whether the database has every migration of this version; a yes is remembered by this process."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
