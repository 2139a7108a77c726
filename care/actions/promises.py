"""The promise that a person takes over: when it starts, stops and moves. Called by what the community tells.

While a thread is with a person, its promise is the case's: see `cases`.
"""

from __future__ import annotations

from datetime import datetime

from care.queries import level_of_path
from community.actions import lifecycle
from community.models import NotSolved, State, Thread, Visibility
from community.states import is_settled


def start(*, thread: Thread, now: datetime) -> None:
    """Promise a person, from `now`. Only questions that still need somebody, asked here, are promised one."""
    if thread.kind != Thread.Kind.QUESTION or thread.source or thread.state == State.WITH_PERSON:
        return
    if is_settled(thread.state, removed=thread.removed_at is not None):
        return
    at = level_of_path(thread.product.path).taken_over_at(now)
    lifecycle.set_promise(thread=thread, starts=now, at=at, now=now)


def stop(*, thread: Thread, now: datetime) -> None:
    """It is needed no more."""
    if thread.promised_at is not None:
        lifecycle.set_promise(thread=thread, starts=None, at=None, now=now)


def wait(*, thread: Thread, now: datetime) -> None:
    """Somebody answered: it waits for the asker's word. What a person promised stays."""
    if thread.state != State.WITH_PERSON:
        stop(thread=thread, now=now)


def resume(*, thread: Thread, now: datetime) -> None:
    """After a thread opens again: promise anew, unless an answer waits for the asker's word."""
    if not has_waiting_answer(thread):
        start(thread=thread, now=now)


def move(*, thread: Thread, now: datetime) -> None:
    """The thread came to another product: the promise that runs is that product's, from when it started."""
    if thread.promise_from is not None and thread.state != State.WITH_PERSON:
        at = level_of_path(thread.product.path).taken_over_at(thread.promise_from)
        lifecycle.set_promise(thread=thread, starts=thread.promise_from, at=at, now=now)


def has_waiting_answer(thread: Thread) -> bool:
    """Whether somebody answered since the asker last said that the answers did not solve it.

    An answer that was accepted and then no longer is has had the asker's word.
    """
    answers = (
        thread.posts.filter(is_opening=False, removed_at=None)
        .exclude(author_id=thread.author_id)
        .exclude(visibility=Visibility.STAFF)
        .exclude(acceptances__revoked_at__isnull=False)
    )
    said = NotSolved.objects.filter(thread=thread, member_id=thread.author_id)
    last = said.values_list("created_at", flat=True).first()
    return (answers.filter(created_at__gt=last) if last else answers).exists()
