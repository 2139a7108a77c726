"""A migrated database for each kind, made once and copied by every test process: migrating takes half a minute."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.environment import BASE_DIR

NAME = "entraide_template"


class Template:
    """The migration runs beside whoever made this until `ready()` is asked for."""

    def __init__(self, url: str, data: str) -> None:
        self.name = url.removeprefix("sqlite:///") if url.startswith("sqlite") else urlsplit(url).path[1:]
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": url, "ENTRAIDE_DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings_test"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> str:
        """Wait for it; its name, or on SQLite its path. Raises RuntimeError with what the migration said."""
        said, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError(f"the database could not be migrated: {said[-3000:]}")
        return self.name


@contextlib.contextmanager
def template(server: str = "") -> Iterator[Template]:
    """A template on the PostgreSQL server of this URL, or without one on SQLite. Ends what still runs of it."""
    with tempfile.TemporaryDirectory(prefix="entraide-template-") as data:
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {NAME}")
            url = urlsplit(server)._replace(path=f"/{NAME}").geturl()
        else:
            url = f"sqlite:///{Path(data) / NAME}.sqlite3"
        made = Template(url, data)
        try:
            yield made
        finally:
            made.process.kill()
            made.process.wait()
