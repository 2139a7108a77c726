"""The order in which the demo's story happens, with what the clock brings in between."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from care.actions import sweep as desk
from community.actions import lifecycle
from community.models import State, Thread
from rewards.actions.settling import settle_due

# How far back the clock's jobs run.
JOBS_SINCE = timedelta(days=110)


class Timeline:
    """What happens when; nothing happens after `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        # Told of each moment at which cases may have been opened.
        self.after_sweep: Callable[[datetime], object] = lambda _at: None
        self._queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = count()

    def at(self, when: datetime, act: Callable[[datetime], object]) -> None:
        """Have something happen, unless it lies in the future."""
        if when <= self.now:
            heapq.heappush(self._queue, (when, next(self._order), act))

    def run(self) -> None:
        """Let everything happen in order. A promise becomes a case at the moment at which it runs out.

        The jobs of each night run as they do in life, but as functions: hundreds of commands would take longer than
        the story itself.
        """
        night = self.now - JOBS_SINCE
        while night < self.now:
            self.at(night, _tonight)
            night += timedelta(days=1)
        self.at(self.now, _tonight)
        swept = self.now - JOBS_SINCE
        while self._queue:
            at = self._queue[0][0]
            due = _next_promise(swept, at)
            if due is not None:
                swept = due
                desk.sweep(now=due)
                self.after_sweep(due)
                continue
            _at, _number, act = heapq.heappop(self._queue)
            act(at)


def _next_promise(after: datetime, until: datetime) -> datetime | None:
    """When the next promise runs out, of those between the two times."""
    return (
        Thread.objects.filter(promised_at__gt=after, promised_at__lte=until)
        .exclude(state=State.WITH_PERSON)
        .order_by("promised_at")
        .values_list("promised_at", flat=True)
        .first()
    )


def _tonight(at: datetime) -> None:
    desk.close_silent(now=at)
    lifecycle.close_silent(now=at)
    settle_due(now=at)
