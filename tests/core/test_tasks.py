"""Background work is enqueued with its transaction, counted before it runs, retried, and never lost in silence."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from core import tasks
from core.models import Task
from core.reconcile import KEEP_DONE, hand_out_again, reconcile
from core.tasks import backoff, deliver, enqueue, run_waiting
from tests.core import work

pytestmark = pytest.mark.django_db


def only_task() -> Task:
    return Task.objects.get()


def test_a_rollback_takes_the_task_and_its_delivery_back(tmp_path):
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        enqueue(work.leave_mark, path="x")
        assert (Task.objects.count(), OrmQ.objects.count()) == (1, 1)
        raise ValueError("no")
    assert (Task.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_a_task_runs_with_its_arguments_once(tmp_path):
    enqueue(work.leave_mark, path=str(tmp_path / "mark"))
    assert run_waiting(timezone.now()) == 1
    assert run_waiting(timezone.now()) == 0
    assert len((tmp_path / "mark").read_text().split()) == 1
    assert only_task().state == Task.State.DONE
    assert OrmQ.objects.count() == 0


def test_a_message_delivered_twice_runs_the_task_once(tmp_path):
    enqueue(work.leave_mark, path=str(tmp_path / "mark"))
    deliver(only_task().pk)
    deliver(only_task().pk)
    assert len((tmp_path / "mark").read_text().split()) == 1


def test_a_second_task_with_the_key_of_one_that_waits_is_dropped(tmp_path):
    path = str(tmp_path / "mark")
    enqueue(work.leave_mark, key="a", path=path)
    enqueue(work.leave_mark, key="a", path=path)
    enqueue(work.leave_mark, key="b", path=path)
    assert run_waiting(timezone.now()) == 2
    enqueue(work.leave_mark, key="a", path=path)
    assert run_waiting(timezone.now()) == 1


def test_a_delayed_task_waits_for_its_time(tmp_path):
    enqueue(work.leave_mark, delay=timedelta(hours=1), path=str(tmp_path / "mark"))
    assert run_waiting(timezone.now()) == 0
    assert OrmQ.objects.get().lock > timezone.now() + timedelta(minutes=59)
    assert run_waiting(timezone.now() + timedelta(hours=1)) == 1


def test_a_failing_task_waits_longer_each_time_and_is_dead_after_its_attempts():
    enqueue(work.always_fails)
    now, waits = timezone.now(), []
    for attempt in (1, 2):
        assert run_waiting(now, raising=False) == 1
        task = only_task()
        assert (task.state, task.attempts) == (Task.State.WAITING, attempt)
        assert OrmQ.objects.get(pk=task.delivery).lock == task.run_at
        waits.append(task.run_at - now)
        now = task.run_at
    assert waits[1] > waits[0] > timedelta(seconds=5)
    run_waiting(now, raising=False)
    task = only_task()
    assert (task.state, task.attempts) == (Task.State.DEAD, 3)
    assert "ConnectionError" in task.error
    assert run_waiting(now + timedelta(days=1)) == 0


def test_back_off_triples_up_to_an_hour_and_is_spread():
    assert [backoff(n, 0.5).total_seconds() for n in (1, 2, 3, 8, 60)] == [10, 30, 90, 3600, 3600]
    assert backoff(1, 0.0) < backoff(1, 1.0)


def test_the_log_names_the_kind_of_an_error_but_not_its_words(caplog):
    enqueue(work.always_fails)
    run_waiting(timezone.now(), raising=False)
    assert "ConnectionError" in caplog.text
    assert "camille@example.org" not in caplog.text


def test_a_failing_retry_gives_up_its_key_to_one_that_came_later(tmp_path):
    enqueue(work.always_fails, key="a")
    first = only_task()
    tasks._claim(first.pk, timezone.now())
    enqueue(work.leave_mark, key="a", path=str(tmp_path / "mark"))
    with transaction.atomic():
        tasks.give_back(Task.objects.select_for_update().get(pk=first.pk), timezone.now())
    assert Task.objects.filter(state=Task.State.WAITING).count() == 2


def test_a_task_that_this_version_does_not_know_is_kept_and_says_so():
    enqueue(work.leave_mark, path="x")
    Task.objects.update(name="gone.tasks.thing")
    assert run_waiting(timezone.now(), raising=False) == 1
    assert "not a task of this version" in only_task().error
    assert only_task().state == Task.State.WAITING


def test_a_run_whose_worker_is_gone_is_given_back_and_one_alive_is_left():
    for _each in range(2):
        enqueue(work.leave_mark, path="x")
    alive, gone = Task.objects.order_by("pk")
    now = timezone.now()
    tasks._claim(alive.pk, now)
    tasks._claim(gone.pk, now)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = tasks.worker_name().rpartition("/")[0]
    Task.objects.filter(pk=gone.pk).update(worker=f"{host}/{ended.pid}")
    assert reconcile(now).given_back == 1
    alive.refresh_from_db()
    gone.refresh_from_db()
    assert (alive.state, gone.state) == (Task.State.RUNNING, Task.State.WAITING)
    assert gone.attempts == 1
    # A worker on another machine cannot be looked at: its time must be over.
    Task.objects.filter(pk=alive.pk).update(worker="elsewhere/1")
    assert reconcile(now).given_back == 0
    assert reconcile(now + tasks.LEASE).given_back == 1


def test_reconcile_delivers_what_lost_its_message_and_only_that(tmp_path):
    enqueue(work.leave_mark, path=str(tmp_path / "lost"))
    enqueue(work.leave_mark, path=str(tmp_path / "kept"))
    lost = Task.objects.order_by("pk").first()
    OrmQ.objects.filter(pk=lost.delivery).delete()
    assert reconcile(timezone.now()).redelivered == 1
    assert reconcile(timezone.now()).redelivered == 0
    lost.refresh_from_db()
    assert OrmQ.objects.filter(pk=lost.delivery).exists()


def test_reconcile_removes_what_was_done_long_ago_and_keeps_failures(tmp_path):
    enqueue(work.leave_mark, path=str(tmp_path / "mark"))
    enqueue(work.always_fails)
    now = timezone.now()
    for days in range(3):
        run_waiting(now + timedelta(days=days), raising=False)
    assert reconcile(now).pruned == 0
    assert reconcile(now + KEEP_DONE + timedelta(days=3)).pruned == 1
    assert only_task().state == Task.State.DEAD


def test_a_message_that_a_killed_worker_held_is_handed_out_at_once():
    enqueue(work.leave_mark, path="x")
    now = timezone.now()
    OrmQ.objects.update(lock=now + timedelta(seconds=360))
    assert hand_out_again(now) == 1
    assert OrmQ.objects.get().lock == now


def test_an_operator_sees_a_failure_and_runs_it_again(operator, customer, sign_in, client):
    enqueue(work.always_fails)
    now = timezone.now()
    for days in range(3):
        run_waiting(now + timedelta(days=days), raising=False)
    task = only_task()
    assert client.get("/admin/core/task/").status_code == 302

    page = sign_in(operator).get("/admin/core/task/")
    assert "ConnectionError" in page.content.decode()
    client.post("/admin/core/task/", {"action": "run_again", "_selected_action": [task.pk]})
    task.refresh_from_db()
    assert (task.state, task.attempts) == (Task.State.WAITING, 0)

    assert sign_in(customer).get("/admin/core/task/", follow=True).status_code == 403


def test_a_job_without_the_right_does_not_open_the_administration(agent, moderator, sign_in):
    for viewer in (agent, moderator):
        assert sign_in(viewer).get("/admin/", follow=True).status_code == 403


def test_the_process_of_a_claim_is_this_one():
    assert tasks.worker_name().endswith(f"/{os.getpid()}")
