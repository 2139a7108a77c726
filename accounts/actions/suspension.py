"""A moderator keeps a member from writing for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.permissions import check_may_suspend
from accounts.signals import member_changed
from accounts.viewer import Viewer
from core.errors import Invalid
from core.text import check_reason


def suspend(*, member: Member, by: Viewer, until: datetime, reason: str, now: datetime) -> Member:
    """Until then (UTC) the member reads but does not write; they are shown the reason. Replaces a running one.

    Locks the member. Raises Refused for who may not, Invalid for a time that has passed or no reason.
    """
    reason = check_reason(reason)
    if until <= now:
        raise Invalid({"until": _("Choose a time that is still to come.")})
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        check_may_suspend(member, _as_of_now(by), now)
        before = member.suspended_until
        member.suspended_until, member.suspended_reason = until, reason
        member.save(update_fields=["suspended_until", "suspended_reason"])
        _tell("member.suspended", member, by, now, reason, before, until)
    return member


def lift(*, member: Member, by: Viewer, reason: str, now: datetime) -> Member:
    """End a suspension now. Does nothing when none runs. Raises as `suspend` does."""
    reason = check_reason(reason)
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        check_may_suspend(member, _as_of_now(by), now)
        if member.is_suspended(now):
            before = member.suspended_until
            member.suspended_until, member.suspended_reason = None, ""
            member.save(update_fields=["suspended_until", "suspended_reason"])
            _tell("member.suspension_lifted", member, by, now, reason, before, None)
    return member


def _as_of_now(by: Viewer) -> Viewer:
    """Who asks, without a job that was lost since their page was made."""
    return by if by.member is None else Viewer.of_member(Member.objects.select_related("user").get(pk=by.member.pk))


def _tell(
    verb: str, member: Member, by: Viewer, now: datetime, reason: str, before: datetime | None, after: datetime | None
) -> None:
    member_changed.send(
        Member,
        member=member,
        verb=verb,
        actor=by.member,
        now=now,
        reason=reason,
        before={"until": before.isoformat() if before else None},
        after={"until": after.isoformat() if after else None},
    )


def after_days(text: str, now: datetime) -> datetime:
    """The end of a suspension of this many days (1 to 365). Raises Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 365):
        raise Invalid({"days": _("Write a number of days from 1 to 365.")})
    return now + timedelta(days=int(text))
