"""Background work: enqueued in a transaction, run at least once, never lost in silence.

A task is a function of plain keyword arguments, declared with `@task()` in an app's `tasks.py`. `enqueue`
writes its row and the broker's row inside the caller's transaction, so a rollback takes both back and a crash
loses none. django-q2 delivers; this module counts each attempt before it runs, spaces the next ones out, and
lays a task that keeps failing (or keeps killing its worker) in the dead-letter list of the admin.
A task may run twice: each is idempotent.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ
from django_q.tasks import async_task

from core.models import Task

F = TypeVar("F", bound=Callable[..., None])

log = logging.getLogger(__name__)

# A run is believed alive until the cluster's own timeout has surely ended it; django-q2's `retry` exceeds this.
LEASE = timedelta(seconds=int(settings.Q_CLUSTER["timeout"]) + 30)
BACKOFF_FIRST = timedelta(seconds=10)
BACKOFF_MOST = timedelta(hours=1)
ERROR_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Declared:
    run: Callable[..., None]
    attempts: int


TASKS: dict[str, Declared] = {}


def task(*, attempts: int = 8) -> Callable[[F], F]:
    """Declare a task. After `attempts` failed runs it lies in the dead-letter list of the admin."""

    def declare(function: F) -> F:
        TASKS[_name(function)] = Declared(function, attempts)
        return function

    return declare


def enqueue(function: Callable[..., None], *, key: str = "", delay: timedelta = timedelta(), **arguments: Any) -> None:
    """Have `function` run in the background with these JSON arguments, not before `delay`.

    Rolls back with the caller's transaction. While a task with the same `key` waits, a second is dropped; the
    one that waits is locked until the caller commits, so that it cannot start without seeing what was written.
    """
    name = _name(function)
    if name not in TASKS:
        raise LookupError(f"{name} is not declared with @task")
    now = timezone.now()
    row = Task(name=name, arguments=arguments, key=key, created_at=now, run_at=now + delay)
    with transaction.atomic():
        if not key:
            row.save(force_insert=True)
        elif not _inserted_under_key(row):
            return
        deliver_at(row, row.run_at)


def _inserted_under_key(row: Task) -> bool:
    """Insert `row` unless one with its key waits, which is then locked. It may be taken between the two looks."""
    waiting = Task.objects.filter(key=row.key, state=Task.State.WAITING)
    while True:
        if waiting.select_for_update().exists():
            return False
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return True


class _Delivery(ORM):
    """django-q2's broker in the database, for one message that is handed out from a given time on."""

    def __init__(self, due: datetime) -> None:
        super().__init__()
        self.due = due
        self.row: int | None = None

    def enqueue(self, task: str) -> int:
        self.row = OrmQ.objects.create(key=self.list_key, payload=task, lock=self.due).pk
        return self.row


def deliver_at(row: Task, due: datetime) -> None:
    """Give the broker a message that brings `row` to a worker at `due`. In the caller's transaction."""
    broker = _Delivery(due)
    async_task("core.tasks.deliver", row.pk, broker=broker, save=False, task_name=f"task-{row.pk}")
    row.delivery = broker.row
    Task.objects.filter(pk=row.pk).update(delivery=broker.row)


def deliver(pk: int) -> None:
    """What a worker is handed: run the task with this key, if it is due and nobody else runs it."""
    run(pk, timezone.now())


def run(pk: int, now: datetime) -> Exception | None:
    """Run one task as of `now`; its error, if it failed. The attempt is counted and committed before it starts."""
    row = _claim(pk, now)
    if row is None:
        return None
    try:
        _declared(row.name).run(**row.arguments)
    except TimeoutException as error:
        _failed(row, error, now)
        raise  # the worker is replaced: what a run that was cut off left behind in it is unknown
    except Exception as error:
        _failed(row, error, now)
        return error
    Task.objects.filter(pk=pk, state=Task.State.RUNNING, attempts=row.attempts).update(
        state=Task.State.DONE, finished_at=max(now, timezone.now()), error="", worker="", lease_until=None
    )
    return None


def run_waiting(now: datetime, *, raising: bool = True) -> int:
    """Run what is due at `now`, and what those runs enqueue, here; for tests and commands. Returns how many ran.

    `now` may lie in the future, to run what is delayed or retried; what waits for no delay always runs.
    The first error is raised unless `raising` is False.
    """
    ran, now = 0, max(now, timezone.now())
    while row := Task.objects.due(max(now, timezone.now())).first():
        error = run(row.pk, max(now, timezone.now()))
        OrmQ.objects.filter(pk=row.delivery).delete()
        if error is not None and raising:
            raise error
        ran += 1
    return ran


