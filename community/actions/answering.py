"""Answering a thread."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from community import signals, tasks
from community.actions.ground import (
    as_of_now,
    count,
    lock_thread,
    path_to,
    restate,
    save_thread,
    settled,
    tell_settled,
    writer,
)
from community.models import Draft, Post, State, Thread, Visibility
from community.permissions import check_may_answer
from core.errors import Invalid
from core.tasks import enqueue
from core.text import check_body, render_markdown
from events.record import record
from notifications.notify import notify


def answer(
    *,
    thread: Thread,
    by: Viewer,
    body: str,
    now: datetime,
    as_staff: bool = False,
    visibility: str = Visibility.PUBLIC,
    token: str = "",
) -> Post:
    """Answer; as staff and in private only where the answerer's job allows it.

    Locks the thread. The same words with the same `token` again give the first post. An answer by somebody
    other than the asker, where the asker can read it, makes the thread wait for the asker's word: the asker is told and
    asked, and `answer_posted` is sent. It solves nothing by itself, and a thread with a person stays there.
    Raises Invalid and Refused.
    """
    try:
        text, invalid = check_body(body, field="body"), None
    except Invalid as error:
        text, invalid = "", error
    if visibility not in Visibility.values:
        invalid = Invalid({"visibility": _("Choose who may read it.")})
    html = render_markdown(text)
    with transaction.atomic():
        thread = lock_thread(thread.pk)
        by = as_of_now(by)
        check_may_answer(thread, by, now, as_staff, visibility)
        author = writer(by)
        first = Post.objects.filter(author=author, token=token[:40]).first() if token else None
        if first is not None and (first.thread_id, first.body) == (thread.pk, text):
            return first
        if invalid:
            raise invalid
        if first is not None:
            # Somebody went back to the form they had sent and wrote something else in it.
            token = ""
        was_settled = settled(thread)
        post = Post.objects.create(
            thread=thread, author=author, created_at=now, body=text, html=html, as_staff=as_staff,
            visibility=visibility, token=token[:40],
        )  # fmt: skip
        counts = author.pk != thread.author_id and visibility != Visibility.STAFF
        if visibility == Visibility.PUBLIC:
            thread.answer_count += 1
            thread.last_activity_at = now
            count(author.pk, answers=1)
        if counts:
            thread.first_answer_at = thread.first_answer_at or now
            thread.last_answer_at = now
            thread.not_solved_count = 0
            if thread.state == State.UNCONFIRMED:
                thread.state = State.OPEN
        restate(thread, now)
        save_thread(thread, "answer_count", "first_answer_at", "last_answer_at", "not_solved_count")
        Draft.objects.filter(member=author, key=f"answer:{thread.pk}").delete()
        record(
            verb="thread.answered", actor=author, obj=post, subject=thread, now=now,
            after={"state": thread.state, "as_staff": as_staff, "visibility": visibility},
        )  # fmt: skip
        if counts:
            _tell(thread, post, now)
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        if counts:
            signals.answer_posted.send(Thread, thread=thread, post=post, by=by, now=now)
        return post


def _tell(thread: Thread, post: Post, now: datetime) -> None:
    """The asker now, who is asked for a word; the others who follow by a task, since they may be many."""
    notify(
        members=[thread.author_id],
        kind="answer_posted",
        path=path_to(thread, f"#{post.anchor}"),
        key=f"answer:{post.pk}",
        now=now,
        data={
            "title": thread.title,
            "author": post.author.shown_name,
            "to_asker": True,
            "idea": thread.is_idea,
            "answers": thread.answer_count,
        },
    )
    if post.visibility == Visibility.PUBLIC and thread.visibility == Visibility.PUBLIC:
        enqueue(tasks.tell_followers, key=f"tell-followers:{post.pk}", post_id=post.pk)
