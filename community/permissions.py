"""What each person may do here, one function a right. Each raises Refused with a reason that can be shown.

Actions ask them under their lock; `may` turns one into a yes or no for pages. None of them costs a
query, except `check_may_remove` of one's own answer in a solved thread when `accepted` is not given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer
from community.models import Comment, Post, State, Thread, Visibility
from core.errors import Refused


def may(check: Callable[..., None], *args: Any) -> bool:
    """Whether `check(*args)` lets it pass."""
    try:
        check(*args)
    except Refused:
        return False
    return True


def check_may_ask(by: Viewer, now: datetime, visibility: str = Visibility.PUBLIC) -> None:
    check_may_take_part(by, now)
    if visibility == Visibility.STAFF and not by.is_team:
        raise Refused(_("Only staff can write notes for staff."), code="staff_only")


def check_may_answer(
    thread: Thread, by: Viewer, now: datetime, as_staff: bool = False, visibility: str = Visibility.PUBLIC
) -> None:
    check_may_take_part(by, now)
    _check_there(thread, by)
    if thread.locked_at and not by.is_team:
        raise Refused(_("This thread is locked: it takes no more answers."), code="locked")
    if thread.state == State.DUPLICATE and not by.is_team:
        raise Refused(_("This was asked before: answer in the first thread."), code="duplicate")
    if as_staff and not by.is_agent:
        raise Refused(_("Only agents answer for the company."), code="staff_only")
    if visibility != Visibility.PUBLIC and not by.is_team:
        raise Refused(_("Only staff can answer in private."), code="staff_only")


def check_may_comment(post: Post, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_post_there(post, by)
    if post.thread.locked_at and not by.is_team:
        raise Refused(_("This thread is locked: it takes no more comments."), code="locked")


def check_may_accept(thread: Thread, post: Post, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_there(thread, by)
    _check_asker_or_moderator(thread, by, _("Only the asker or a moderator can accept an answer."))
    if post.thread_id != thread.pk:
        raise Refused(_("That answer belongs to another thread."), code="elsewhere")
    if post.is_opening:
        raise Refused(_("A question cannot be its own answer."), code="opening")
    if post.removed_at:
        raise Refused(_("This answer was removed."), code="removed")
    if post.visibility != Visibility.PUBLIC:
        raise Refused(_("Only an answer that everybody in the thread can read can be accepted."), code="hidden")
    if thread.state == State.DUPLICATE:
        raise Refused(_("This was asked before: accept an answer in the first thread."), code="duplicate")
    if thread.is_idea:
        raise Refused(_("An idea has no accepted answer: the team adopts it, or not yet."), code="idea")


def check_may_revoke(thread: Thread, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_there(thread, by)
    _check_asker_or_moderator(thread, by, _("Only the asker or a moderator can undo an acceptance."))


def check_may_adopt(thread: Thread, by: Viewer, now: datetime) -> None:
    """Agents and operators: they speak for the company, which is to do what it adopts."""
    _check_adopter(thread, by, now)
    if thread.visibility != Visibility.PUBLIC:
        raise Refused(_("Only an idea that everybody can read can be adopted."), code="hidden")
    if thread.state == State.DUPLICATE:
        raise Refused(_("This was suggested before: adopt the first idea."), code="duplicate")
    if thread.author.erased_at:
        raise Refused(_("Whoever had this idea is no longer here: it cannot be adopted."), code="erased")


def check_may_revoke_adoption(thread: Thread, by: Viewer, now: datetime) -> None:
    _check_adopter(thread, by, now)


def check_may_vote(post: Post, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_post_there(post, by)
    if post.is_opening:
        raise Refused(_("Answers help; for a question, say that you have this problem too."), code="opening")
    if by.is_member(post.author_id):
        raise Refused(_("This is your own answer: others say whether it helped."), code="own")


def check_may_me_too(thread: Thread, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_there(thread, by)
    if by.is_member(thread.author_id):
        raise Refused(_("This is your own idea.") if thread.is_idea else _("This is your own question."), code="own")


def check_may_follow(thread: Thread, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_there(thread, by)


def check_may_say_not_solved(thread: Thread, by: Viewer, now: datetime, me_too: bool = False) -> None:
    """The asker, and those who have the problem too (`me_too`)."""
    check_may_take_part(by, now)
    _check_there(thread, by)
    if thread.is_idea:
        raise Refused(_("An idea is no problem to solve: say what you think of it in a reply."), code="idea")
    if not by.is_member(thread.author_id) and not me_too:
        raise Refused(_("Say first that you have this problem too."), code="me_too_first")
    if thread.state == State.OPEN:
        raise Refused(_("Nobody has answered yet."), code="open")
    if thread.state == State.SOLVED:
        raise Refused(_("An answer is accepted here: undo the acceptance first."), code="solved")
    if thread.state == State.DUPLICATE:
        raise Refused(_("This was asked before: say it in the first thread."), code="duplicate")
    if thread.locked_at:
        raise Refused(_("This thread is locked."), code="locked")


def check_may_edit(post: Post, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_post_there(post, by)
    if by.is_moderator:
        return
    if not by.is_member(post.author_id):
        raise Refused(_("Only its author or a moderator can change this."), code="not_yours")
    if post.thread.locked_at:
        raise Refused(_("This thread is locked: only a moderator can change it."), code="locked")


def check_may_remove(post: Post, by: Viewer, now: datetime, accepted: bool | None = None) -> None:
    """`accepted`: whether it is the accepted answer, where the caller knows."""
    check_may_take_part(by, now)
    _check_post_there(post, by)
    if by.is_moderator:
        return
    if not by.is_member(post.author_id):
        raise Refused(_("Only its author or a moderator can remove this."), code="not_yours")
    if post.thread.locked_at:
        raise Refused(_("This thread is locked: only a moderator can change it."), code="locked")
    if post.is_opening:
        if post.thread.is_adopted:
            raise Refused(_("Your idea is adopted, so it stays: ask a moderator to remove it."), code="adopted")
        if post.thread.answer_count or post.thread.last_answer_at:
            raise Refused(
                _("Somebody has answered, so your question stays: ask a moderator to remove it."), code="answered"
            )
        return
    if accepted is None:
        accepted = post.thread.solved_at is not None and post.acceptances.filter(revoked_at=None).exists()
    if accepted:
        raise Refused(_("This answer is accepted, so it stays: ask a moderator to remove it."), code="accepted")


def check_may_restore(post: Post, by: Viewer, now: datetime) -> None:
    check_may_moderate(by, now)
    if not post.removed_at:
        raise Refused(_("This was not removed."), code="not_removed")


def check_may_remove_comment(comment: Comment, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    _check_comment_there(comment, by)
    if not by.is_moderator and not by.is_member(comment.author_id):
        raise Refused(_("Only its author or a moderator can remove this."), code="not_yours")


def check_may_flag(target: Post | Comment, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    if isinstance(target, Post):
        _check_post_there(target, by)
    else:
        _check_comment_there(target, by)
    if by.is_member(target.author_id):
        raise Refused(_("You wrote this yourself: you can change or remove it."), code="own")


def check_may_moderate(by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    if not by.is_moderator:
        raise Refused(_("Only moderators do this."), code="moderators_only")


def check_needs_person(thread: Thread) -> None:
    """Whether a person can take a thread up at all, whoever asks: an idea is not a person's work."""
    if thread.is_idea:
        raise Refused(_("This is an idea: there is nothing in it for a person to take over."), code="idea")