def backoff(attempt: int, chance: float) -> timedelta:
    """How long to wait after failed run number `attempt`: three times as long each time, up to an hour.

    `chance` (0 to 1) spreads them by a quarter up and down, so that what failed together does not return together.
    """
    plain = min(BACKOFF_FIRST * 3 ** min(attempt - 1, 20), BACKOFF_MOST)
    return plain * (0.75 + chance / 2)


def rerun(row: Task, now: datetime) -> bool:
    """Give a dead task all its attempts again, from `now`. False when it is not dead (any more)."""
    with transaction.atomic():
        row = Task.objects.select_for_update().get(pk=row.pk)
        if row.state != Task.State.DEAD:
            return False
        row.attempts = 0
        _wait(row, now)
    return True


def worker_name() -> str:
    """This process, as claims name it."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_lost(row: Task, now: datetime) -> bool:
    """Whether a task that is said to run has no worker any more: time is up, or its process here is gone."""
    if row.state != Task.State.RUNNING:
        return False
    if row.lease_until is None or row.lease_until <= now:
        return True
    host, _slash, process = row.worker.rpartition("/")
    return host == socket.gethostname() and not _is_alive(int(process))


def give_back(row: Task, now: datetime) -> None:
    """A lost run: let it wait for its next attempt, or lie dead after the last. `row` is locked by the caller."""
    _next_attempt(row, "Its worker died or was killed while this task ran.", now)


def _claim(pk: int, now: datetime) -> Task | None:
    """Take a due task for this process and count the attempt; None when it is not to be run (now)."""
    with transaction.atomic():
        row = Task.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return None
        if is_lost(row, now):
            give_back(row, now)
            return None
        if row.state != Task.State.WAITING or row.run_at > now:
            return None
        row.state, row.attempts, row.started_at = Task.State.RUNNING, row.attempts + 1, now
        row.worker, row.lease_until = worker_name(), now + LEASE
        row.save(update_fields=["state", "attempts", "started_at", "worker", "lease_until"])
    return row


def _failed(row: Task, error: BaseException, now: datetime) -> None:
    """Keep the error with the row; only its kind goes to the log, since words may name people."""
    log.warning("%s %s failed, attempt %s: %s", row.name, row.pk, row.attempts, type(error).__name__)
    words = "".join(traceback.format_exception(error))[-ERROR_MAX:]
    attempt = row.attempts
    with transaction.atomic():
        fresh = Task.objects.select_for_update().filter(pk=row.pk).first()
        if fresh is not None and fresh.state == Task.State.RUNNING and fresh.attempts == attempt:
            _next_attempt(fresh, words, max(now, timezone.now()))


def _next_attempt(row: Task, error: str, now: datetime) -> None:
    row.error = error
    if row.attempts >= _attempts(row.name):
        row.state, row.finished_at, row.worker, row.lease_until = Task.State.DEAD, now, "", None
        row.save()
        log.error("%s %s failed for good after %s attempts", row.name, row.pk, row.attempts)
        return
    _wait(row, now + backoff(row.attempts, random.random()))  # noqa: S311 - spreads load, keeps no secret


def _wait(row: Task, due: datetime) -> None:
    """Put a locked row back into the queue. Another with its key may wait by now: then this one gives up the key."""
    row.state, row.run_at, row.worker = Task.State.WAITING, due, ""
    row.lease_until = row.finished_at = None
    if row.key and Task.objects.filter(key=row.key, state=Task.State.WAITING).exclude(pk=row.pk).exists():
        row.key = ""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.key = ""
        row.save()
    deliver_at(row, due)


def _declared(name: str) -> Declared:
    """The declared task. Raises LookupError for one that this version of the product does not know."""
    if name not in TASKS:
        try:
            import_module(name.rpartition(".")[0])
        except ImportError as error:
            raise LookupError(f"{name} is not a task of this version") from error
    if name not in TASKS:
        raise LookupError(f"{name} is not a task of this version")
    return TASKS[name]


def _attempts(name: str) -> int:
    try:
        return _declared(name).attempts
    except LookupError:
        return 8


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # One that ended but that nobody has asked for yet, as under a container's first process, still has a number.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return sys.platform != "linux"


def _name(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
