"""The product as a browser meets it: started whole, on a data folder of its own, with the demo community."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from config.environment import BASE_DIR
from tests.services import databases, processes, servers

# The demo is told through real actions; on a machine that does much else this takes minutes.
STARTS_WITHIN = 300.0
# What the test run tells its own process, and what would lead the product elsewhere.
NOT_PASSED_ON = (
    "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "TEST_DB", "HOST", "REDIS_URL", "EMAIL_URL", "ENTRAIDE_PART",
    "ENTRAIDE_DEBUG", "MAKEFLAGS", "MAKELEVEL",
)  # fmt: skip


@contextlib.contextmanager
def started(folder: Path, **more: str) -> Iterator[str]:
    """Within it the whole product runs; gives its address. Ends it, and raises AssertionError with its last words.

    `more` is what its environment says beside that. What it prints is kept in `said.txt` of the folder.
    """
    port = servers.free_port()
    address = f"http://localhost:{port}"
    said = folder / "said.txt"
    with _database(folder) as database, said.open("wb") as log:
        environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        environment |= {
            "ENTRAIDE_DATA": str(folder),
            "ENTRAIDE_URL": address,
            "ENTRAIDE_DEMO": "1",
            "PORT": str(port),
            "DATABASE_URL": database,
            **more,
        }
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            processes.until(lambda: supervisor.poll() is not None or _ready(address), STARTS_WITHIN, "it did not start")
            assert supervisor.poll() is None, "it ended"
            yield address
        except AssertionError as error:
            error.add_note(f"The product said: {said.read_text(errors='replace')[-3000:]}")
            raise
        finally:
            supervisor.terminate()
            try:
                supervisor.wait(20)
            finally:
                for pid in processes.of(folder):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, 9)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.HTTPError, OSError):
        return False


@contextlib.contextmanager
def _database(folder: Path) -> Iterator[str]:
    """A database of the product's own, of the kind that the tests run on; migrated where the runner has one so."""
    given = os.environ.get("DATABASE_URL", "")
    template = os.environ.get("TEST_TEMPLATE", "")
    if not given.startswith("postgres"):
        path = str(folder / "entraide.sqlite3")
        if template:
            databases.copy_file(template, path)
        yield f"sqlite:///{path}"
        return
    name = f"entraide_browser_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as server:
        made_from = sql.Identifier(template or "template1")
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), made_from))
    try:
        yield f"{given.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(given, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
