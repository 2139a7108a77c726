"""Tasks that tests enqueue. They leave their mark in a file, since a worker is another process."""

import os
import signal
import time
from pathlib import Path

from core.tasks import task


def mark(path: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{os.getpid()}\n")


@task()
def leave_mark(*, path: str) -> None:
    mark(path)


@task(attempts=3)
def always_fails(*, path: str = "") -> None:
    if path:
        mark(path)
    raise ConnectionError("camille@example.org was refused")


@task()
def sleeps(*, path: str) -> None:
    mark(path)
    if len(Path(path).read_text().split()) == 1:
        time.sleep(60)


@task(attempts=3)
def kills_its_worker(*, path: str) -> None:
    mark(path)
    os.kill(os.getpid(), signal.SIGKILL)
