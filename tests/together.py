"""Several people at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connections


def at_once(*calls: Callable[[], object]) -> list[BaseException]:
    """Run these in a thread each, started together, and wait; what was raised. Use with `own_database`."""
    barrier = Barrier(len(calls))
    raised: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            call()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised
