"""Changing what was written, with its history."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from community.actions.ground import as_of_now, lock_post, lock_thread, save_thread
from community.models import Draft, Post, Revision
from community.permissions import check_may_edit, check_may_moderate
from core.errors import Invalid
from core.text import check_body, check_reason, check_title, render_markdown
from events.record import record


def edit(
    *,
    post: Post,
    by: Viewer,
    body: str,
    now: datetime,
    title: str | None = None,
    reason: str = "",
    version: int | None = None,
    withhold: bool = False,
) -> Post:
    """Change a post; the opening post's `title` too. By its author, or a moderator who says why.

    A moderator may `withhold` every earlier wording: then only the author and the team can read them.
    The wording before stays readable as a Revision: number 1 is what was first written. `version` is the one
    that the editor started from (the given post's own where it is left out): when the post changed since,
    Invalid says so and nothing is written. The same text again changes nothing. Raises Invalid and Refused.
    """
    started_from = post.version if version is None else version
    errors: dict[str, str | Promise] = {}
    text, heading, why = "", None, ""
    try:
        text = check_body(body, field="body")
    except Invalid as invalid:
        errors |= invalid.errors
    if title is not None and post.is_opening:
        try:
            heading = check_title(title)
        except Invalid as invalid:
            errors |= invalid.errors
    others = not by.is_member(post.author_id)
    if reason or others:
        try:
            why = check_reason(reason)
        except Invalid as invalid:
            errors |= invalid.errors
    html = render_markdown(text)
    with transaction.atomic():
        thread = lock_thread(post.thread_id)
        post = lock_post(post.pk, thread)
        by = as_of_now(by)
        check_may_edit(post, by, now)
        if withhold:
            check_may_moderate(by, now)
        if errors:
            raise Invalid(errors)
        if post.version != started_from:
            raise Invalid(
                {"body": _("Somebody changed this while you were writing. Compare with the page, then send again.")}
            )
        heading = thread.title if heading is None else heading
        new_title = post.is_opening and heading != thread.title
        if text == post.body and not new_title:
            return post
        Revision.objects.create(
            post=post, number=post.version, title=thread.title if post.is_opening else "", body=post.body,
            written_by=post.edited_by or post.author, written_at=post.edited_at or post.created_at,
            reason=post.edited_reason,
        )  # fmt: skip
        if withhold:
            post.revisions.update(withheld=True)
        before = {"version": post.version} | ({"title": thread.title} if new_title else {})
        post.body, post.html, post.version = text, html, post.version + 1
        post.edited_at, post.edited_by, post.edited_reason = now, by.member or post.author, why
        post.save(update_fields=["body", "html", "version", "edited_at", "edited_by", "edited_reason"])
        if new_title:
            thread.title = heading
        save_thread(thread, "title")
        Draft.objects.filter(member=post.edited_by, key=f"edit:{post.pk}").delete()
        record(
            verb="post.edited", actor=by.member, obj=post, subject=thread, now=now, reason=why, before=before,
            after={"version": post.version} | ({"title": thread.title} if new_title else {}),
        )  # fmt: skip
        return post
