"""Reporting what should not be here, and deciding on reports."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community.actions.ground import as_of_now, lock_comment, lock_post, lock_thread, writer
from community.actions.removal import decide_flags, remove_comment_locked, remove_locked, tell_author
from community.models import Comment, Decision, Flag, Post, Thread
from community.permissions import check_may_flag, check_may_moderate
from core.errors import Invalid, Refused
from core.text import REASON_MAX, check_reason, clean_block, shows
from events.record import record


def flag(*, target: Post | Comment, by: Viewer, cause: str, text: str, now: datetime) -> Flag:
    """Report a post or a comment to the moderators. Reported again while the first waits, it changes nothing.

    `text` may be empty unless the cause is "other". Raises Invalid and Refused.
    """
    text = clean_block(text)
    errors: dict[str, str | Promise] = {}
    if cause not in Flag.Cause.values:
        errors["cause"] = _("Choose what is wrong.")
    if cause == Flag.Cause.OTHER and not shows(text):
        errors["text"] = _("Say in a few words what is wrong.")
    if len(text) > REASON_MAX:
        errors["text"] = _("This is too long: at most %(most)s characters.") % {"most": REASON_MAX}
    with transaction.atomic():
        thread, target = _lock(target)
        by = as_of_now(by)
        check_may_flag(target, by, now)
        member = writer(by)
        if errors:
            raise Invalid(errors)
        on = {"post": target} if isinstance(target, Post) else {"comment": target}
        waiting = Flag.objects.filter(member=member, decision=None, **on).first()
        if waiting is not None:
            return waiting
        made = Flag.objects.create(member=member, cause=cause, text=text, created_at=now, **on)
        record(
            verb=f"{_word(target)}.flagged", actor=member, obj=target, subject=thread, now=now, after={"cause": cause}
        )
        return made


def decide(*, target: Post | Comment, by: Viewer, verdict: str, reason: str, now: datetime) -> Decision:
    """Keep or remove what was reported: all its open reports at once, with a reason that the author reads.

    By a moderator, and not on their own words. Refused when another moderator was first. Removal goes as
    in `remove_post`. Raises Invalid and Refused.
    """
    why = check_reason(reason)
    if verdict not in Decision.Verdict.values:
        raise Invalid({"verdict": _("Choose whether it stays.")})
    with transaction.atomic():
        thread, target = _lock(target)
        by = as_of_now(by)
        check_may_moderate(by, now)
        writer(by)
        if by.is_member(target.author_id):
            raise Refused(_("You wrote this yourself: another moderator decides."), code="own")
        decision = decide_flags(target, by=by, verdict=verdict, reason=why, now=now)
        if decision is None:
            raise Refused(_("This was decided already."), code="decided")
        record(
            verb=f"{_word(target)}.decided", actor=by.member, obj=target, subject=thread, now=now, reason=why,
            after={"verdict": verdict},
        )  # fmt: skip
        if verdict == Decision.Verdict.KEEP:
            tell_author(target, verdict=verdict, reason=why, key=f"decision:{decision.pk}", now=now)
        elif not target.removed_at:
            if isinstance(target, Post):
                remove_locked(target, by=by, reason=why, now=now)
            else:
                remove_comment_locked(target, by=by, reason=why, now=now)
        return decision


def _lock(target: Post | Comment) -> tuple[Thread, Post | Comment]:
    if isinstance(target, Post):
        thread = lock_thread(target.thread_id)
        return thread, lock_post(target.pk, thread)
    thread = lock_thread(target.post.thread_id)
    return thread, lock_comment(target.pk, lock_post(target.post_id, thread))


def _word(target: Post | Comment) -> str:
    return "post" if isinstance(target, Post) else "comment"
