"""One function a right. Each raises Refused with a reason that can be shown."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Refused


def check_may_take_part(by: Viewer, now: datetime) -> None:
    """To write, vote or follow: signed in, address confirmed, account open and not suspended."""
    if by.is_system:
        return
    if by.member is None:
        raise Refused(_("Sign in first."), code="signed_out")
    if by.member.closed_at or by.member.erased_at:
        raise Refused(_("This account is closed."), code="closed")
    if not by.verified:
        raise Refused(_("Confirm your e-mail address first: we sent you a link."), code="unverified")
    if by.suspended_until and by.suspended_until > now:
        until = formats.date_format(timezone.localtime(by.suspended_until), "DATETIME_FORMAT")
        raise Refused(
            _("You can write again from %(until)s. Why: %(reason)s")
            % {"until": until, "reason": by.member.suspended_reason},
            code="suspended",
        )


def check_may_change_own(member: Member | None) -> None:
    """To change one's own account: there is one, and it is open. A suspension does not count."""
    if member is None:
        raise Refused(_("Sign in first."), code="signed_out")
    if member.closed_at or member.erased_at:
        raise Refused(_("This account is closed."), code="closed")


def check_may_suspend(member: Member, by: Viewer, now: datetime) -> None:
    """To keep a member from writing for a while, or to lift that: moderators, and nobody of the team or oneself."""
    if by.is_system:
        return
    check_may_take_part(by, now)
    if not by.is_moderator:
        raise Refused(_("Only moderators may suspend."), code="not_moderator")
    if by.is_member(member.pk):
        raise Refused(_("Somebody else must decide about your own account."), code="own")
    if Viewer.of_member(member).is_team:
        raise Refused(_("Who works here is not suspended: an operator can take their job away."), code="team")


def check_may_give_jobs(member: Member, by: Viewer, now: datetime) -> None:
    """To give a member jobs or take them back: operators, to whoever can sign in."""
    check_may_take_part(by, now)
    if not by.is_operator:
        raise Refused(_("Only operators give jobs."), code="not_operator")
    if member.user is None or member.closed_at or member.erased_at:
        raise Refused(_("Nobody signs in as this member."), code="no_sign_in")


def check_may_leave(member: Member | None, other_operators: bool) -> None:
    """To erase one's own account: unless nobody would be left to run the site."""
    check_may_change_own(member)
    assert member is not None
    if Viewer.of_member(member).is_operator and not other_operators:
        raise Refused(_("You are the only operator. Make somebody else an operator first."), code="last_operator")
