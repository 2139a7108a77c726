"""Mending what a lost delivery, a killed worker or an old row left behind in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django_q.models import OrmQ

from core.models import Task
from core.tasks import deliver_at, give_back, is_lost

KEEP_DONE = timedelta(days=7)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Mended:
    """How many tasks were given back by a dead worker, delivered again, and removed as old."""

    given_back: int
    redelivered: int
    pruned: int


def reconcile(now: datetime) -> Mended:
    """Give back lost runs, deliver again what has no message any more, and remove tasks done a week ago.

    Safe at any time and as often as wanted. Each batch is a transaction of its own.
    """
    return Mended(give_back_lost(now), _redeliver(now), _prune(now))


def give_back_lost(now: datetime) -> int:
    """Let tasks whose worker died wait for their next attempt, or lie dead after the last."""
    given = 0
    for pk in list(Task.objects.filter(state=Task.State.RUNNING).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = Task.objects.select_for_update().filter(pk=pk).first()
            if row is not None and is_lost(row, now):
                give_back(row, now)
                given += 1
    return given


def hand_out_again(now: datetime) -> int:
    """Let messages that a dead worker had taken but not started be handed out at once, not after `retry`.

    For the start of a worker. A message handed out twice is harmless: a task is claimed once.
    """
    held = Task.objects.due(now).values("delivery")
    return OrmQ.objects.filter(pk__in=held, lock__gt=now).update(lock=now)


def _redeliver(now: datetime) -> int:
    sent, last = 0, 0
    while True:
        waiting = Task.objects.filter(state=Task.State.WAITING, pk__gt=last).order_by("pk")
        rows = list(waiting.values_list("pk", "delivery")[:BATCH])
        if not rows:
            return sent
        last = rows[-1][0]
        known = set(OrmQ.objects.filter(pk__in=[d for _pk, d in rows if d]).values_list("pk", flat=True))
        missing = [pk for pk, delivery in rows if delivery not in known]
        if not missing:
            continue
        with transaction.atomic():
            for row in (
                waiting.model.objects.select_for_update()
                .filter(pk__in=missing, state=Task.State.WAITING)
                .order_by("pk")
            ):
                if not OrmQ.objects.filter(pk=row.delivery).exists():
                    deliver_at(row, max(row.run_at, now))
                    sent += 1


def _prune(now: datetime) -> int:
    old = Task.objects.filter(state=Task.State.DONE, finished_at__lt=now - KEEP_DONE)
    gone = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        gone += Task.objects.filter(pk__in=keys).delete()[0]
    return gone
