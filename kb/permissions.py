"""One function a right. Each raises Refused with a reason that can be shown.

A promoted answer is published by a second person: a moderator promotes it, and another moderator or an operator
approves it, who neither promoted nor submitted it nor wrote the answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer
from community.models import Post, Thread, Visibility
from core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import Member
    from kb.models.pages import Article


def check_may_promote(thread: Thread, post: Post, by: Viewer, now: datetime, *, accepted: bool) -> None:
    """To make a help article of an answer: a moderator, and the answer that stands accepted for all to see."""
    check_may_take_part(by, now)
    if not by.is_moderator:
        raise Refused(_("Only moderators promote answers to help articles."), code="not_moderator")
    public = thread.visibility == post.visibility == Visibility.PUBLIC
    if thread.removed_at or post.removed_at or not public:
        raise Refused(_("This answer is not public any more."), code="not_public")
    if post.is_opening or not accepted:
        raise Refused(_("Only an accepted answer becomes a help article."), code="not_accepted")


def check_may_review(by: Viewer, now: datetime, *, involved: frozenset[int]) -> None:
    """To approve an article or ask for changes. `involved`: the keys of the members who made it."""
    check_may_take_part(by, now)
    if not (by.is_moderator or by.is_operator):
        raise Refused(_("Help articles are reviewed by moderators and operators."), code="not_reviewer")
    if by.member_id in involved:
        raise Refused(_("Somebody else reviews what you wrote or promoted."), code="involved")


def check_may_edit_help(by: Viewer, now: datetime) -> None:
    """To open an article in the editors' admin."""
    check_may_take_part(by, now)
    if not (by.is_moderator or by.is_operator):
        raise Refused(_("Help articles are edited by moderators and operators."), code="not_editor")


def check_may_credit(article: Article, member: Member, by: Viewer, now: datetime) -> None:
    """To say who wrote or translated an article: an editor, not of themselves, and before it is first published."""
    check_may_edit_help(by, now)
    if by.is_member(member.pk):
        raise Refused(_("Somebody else says what you wrote."), code="own")
    if article.first_published_at is not None:
        raise Refused(
            _("This article was published: who is credited stays, since what it earns was shared."), code="published"
        )


def check_may_read_searches(by: Viewer) -> None:
    """To read what customers search for: whoever edits help articles, suspended or not."""
    if not (by.is_moderator or by.is_operator):
        raise Refused(_("What customers search for is read by moderators and operators."), code="not_editor")


def check_may_plan(by: Viewer, now: datetime) -> None:
    """To have an article written, or say who writes it."""
    check_may_take_part(by, now)
    check_may_read_searches(by)


def check_may_want(by: Viewer, now: datetime) -> None:
    """To be told when an article answers a search: everybody with an account that is open."""
    check_may_take_part(by, now)
