"""Background work across threads and processes, on a database of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.scheduler import scheduler

from config.environment import BASE_DIR
from core import health, periodic
from core.models import Task
from core.tasks import deliver, enqueue, is_lost, run_waiting
from tests.core import work
from tests.services import processes
from tests.services.processes import until


def only_task() -> Task:
    """The one that the test asked for; periodic jobs come when the clock says so."""
    return Task.objects.exclude(key__startswith="periodic:").get()


def marks(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def hurry() -> None:
    """Let what waits for its next attempt be due now."""
    now = timezone.now() - timedelta(seconds=1)
    Task.objects.filter(state=Task.State.WAITING).update(run_at=now)
    OrmQ.objects.filter(lock__gt=now).update(lock=now)


@contextlib.contextmanager
def worker(database: str, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The product's background worker, in a session of its own, on this database."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "core", "worker"],
        cwd=BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": database, "ENTRAIDE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings_test"},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
        until(lambda: not processes.of(data))


def test_the_worker_runs_tasks_says_that_it_lives_and_leaves_no_process(own_database, tmp_path):
    with worker(own_database, tmp_path):
        enqueue(work.leave_mark, path=str(tmp_path / "mark"))
        until(lambda: only_task().state == Task.State.DONE)
        until(lambda: health.beats("worker", timezone.now()))
        assert len(processes.of(tmp_path)) > 1


def test_a_task_whose_worker_is_killed_in_the_middle_runs_again(own_database, tmp_path):
    mark = tmp_path / "mark"
    with worker(own_database, tmp_path):
        enqueue(work.sleeps, path=str(mark))
        until(lambda: marks(mark))
        os.kill(marks(mark)[0], signal.SIGKILL)
        until(lambda: only_task().state == Task.State.WAITING)
        assert only_task().attempts == 1
        hurry()
        until(lambda: only_task().state == Task.State.DONE)
    assert len(marks(mark)) == 2


def test_a_task_that_kills_its_worker_each_time_is_laid_among_the_dead(own_database, tmp_path):
    mark = tmp_path / "mark"
    with worker(own_database, tmp_path):
        enqueue(work.kills_its_worker, path=str(mark))
        for attempt in (1, 2):
            until(lambda count=attempt: only_task().attempts == count and only_task().state == Task.State.WAITING)
            hurry()
        until(lambda: only_task().state == Task.State.DEAD)
        enqueue(work.leave_mark, path=str(tmp_path / "other"))
        until(lambda: marks(tmp_path / "other"))
    assert len(marks(mark)) == 3


def test_a_whole_worker_killed_leaves_no_process_and_its_task_runs_in_the_next(own_database, tmp_path):
    mark = tmp_path / "mark"
    with worker(own_database, tmp_path) as process:
        enqueue(work.sleeps, path=str(mark))
        until(lambda: marks(mark))
        process.kill()
        until(lambda: not processes.of(tmp_path))
    with worker(own_database, tmp_path):
        until(lambda: only_task().state == Task.State.WAITING)
        hurry()
        until(lambda: only_task().state == Task.State.DONE)
    assert len(marks(mark)) == 2


def test_a_task_of_a_process_that_ended_unnoticed_is_lost():
    """Nobody may ask for a killed process: then the system keeps its number."""
    ended = subprocess.Popen(["true"])
    until(lambda: Path(f"/proc/{ended.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    now = timezone.now()
    row = Task(state=Task.State.RUNNING, lease_until=now + timedelta(hours=1))
    for process, lost in ((os.getpid(), False), (ended.pid, True)):
        row.worker = f"{socket.gethostname()}/{process}"
        assert is_lost(row, now) == lost
    ended.wait()


def test_a_job_that_is_due_runs_its_command_as_a_task(own_database):
    periodic.sync(timezone.now() - timedelta(days=40))
    scheduler()
    assert OrmQ.objects.count() == len(periodic.JOBS)
    periodic.start("core reconcile")
    periodic.start("core reconcile")
    assert Task.objects.filter(key="periodic:core reconcile").count() == 1
    run_waiting(timezone.now())
    assert Task.objects.get(key="periodic:core reconcile").state == Task.State.DONE


def test_one_of_two_workers_that_are_handed_the_same_task_runs_it(own_database, tmp_path):
    enqueue(work.leave_mark, path=str(tmp_path / "mark"))
    pk = only_task().pk

    def work_on() -> None:
        deliver(pk)
        connection.close()

    threads = [threading.Thread(target=work_on) for _each in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len((tmp_path / "mark").read_text().split()) == 1


def test_a_task_that_waits_cannot_start_before_a_later_request_for_it_commits(own_database, tmp_path):
    """Else the later request is dropped although the task does not see what it wrote."""
    enqueue(work.leave_mark, key="a", path=str(tmp_path / "mark"))
    pk = only_task().pk
    order: list[str] = []

    def worker() -> None:
        deliver(pk)
        order.append("ran")
        connection.close()

    with transaction.atomic():
        enqueue(work.leave_mark, key="a", path=str(tmp_path / "mark"))
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join(0.5)
        order.append("committed")
    thread.join()
    assert order == ["committed", "ran"]
