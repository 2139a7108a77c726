"""What has to be there before the parts start: catalogues, tables, demo, index, static files.

Each step is skipped while what it is made from has not changed; a start with nothing to do does not even load
Django.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib

from config.environment import BASE_DIR, Environment


def prepare(env: Environment) -> Iterator[str]:
    """Do what is needed, and give the lines to show: what is done, then the address and how to sign in."""
    compile_catalogues()
    stamp = env.data / "prepared.json"
    inputs = _inputs(env)
    known = _read(stamp)
    changed = known.get("inputs") != inputs or not _still_there(env, known)
    if changed or known.get("needs_operator"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        # Imported late: it loads Django.
        from config import steps

        if changed:
            yield from steps.run()
        known = {
            "inputs": inputs,
            "migrations": steps.migrations_applied(),
            "needs_operator": steps.needs_operator(),
            "people": steps.sign_ins(),
        }
        # The link that makes the first operator is a secret, and each start makes a new one.
        stamp.write_text(json.dumps(known | ({"people": []} if known["needs_operator"] else {})))
    yield f"Entraide: {env.url}"
    yield from known["people"]


def compile_catalogues() -> None:
    """Compile the message catalogues that changed; without gettext's tools."""
    for source in BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(made))


def _inputs(env: Environment) -> str:
    """A fingerprint of all that preparing depends on."""
    files = [BASE_DIR / "requirements.txt", *BASE_DIR.glob("*/migrations/*.py"), *BASE_DIR.glob("config/*.py")]
    files += [path for path in (BASE_DIR / "static").rglob("*") if path.is_file()]
    files += BASE_DIR.glob("*/management/commands/demo.py")
    seen = [f"{path.relative_to(BASE_DIR)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sorted(files)]
    told = [env.database_url, env.url, str(env.demo), str(env.debug), env.search_encoder]
    return hashlib.sha256("\n".join(seen + told).encode()).hexdigest()


def _still_there(env: Environment, known: dict[str, Any]) -> bool:
    """Whether what was made is still there: the tables, the index and the static files."""
    made = [env.data / "static" / "staticfiles.json", env.data / "index"]
    count = _count_migrations(env)
    return all(path.exists() for path in made) and count is not None and count == known.get("migrations")


def _count_migrations(env: Environment) -> int | None:
    """How many migrations the database has, asked without Django; None when it cannot be asked this way."""
    scheme, _colon, rest = env.database_url.partition("://")
    if scheme != "sqlite":
        return None
    path = Path("/" + rest.lstrip("/"))
    if not path.exists():
        return None
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        try:
            return int(database.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
        except sqlite3.Error:
            return None


def _read(stamp: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(stamp.read_text()))
    except (OSError, ValueError):
        return {}
