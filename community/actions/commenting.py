"""Commenting on a post."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.viewer import Viewer
from community.actions.ground import as_of_now, lock_post, lock_thread, path_to, save_thread, writer
from community.models import Comment, Draft, Post, Visibility
from community.permissions import check_may_comment
from core.errors import Invalid
from core.text import check_comment
from events.record import record
from notifications.notify import notify


def comment(*, post: Post, by: Viewer, text: str, now: datetime, token: str = "") -> Comment:
    """Write a short remark under a post; who may read the post may read it. Plain text.

    Locks the thread, then the post. The same words with the same `token` again give the first comment. The post's
    author is told. Raises Invalid and Refused.
    """
    try:
        checked, invalid = check_comment(text), None
    except Invalid as error:
        checked, invalid = "", error
    with transaction.atomic():
        thread = lock_thread(post.thread_id)
        post = lock_post(post.pk, thread)
        by = as_of_now(by)
        check_may_comment(post, by, now)
        author = writer(by)
        first = Comment.objects.filter(author=author, token=token[:40]).first() if token else None
        if first is not None and (first.post_id, first.text) == (post.pk, checked):
            return first
        if invalid:
            raise invalid
        if first is not None:
            # Somebody went back to the form they had sent and wrote something else in it.
            token = ""
        made = Comment.objects.create(
            post=post, author=author, text=checked, created_at=now, visibility=post.visibility, token=token[:40]
        )
        post.comment_count += 1
        post.save(update_fields=["comment_count"])
        if post.visibility == Visibility.PUBLIC:
            thread.last_activity_at = now
        save_thread(thread)
        Draft.objects.filter(member=author, key=f"comment:{post.pk}").delete()
        record(verb="comment.posted", actor=author, obj=made, subject=thread, now=now, after={"post": post.pk})
        # A note among staff stays there, and nobody is told of their own words.
        if post.author_id != author.pk and post.visibility != Visibility.STAFF:
            notify(
                members=[post.author_id],
                kind="comment_posted",
                path=path_to(thread, f"#{post.anchor}"),
                key=f"comment:{made.pk}",
                now=now,
                data={
                    "title": thread.title,
                    "author": author.shown_name,
                    "on_question": post.is_opening,
                    "idea": thread.is_idea,
                },
            )
        return made
