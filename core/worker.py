"""The background worker: django-q2's cluster, which leaves nothing running behind it and picks up what was left."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.db import DatabaseError, connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.signals import post_spawn

from core import health, periodic, processes
from core.reconcile import give_back_lost, hand_out_again

STOP_WITHIN = 1.2


def work() -> None:
    """Run the cluster until this process is told to stop (SIGTERM or SIGINT).

    It is gone within `STOP_WITHIN` then: a task that is not finished runs again at the next start.
    """
    processes.die_with_parent(children_too=True)
    now = timezone.now()
    periodic.sync(now)
    give_back_lost(now)
    hand_out_again(now)
    post_spawn.connect(_on_spawn, dispatch_uid="core.worker")
    connections.close_all()  # what is open now must not be shared with the processes that start next
    cluster = Cluster()
    cluster.start()
    told = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_signal: told.set())
    beaten = 0.0
    while cluster.sentinel.is_alive() and not told.is_set():
        if time.monotonic() - beaten >= health.BEAT_EVERY.total_seconds():
            beaten = time.monotonic()
            _beat()
        cluster.sentinel.join(0.25)
    cluster.stop_event.set()
    cluster.sentinel.join(STOP_WITHIN)
    if cluster.sentinel.is_alive():
        cluster.sentinel.kill()  # its children end with it
        cluster.sentinel.join()


def _beat() -> None:
    try:
        health.beat("worker", timezone.now())
    except DatabaseError:
        connections.close_all()  # a database that is away comes back; the silence shows on /readyz meanwhile


def _on_spawn(**_signal: Any) -> None:
    """A new worker process: the one before it may have been killed in mid-task."""
    give_back_lost(timezone.now())
    hand_out_again(timezone.now())
