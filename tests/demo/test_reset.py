"""`make demo-reset`: the demo made anew, and nothing else ever."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from accounts.actions.demo import make_demo_people
from accounts.models import User
from accounts.viewer import Viewer
from community.actions.asking import ask
from community.models import Product, Thread
from config.environment import BASE_DIR
from demo import script

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
LEFT_OUT = ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "TEST_DB", "HOST", "REDIS_URL", "EMAIL_URL", "ENTRAIDE_PART")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder as a demo leaves it, but for the database."""
    for name in ("media/posts/old.webp", "index/v1-old/meta.json", "mail/old.log", "log/supervisor.log"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("old")
    (tmp_path / "secret-key").write_text("kept")
    return tmp_path


@pytest.fixture
def demo(own_database: str, django_db_blocker) -> str:
    """A database with the demo's people and a question of theirs; events remember it, and refuse to forget."""
    with django_db_blocker.unblock():
        people = make_demo_people(now=NOW)
        product = Product.objects.create(slug="old", names={"en": "Old"}, path="/1/")
        by = Viewer.of_member(people["customer"])
        ask(by=by, title="Asked before", details="Old.", product=product, topic=None, lang="en", now=NOW)
        connection.close()
    return own_database


def reset(folder: Path, database: str, *words: str, stdin: int = subprocess.DEVNULL, **more: str):
    environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    environment |= {"ENTRAIDE_DATA": str(folder), "ENTRAIDE_DEMO": "1", "DATABASE_URL": database, **more}
    command = [sys.executable, "-m", "config.reset", *words]
    return subprocess.run(command, cwd=BASE_DIR, env=environment, stdin=stdin, capture_output=True, text=True)


def is_untouched(folder: Path, django_db_blocker) -> bool:
    with django_db_blocker.unblock():
        there = Thread.objects.filter(title="Asked before").exists() if Thread.objects.exists() else True
        connection.close()
    return there and (folder / "media/posts/old.webp").exists() and (folder / "mail/old.log").exists()


def test_everything_is_made_anew_but_the_secret_key(folder, demo, django_db_blocker):
    done = reset(folder, demo, "--yes")

    assert done.returncode == 0, done.stdout + done.stderr
    assert str(folder) in done.stdout and "Demo sign-ins" in done.stdout
    with django_db_blocker.unblock():
        assert Thread.objects.count() == len(script.threads())
        assert not Thread.objects.filter(title="Asked before").exists()
        connection.close()
    assert (folder / "secret-key").read_text() == "kept"
    assert (folder / "log/supervisor.log").exists()
    assert not (folder / "mail/old.log").exists() and not (folder / "media/posts/old.webp").exists()
    assert not (folder / "index/v1-old").exists()
    assert (folder / "prepared.json").exists(), "the next start has nothing to prepare"
    search = [sys.executable, "manage.py", "search", "check"]
    environment = os.environ | {"ENTRAIDE_DATA": str(folder), "DATABASE_URL": demo}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    found = subprocess.run(search, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.once
def test_outside_the_demo_it_is_refused(folder, demo, django_db_blocker):
    done = reset(folder, demo, "--yes", ENTRAIDE_DEMO="0")
    assert done.returncode and "no demo" in done.stderr
    assert is_untouched(folder, django_db_blocker)


@pytest.mark.once
def test_while_the_product_runs_it_is_refused(folder, demo, django_db_blocker):
    with (folder / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = reset(folder, demo, "--yes")
    assert done.returncode and "it runs already" in done.stderr
    assert is_untouched(folder, django_db_blocker)


def test_a_database_of_other_people_is_not_touched(folder, own_database, django_db_blocker):
    with django_db_blocker.unblock():
        User.objects.create_user("somebody@example.org")
        connection.close()
    done = reset(folder, own_database, "--yes")
    assert done.returncode and "not the demo’s" in done.stderr
    with django_db_blocker.unblock():
        assert User.objects.filter(email="somebody@example.org").exists()
        connection.close()
    assert is_untouched(folder, django_db_blocker)


@pytest.mark.once
def test_on_a_terminal_it_asks_first_and_takes_no_for_an_answer(folder, demo, django_db_blocker):
    ours, theirs = pty.openpty()
    os.write(ours, b"no\n")
    done = reset(folder, demo, stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert done.returncode and "nothing was deleted" in done.stderr
    assert str(folder) in done.stdout and "Go on?" in done.stdout
    assert is_untouched(folder, django_db_blocker)


def test_while_others_are_connected_to_the_database_it_is_refused(folder, demo, django_db_blocker):
    if connection.vendor == "sqlite":
        return  # a file has no list of who has it open
    with django_db_blocker.unblock():
        connection.ensure_connection()
        done = reset(folder, demo, "--yes")
        connection.close()
    assert done.returncode and "others are connected" in done.stderr
    assert is_untouched(folder, django_db_blocker)