def check_may_hand_over(by: Viewer, now: datetime) -> None:
    """To hand a thread to a person, or say what a person promises: staff, and the product itself."""
    check_may_take_part(by, now)
    if not by.is_team:
        raise Refused(_("Only staff do this."), code="staff_only")


def check_may_arrange(by: Viewer, now: datetime) -> None:
    """To arrange products and topics: operators, and the product itself."""
    check_may_take_part(by, now)
    if not by.is_operator:
        raise Refused(_("Only operators do this."), code="operators_only")


def _check_asker_or_moderator(thread: Thread, by: Viewer, otherwise: str) -> None:
    if by.is_moderator:
        return
    if not by.is_member(thread.author_id):
        raise Refused(otherwise, code="not_yours")
    if thread.locked_at:
        raise Refused(_("This thread is locked: only a moderator can change it."), code="locked")


def _check_adopter(thread: Thread, by: Viewer, now: datetime) -> None:
    check_may_take_part(by, now)
    if not (by.is_agent or by.is_operator):
        raise Refused(_("Only agents and operators adopt ideas."), code="staff_only")
    _check_there(thread, by)
    if not thread.is_idea:
        raise Refused(_("Only an idea can be adopted."), code="not_idea")


def _check_there(thread: Thread, by: Viewer) -> None:
    """Not removed, and not hidden from this viewer: a hidden thread answers as one that is gone."""
    hidden = thread.visibility == Visibility.STAFF or (
        thread.visibility == Visibility.ASKER and not by.is_member(thread.author_id)
    )
    if thread.removed_at or (hidden and not by.is_team):
        raise Refused(_("This thread was removed."), code="removed")


def _check_post_there(post: Post, by: Viewer) -> None:
    _check_there(post.thread, by)
    own = by.is_member(post.author_id) or by.is_member(post.thread.author_id)
    hidden = post.visibility == Visibility.STAFF or (post.visibility == Visibility.ASKER and not own)
    if post.removed_at or (hidden and not by.is_team):
        raise Refused(_("This was removed."), code="removed")


def _check_comment_there(comment: Comment, by: Viewer) -> None:
    _check_post_there(comment.post, by)
    own = by.is_member(comment.author_id) or by.is_member(comment.post.thread.author_id)
    hidden = comment.visibility == Visibility.STAFF or (comment.visibility == Visibility.ASKER and not own)
    if comment.removed_at or (hidden and not by.is_team):
        raise Refused(_("This was removed."), code="removed")
