"""What every action stands on: locks, who asks as the database has them now, and the one way to save a thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Member, User
from accounts.viewer import Viewer
from community import signals
from community.models import Comment, Post, Standing, Thread
from community.states import facts_of, is_settled, state_of
from core.errors import Refused
from search.outbox import changed

# What a save after a change of state writes.
STATE_FIELDS = ("state", "closed_at", "version", "last_activity_at")


def lock_thread(pk: int) -> Thread:
    """The thread as it is now, locked until the transaction ends. Raises Refused when there is none."""
    thread = Thread.objects.select_for_update(of=("self",)).select_related("author", "product").filter(pk=pk).first()
    if thread is None:
        raise Refused(_("This thread was removed."), code="removed")
    return thread


def lock_threads(pks: Iterable[int]) -> dict[int, Thread]:
    """Several, locked in key order, by key."""
    rows = Thread.objects.select_for_update(of=("self",)).filter(pk__in=set(pks)).order_by("pk")
    return {thread.pk: thread for thread in rows}


def lock_post(pk: int, thread: Thread) -> Post:
    """The post of a locked thread, locked, with that very thread on it. Raises Refused when it is not there."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").filter(pk=pk, thread=thread).first()
    if post is None:
        raise Refused(_("This was removed."), code="removed")
    post.thread = thread
    return post


def lock_comment(pk: int, post: Post) -> Comment:
    """The comment of a locked post, locked. Raises Refused when it is not there."""
    comment = Comment.objects.select_for_update(of=("self",)).filter(pk=pk, post=post).first()
    if comment is None:
        raise Refused(_("This was removed."), code="removed")
    comment.post = post
    return comment


def as_of_now(by: Viewer) -> Viewer:
    """Who asks, with what may have come since their page was made: a suspension, a closure, a job that was lost."""
    if by.member is None:
        return by
    user = User.objects.get_queryset().with_viewer().filter(member=by.member.pk).first()
    if user is not None:
        return Viewer.of(user)
    # Nobody signs in for an imported member, nor for one who was erased.
    member = Member.objects.get(pk=by.member.pk)
    # Built anew rather than replaced: a request's viewer is a lazy stand-in for a Viewer.
    return Viewer(
        member=member,
        jobs=by.jobs,
        verified=by.verified,
        suspended_until=member.suspended_until,
        is_system=by.is_system,
    )


def writer(by: Viewer) -> Member:
    """The member who writes. Raises Refused for somebody not signed in and for the product itself."""
    if by.member is None:
        raise Refused(_("Sign in first."), code="signed_out")
    return by.member


def restate(thread: Thread, now: datetime) -> None:
    """Give the thread the state that its columns mean, and the time since when it needs nobody."""
    thread.state = state_of(facts_of(thread))
    if not is_settled(thread.state, removed=False):
        thread.closed_at = None
    elif thread.closed_at is None:
        thread.closed_at = now


def save_thread(thread: Thread, *fields: str) -> None:
    """Save a locked thread that changed: its pages' version goes up and the index hears of it."""
    thread.version += 1
    thread.save(update_fields={*STATE_FIELDS, *fields})
    changed("thread", [thread.pk])


def draw_anew(threads: QuerySet[Thread]) -> None:
    """Have the pages of these drawn anew, since what they show of something else changed; another app may call it.

    No lock, and nothing is recorded.
    """
    threads.update(version=F("version") + 1)


def tell_settled(thread: Thread, *, was_settled: bool, by: Viewer, now: datetime) -> None:
    """Send `thread_settled` or `thread_reopened` where the thread crossed that line. Call it last."""
    settled = is_settled(thread.state, removed=thread.removed_at is not None)
    if settled and not was_settled:
        signals.thread_settled.send(Thread, thread=thread, by=by, now=now)
    elif was_settled and not settled:
        signals.thread_reopened.send(Thread, thread=thread, by=by, now=now)


def settled(thread: Thread) -> bool:
    """Whether it needs nobody, as it stands."""
    return is_settled(thread.state, removed=thread.removed_at is not None)


def count(member_id: int, **steps: int) -> None:
    """Add to a member's standing: `count(7, answers=1)`. Makes the row; safe when two do so at once."""
    steps = {name: step for name, step in steps.items() if step}
    if not steps:
        return
    values = {name: Greatest(F(name) + step, Value(0)) for name, step in steps.items()}
    if not Standing.objects.filter(pk=member_id).update(**values):
        Standing.objects.bulk_create([Standing(member_id=member_id)], ignore_conflicts=True)
        Standing.objects.filter(pk=member_id).update(**values)


def path_to(thread: Thread, anchor: str = "") -> str:
    """Where a notification leads, without the language prefix."""
    slug = thread.slug
    return f"community/t/{thread.pk}-{slug}/{anchor}" if slug else f"community/t/{thread.pk}/{anchor}"
