"""`make run` as whoever starts it meets it: real processes, real signals."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.environment import BASE_DIR
from tests.services import databases, processes, servers

pytestmark = pytest.mark.supervisor

# Far more than it takes, for a machine that is busy. `make bench-start` measures how long it does take.
STOPS_WITHIN = 30.0


@pytest.fixture(scope="module")
def data(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A data folder and the address of a migrated database, shared by the starts of this module."""
    folder = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), databases.copied(folder, f"run{os.getpid()}"):
        yield folder, databases.url()


class Product:
    """A started product: its `make`, its address and what it said."""

    def __init__(self, folder: Path, database: str, **more: str) -> None:
        self.folder = folder
        self.port = servers.free_port()
        self.log = folder / "said.txt"
        environment = os.environ | {
            "ENTRAIDE_DATA": str(folder),
            "DATABASE_URL": database,
            "ENTRAIDE_DEMO": "0",
            "PORT": str(self.port),
            **more,
        }
        for name in ("DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "ENTRAIDE_URL", "HOST", "TEST_DB"):
            environment.pop(name, None)
        with self.log.open("wb") as said:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body of a page; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until_ready(self) -> None:
        processes.until(lambda: self.ask("/readyz")[0] == 200 or self.make.poll() is not None, 120, self.said())
        assert self.make.poll() is None, self.said()

    def part(self, name: str) -> int:
        """The main process of a part: the one with the lowest number."""
        return min(pid for pid, line in processes.of(self.folder).items() if line.endswith(f"config.parts {name}"))

    def said(self) -> str:
        return self.log.read_text()


@contextlib.contextmanager
def started(data: tuple[Path, str], **more: str) -> Iterator[Product]:
    product = Product(*data, **more)
    try:
        yield product
    finally:
        for pid in processes.of(product.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        product.make.wait(STOPS_WITHIN)


def test_it_starts_serves_names_its_parts_and_stops_by_sigterm_leaving_nothing(data):
    with started(data) as product:
        product.until_ready()
        assert set(json.loads(product.ask("/readyz")[1])["parts"]) >= {"database", "migrations", "worker"}
        assert f"Entraide: http://127.0.0.1:{product.port}" in product.said()
        assert "/en/account/first-operator/" in product.said()
        assert "root" not in product.said()
        product.make.send_signal(signal.SIGTERM)
        product.make.wait(STOPS_WITHIN)
        processes.until(lambda: not processes.of(product.folder), STOPS_WITHIN)


@pytest.mark.once
def test_ctrl_c_stops_everything(data):
    with started(data) as product:
        product.until_ready()
        os.killpg(product.make.pid, signal.SIGINT)
        product.make.wait(STOPS_WITHIN)
        processes.until(lambda: not processes.of(product.folder), STOPS_WITHIN)


@pytest.mark.once
def test_a_part_that_is_killed_is_started_again(data):
    with started(data) as product:
        product.until_ready()
        for name in ("worker", "web", "indexer"):
            killed = product.part(name)
            before = set(processes.of(product.folder))
            os.kill(killed, signal.SIGKILL)
            processes.until(lambda old=killed: old not in processes.of(product.folder))
            processes.until(
                lambda part=name, old=before: any(
                    pid not in old and line.endswith(f"config.parts {part}")
                    for pid, line in processes.of(product.folder).items()
                )
            )
        product.until_ready()


@pytest.mark.once
def test_a_supervisor_that_is_killed_takes_its_parts_along(data):
    with started(data) as product:
        product.until_ready()
        os.kill(int((product.folder / "supervisor.pid").read_text()), signal.SIGKILL)
        processes.until(lambda: not processes.of(product.folder), STOPS_WITHIN)


@pytest.mark.once
def test_a_part_whose_supervisor_was_killed_before_it_could_look_does_not_start(data):
    ended = subprocess.Popen(["true"])
    ended.wait()
    part = subprocess.run(
        [sys.executable, "-m", "config.parts", "web"],
        cwd=BASE_DIR,
        env=os.environ
        | {"ENTRAIDE_DATA": str(data[0]), "DATABASE_URL": data[1], "ENTRAIDE_SUPERVISOR": str(ended.pid)},
        timeout=60,
        check=False,
    )
    assert part.returncode == -signal.SIGTERM


@pytest.mark.once
def test_a_second_start_on_the_same_data_folder_is_refused_in_one_line(data):
    with started(data) as product:
        product.until_ready()
        other = subprocess.run(
            ["make", "run"],
            cwd=BASE_DIR,
            env=os.environ | {"ENTRAIDE_DATA": str(product.folder), "PORT": str(servers.free_port())},
            capture_output=True,
            text=True,
        )
        assert other.returncode != 0
        assert "runs already on the data folder" in other.stderr


def refusal(**environment: str) -> str:
    """What a start that cannot be says; it must say one line and fail."""
    done = subprocess.run(
        [str(BASE_DIR / ".venv" / "bin" / "python"), "-m", "config.run"],
        cwd=BASE_DIR,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@pytest.mark.once
def test_a_port_in_use_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal(ENTRAIDE_DATA=str(tmp_path), PORT=str(port), HOST="127.0.0.1")
    assert f"127.0.0.1:{port} cannot be used" in said


@pytest.mark.once
def test_a_data_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    said = refusal(ENTRAIDE_DATA=str(tmp_path / "file" / "data"), SECRET_KEY="x" * 60)
    assert "cannot be written" in said


@pytest.mark.once
def test_a_value_that_cannot_be_read_is_said_in_one_line(tmp_path):
    assert "cannot be read" in refusal(ENTRAIDE_DATA=str(tmp_path), PORT="many")


def test_a_database_that_cannot_be_reached_is_said_in_one_line(tmp_path):
    said = refusal(
        ENTRAIDE_DATA=str(tmp_path),
        PORT=str(servers.free_port()),
        DATABASE_URL=f"postgres://nobody@127.0.0.1:{servers.free_port()}/none",
    )
    assert "OperationalError" in said
