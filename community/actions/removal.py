"""Removing what was written, softly and with a reason, and bringing it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community import signals
from community.actions.acceptance import revoke_locked
from community.actions.adopting import standing_adoption
from community.actions.ground import (
    as_of_now,
    count,
    draw_anew,
    lock_comment,
    lock_post,
    lock_thread,
    path_to,
    restate,
    save_thread,
    settled,
    tell_settled,
)
from community.models import Acceptance, Adoption, Comment, Decision, Flag, NotSolved, Post, Thread, Visibility
from community.permissions import check_may_remove, check_may_remove_comment, check_may_restore
from core.text import check_reason
from events.record import record
from notifications.notify import notify


def remove_post(*, post: Post, by: Viewer, reason: str, now: datetime) -> Post:
    """Hide a post from all but its author and the team. The opening post takes its thread with it.

    By a moderator, who gives a reason that the author is sent, or by its author: an answer that is not
    accepted, a question that nobody answered. An accepted answer loses its acceptance first, with that
    signal; an adopted idea stays adopted, and `idea_adoption_revoked` is sent while it is away. Open reports of it are
    decided with it. Locks the thread, then the post. Sends `post_removed`, and `thread_settled` with an open thread.
    Raises Invalid and Refused.
    """
    with transaction.atomic():
        thread = lock_thread(post.thread_id)
        post = lock_post(post.pk, thread)
        by = as_of_now(by)
        check_may_remove(post, by, now)
        why = _why(reason, own=by.is_member(post.author_id))
        if not by.is_member(post.author_id):
            decide_flags(post, by=by, verdict=Decision.Verdict.REMOVE, reason=why, now=now)
        remove_locked(post, by=by, reason=why, now=now)
        return post


def remove_locked(post: Post, *, by: Viewer, reason: str, now: datetime) -> None:
    """`remove_post` for an action that holds the locks and asked its own right."""
    thread = post.thread
    if thread.solved_at and Acceptance.objects.filter(thread=thread, post=post, revoked_at=None).exists():
        revoke_locked(thread, by=by, now=now, reason=reason)
    was_settled = settled(thread)
    for row in (post, thread) if post.is_opening else (post,):
        row.removed_at, row.removed_by, row.removed_reason = now, by.member, reason
    post.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    _recount(thread, now)
    _count_author(post, -1)
    if post.is_opening:
        draw_anew(Thread.objects.filter(duplicate_of=thread))
    verb = "thread.removed" if post.is_opening else "post.removed"
    record(verb=verb, actor=by.member, obj=post, subject=thread, now=now, reason=reason)
    if not by.is_member(post.author_id):
        tell_author(
            post, verdict=Decision.Verdict.REMOVE, reason=reason, key=f"removed:{post.pk}:{now.timestamp()}", now=now
        )
    if post.is_opening and (adoption := standing_adoption(thread)):
        signals.idea_adoption_revoked.send(Adoption, adoption=adoption, reason=reason, by=by, now=now)
    signals.post_removed.send(Post, post=post, by=by, now=now)
    tell_settled(thread, was_settled=was_settled, by=by, now=now)


def restore_post(*, post: Post, by: Viewer, reason: str, now: datetime) -> Post:
    """Bring a removed post back, and its thread with the opening post. By a moderator.

    An acceptance that was lost stays lost: the asker may accept again. Sends `post_restored`, `idea_adopted` with an
    adopted idea, and `thread_reopened` with an open thread. Raises Invalid and Refused.
    """
    why = check_reason(reason)
    with transaction.atomic():
        thread = lock_thread(post.thread_id)
        post = lock_post(post.pk, thread)
        by = as_of_now(by)
        check_may_restore(post, by, now)
        was_settled = settled(thread)
        for row in (post, thread) if post.is_opening else (post,):
            row.removed_at, row.removed_by, row.removed_reason = None, None, ""
        post.save(update_fields=["removed_at", "removed_by", "removed_reason"])
        _recount(thread, now)
        _count_author(post, 1)
        if post.is_opening:
            draw_anew(Thread.objects.filter(duplicate_of=thread))
        verb = "thread.restored" if post.is_opening else "post.restored"
        record(verb=verb, actor=by.member, obj=post, subject=thread, now=now, reason=why)
        if post.is_opening and (adoption := standing_adoption(thread)):
            signals.idea_adopted.send(Adoption, adoption=adoption, by=by, now=now)
        signals.post_restored.send(Post, post=post, by=by, now=now)
        tell_settled(thread, was_settled=was_settled, by=by, now=now)
        return post


def remove_comment(*, comment: Comment, by: Viewer, reason: str, now: datetime) -> Comment:
    """Hide a comment. By its author, or a moderator with a reason. Raises Invalid and Refused."""
    with transaction.atomic():
        thread = lock_thread(comment.post.thread_id)
        post = lock_post(comment.post_id, thread)
        comment = lock_comment(comment.pk, post)
        by = as_of_now(by)
        check_may_remove_comment(comment, by, now)
        why = _why(reason, own=by.is_member(comment.author_id))
        if not by.is_member(comment.author_id):
            decide_flags(comment, by=by, verdict=Decision.Verdict.REMOVE, reason=why, now=now)
        remove_comment_locked(comment, by=by, reason=why, now=now)
        return comment


def remove_comment_locked(comment: Comment, *, by: Viewer, reason: str, now: datetime) -> None:
    """`remove_comment` for an action that holds the locks and asked its own right."""
    post = comment.post
    comment.removed_at, comment.removed_by, comment.removed_reason = now, by.member, reason
    comment.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    post.comment_count = max(0, post.comment_count - 1)
    post.save(update_fields=["comment_count"])
    save_thread(post.thread)
    record(verb="comment.removed", actor=by.member, obj=comment, subject=post.thread, now=now, reason=reason)
    if not by.is_member(comment.author_id):
        key = f"removed-comment:{comment.pk}"
        tell_author(comment, verdict=Decision.Verdict.REMOVE, reason=reason, key=key, now=now)


def decide_flags(target: Post | Comment, *, by: Viewer, verdict: str, reason: str, now: datetime) -> Decision | None:
    """Close all open reports of a locked post or comment with one decision; None where there are none."""
    on = {"post": target} if isinstance(target, Post) else {"comment": target}
    flags = Flag.objects.filter(decision=None, **on)
    if by.member is None or not flags.exists():
        return None
    decision = Decision.objects.create(verdict=verdict, reason=reason, decided_by=by.member, decided_at=now, **on)
    flags.update(decision=decision)
    return decision


def tell_author(target: Post | Comment, *, verdict: str, reason: str, key: str, now: datetime) -> None:
    """Send the author of a post or comment what was decided, and why. What was kept is not mailed."""
    post = target if isinstance(target, Post) else target.post
    notify(
        members=[target.author_id],
        kind="decision",
        path=path_to(post.thread, f"#{post.anchor}"),
        key=key,
        now=now,
        data={
            "title": post.thread.title,
            "verdict": str(verdict),
            "reason": reason,
            "what": what_is(target),
        },
        mail=verdict == Decision.Verdict.REMOVE,
    )


def what_is(target: Post | Comment) -> str:
    """What somebody wrote: "comment", "answer", "question" or "idea"."""
    if isinstance(target, Comment):
        return "comment"
    if not target.is_opening:
        return "answer"
    return "idea" if target.thread.is_idea else "question"


def _why(reason: str, *, own: bool) -> str:
    """Whoever removes their own words need not say why."""
    return check_reason(reason) if reason.strip() or not own else _("Removed by its author.")


def _recount(thread: Thread, now: datetime) -> None:
    """Count a locked thread's answers anew and save it: one may have gone or come back."""
    shown = Q(removed_at=None, is_opening=False)
    by_others = shown & ~Q(author_id=thread.author_id) & ~Q(visibility=Visibility.STAFF)
    found = thread.posts.aggregate(
        answers=Count("pk", filter=shown & Q(visibility=Visibility.PUBLIC)),
        first=Min("created_at", filter=by_others),
        last=Max("created_at", filter=by_others),
    )
    thread.answer_count = found["answers"]
    thread.first_answer_at, thread.last_answer_at = found["first"], found["last"]
    thread.not_solved_count = (
        NotSolved.objects.filter(thread=thread, created_at__gte=found["last"]).count() if found["last"] else 0
    )
    restate(thread, now)
    save_thread(
        thread, "answer_count", "first_answer_at", "last_answer_at", "not_solved_count",
        "removed_at", "removed_by", "removed_reason",
    )  # fmt: skip


def _count_author(post: Post, step: int) -> None:
    """Take a post out of its author's standing, or put it back."""
    if post.visibility != Visibility.PUBLIC:
        return
    if post.is_opening:
        if post.thread.visibility == Visibility.PUBLIC:
            count(post.author_id, threads=step)
        return
    count(post.author_id, answers=step, helpful=step * post.helpfuls)
