"""What the clock brings: promises that have run out become cases."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.viewer import Viewer
from care.actions import cases
from care.actions.cases import open_case
from care.actions.promises import stop
from care.models import Case
from community.models import State, Thread
from community.states import is_settled
from core.errors import Refused

log = logging.getLogger(__name__)

# Threads in one transaction: short enough that nobody who writes in one of them waits to be noticed.
BATCH = 50


def sweep(*, now: datetime) -> int:
    """Open a case for each thread whose promise ran out by `now`; how many were opened.

    Safe to run twice, and by two at once: each batch locks its threads in key order and looks again.
    """
    opened = 0
    after: tuple[datetime, int] | None = None
    while True:
        batch = list(_due(now, after).values_list("promised_at", "pk")[:BATCH])
        if not batch:
            return opened
        opened += _hand_over([pk for _at, pk in batch], now)
        # What could not be handed over is passed by: the next sweep tries it again.
        at, pk = batch[-1]
        after = (at or now, pk)  # what is due has a time


def close_silent(*, now: datetime) -> int:
    """Close answered cases whose asker stayed silent for SILENT_DAYS days; how many. Safe to run twice."""
    since = now - timedelta(days=settings.ENTRAIDE["SILENT_DAYS"])
    silent = Case.objects.current().filter(answered_at__lte=since).order_by("thread_id")
    return sum(cases.close_silent(case=case, now=now) for case in silent.iterator(chunk_size=500))


def _due(now: datetime, after: tuple[datetime, int] | None) -> QuerySet[Thread]:
    due = Thread.objects.filter(promised_at__lte=now).exclude(state=State.WITH_PERSON).order_by("promised_at", "pk")
    if after is not None:
        at, pk = after
        due = due.filter(promised_at__gte=at).filter(Q(promised_at__gt=at) | Q(pk__gt=pk))
    return due


def _hand_over(pks: list[int], now: datetime) -> int:
    opened = 0
    system = Viewer.system()
    with transaction.atomic():
        threads = Thread.objects.select_for_update(of=("self",)).select_related("author", "product")
        still_due = threads.filter(pk__in=pks, promised_at__lte=now).exclude(state=State.WITH_PERSON)
        for thread in still_due.order_by("pk"):
            try:
                with transaction.atomic():
                    opened += _hand_one(thread, system, now)
            except Refused as refused:
                log.warning("thread %s could not be handed over: %s", thread.pk, refused.code)
    return opened


def _hand_one(thread: Thread, system: Viewer, now: datetime) -> int:
    if is_settled(thread.state, removed=thread.removed_at is not None):
        stop(thread=thread, now=now)
        return 0
    reason = Case.Reason.UNSOLVED if thread.last_answer_at else Case.Reason.UNANSWERED
    open_case(thread=thread, reason=reason, by=system, now=now)
    return 1
