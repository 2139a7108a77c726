"""What the community does in the background. Each may run twice."""

from __future__ import annotations

from django.db import transaction

from community.actions.ground import path_to
from community.models import Follow, Post, Visibility
from core.tasks import enqueue, task
from notifications.notify import notify

FOLLOWERS_AT_ONCE = 500


@task()
def tell_followers(*, post_id: int, after: int = 0) -> None:
    """Tell those who follow a thread of an answer, some hundreds at a time; not its author nor the asker,
    who was told at once. Says nothing when the answer or the thread was removed or hidden meanwhile."""
    post = Post.objects.select_related("thread", "author").filter(pk=post_id).first()
    if post is None or post.removed_at or post.thread.removed_at:
        return
    if post.visibility != Visibility.PUBLIC or post.thread.visibility != Visibility.PUBLIC:
        return
    follows = list(
        Follow.objects.filter(thread_id=post.thread_id, pk__gt=after)
        .exclude(member_id__in=[post.author_id, post.thread.author_id])
        .order_by("pk")
        .values_list("pk", "member_id")[:FOLLOWERS_AT_ONCE]
    )
    with transaction.atomic():
        notify(
            members=[member_id for _pk, member_id in follows],
            kind="answer_posted",
            path=path_to(post.thread, f"#{post.anchor}"),
            key=f"answer:{post.pk}",
            now=post.created_at,
            data={"title": post.thread.title, "author": post.author.shown_name, "to_asker": False},
        )
        if len(follows) == FOLLOWERS_AT_ONCE:
            last = follows[-1][0]
            enqueue(tell_followers, key=f"tell-followers:{post_id}:{last}", post_id=post_id, after=last)
