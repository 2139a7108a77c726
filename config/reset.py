"""`make demo-reset`: deletes what the demo holds and loads it anew, dated relative to today.

The database is made again rather than emptied: its ledger and its events refuse to forget, on purpose.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import environ
import psycopg

from config.environment import Environment
from config.run import CannotStart, environment, in_one_line, lock_folder

# What of the data folder goes; the secret key, the logs and the static files stay.
FOLDERS = ("media", "index", "mail")
STAMP = "prepared.json"
# Somebody of the demo's own: where there are people, but not this one, it is no demo.
DEMO_PERSON = "customer@demo.example"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo-reset", description="Make the demo community anew.")
    parser.add_argument("--yes", action="store_true", help='do not ask first: make demo-reset ARGS="--yes"')
    sure = parser.parse_args().yes
    try:
        env = environment()
        if not env.demo:
            raise CannotStart("this is no demo (ENTRAIDE_DEMO=0): nothing was deleted.")
        # Held until this program ends, so that the product does not start in between.
        lock_folder(env.data)
        database = _Database.of(env)
        database.check()
        print(f"The demo in the data folder {env.data} is made anew. Deleted with all that was written in it:")
        print(f"  the database {database}; the pictures, the search index and the mail of that folder.", flush=True)
        if not sure and sys.stdin.isatty() and not _says_yes():
            raise CannotStart("nothing was deleted.")
        # First, so that a start after an interruption prepares everything.
        (env.data / STAMP).unlink(missing_ok=True)
        database.empty()
        for name in FOLDERS:
            shutil.rmtree(env.data / name, ignore_errors=True)
        _make_anew(env)
    except CannotStart as reason:
        sys.exit(f"The demo was not reset: {reason}")
    except KeyboardInterrupt:
        sys.exit("Stopped. Run it again, or `make run`: what is missing is made then.")
    except Exception as error:
        sys.exit(f"The demo was not reset: {in_one_line(error)}")


def _says_yes() -> bool:
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes", "o", "oui")


def _make_anew(env: Environment) -> None:
    # Imported late: it is wanted only now.
    from config.prepare import prepare

    for line in prepare(env):
        print(line, flush=True)
    if env.redis_url:
        # A shared cache outlives the database whose rows it was made from.
        from django.core.cache import cache

        cache.clear()


class _Database(ABC):
    """The database to make anew; each kind knows how."""

    @staticmethod
    def of(env: Environment) -> _Database:
        given = environ.Env.db_url_config(env.database_url)
        kind = str(given["ENGINE"]).rpartition(".")[2]
        if kind == "sqlite3":
            return _File(Path(given["NAME"]))
        if kind == "postgresql":
            return _Server(given)
        raise CannotStart(f"it does not know how to make a database of the kind {kind} anew.")

    @abstractmethod
    def check(self) -> None:
        """Raises CannotStart when it holds something else than a demo, or somebody works in it."""

    @abstractmethod
    def empty(self) -> None:
        """What is in it is gone for good."""


class _File(_Database):
    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def check(self) -> None:
        if not self.path.exists():
            return
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            found = database.execute("SELECT name FROM sqlite_master WHERE name = 'accounts_user'").fetchone()
            if found:
                people = database.execute("SELECT count(*), sum(email = ?) FROM accounts_user", [DEMO_PERSON])
                _check_people(*people.fetchone())
        finally:
            database.close()

    def empty(self) -> None:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)


class _Server(_Database):
    def __init__(self, given: dict[str, object]) -> None:
        self.name = str(given["NAME"])
        self.at = {
            "dbname": given["NAME"], "user": given["USER"], "password": given["PASSWORD"], "host": given["HOST"],
            "port": given["PORT"],
        }  # fmt: skip

    def __str__(self) -> str:
        return f"“{self.name}” on {self.at['host'] or 'this machine'}"

    def check(self) -> None:
        with self._connected() as database:
            others = database.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchone()
            if others and others[0]:
                raise CannotStart(f"others are connected to the database {self}; stop the product first.")
            if database.execute("SELECT to_regclass('public.accounts_user') IS NOT NULL").fetchone() == (True,):
                people = database.execute(
                    "SELECT count(*), count(*) FILTER (WHERE email = %s) FROM accounts_user", [DEMO_PERSON]
                ).fetchone()
                _check_people(*people or (0, 0))

    def empty(self) -> None:
        with self._connected() as database, database.transaction():
            database.execute("DROP SCHEMA public CASCADE")
            database.execute("CREATE SCHEMA public")

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        given = {name: str(value) for name, value in self.at.items() if value}
        return psycopg.connect(**given, autocommit=True)  # type: ignore[arg-type]


def _check_people(people: object, of_demo: object) -> None:
    if people and not of_demo:
        raise CannotStart("its database holds people, but not the demo’s: it is not touched.")


if __name__ == "__main__":
    main()
