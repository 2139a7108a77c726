"""A person leaves, and takes what is personal with them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.jobs import Job
from accounts.models import DEFAULT_TIME_ZONE, Member, User
from accounts.permissions import check_may_leave
from accounts.signals import member_changed, member_erased
from accounts.viewer import Viewer


def erase(*, by: Viewer, keep_name: bool, now: datetime) -> Member:
    """Erase one's own account: sign-in, addresses and sessions end; what was written stays.

    It stays under "a former member", or under the name when its owner wants that. Locks the group of operators
    (only where an operator leaves), then the member. Raises Refused when signed out, or for the last operator.
    """
    with transaction.atomic():
        if by.is_operator:
            # Two last operators who leave at once: one of them waits here, and then is the last.
            Group.objects.select_for_update().get(name=Job.OPERATOR)
        member = (
            Member.objects.select_for_update(of=("self",)).select_related("user").filter(pk=by.member_id or 0).first()
        )
        others = User.objects.filter(groups__name=Job.OPERATOR, is_active=True).exclude(member__pk=by.member_id or 0)
        check_may_leave(member, others.exists())
        assert member is not None
        user, name = member.user, member.name
        member.user = None
        member.name = member.name if keep_name else ""
        member.keep_name = keep_name
        member.time_zone = DEFAULT_TIME_ZONE
        member.suspended_reason = ""
        member.erased_at = now
        member.save(update_fields=["user", "name", "keep_name", "time_zone", "suspended_reason", "erased_at"])
        member_changed.send(
            Member, member=member, verb="member.erased", actor=member, now=now, reason="", before={}, after={}
        )
        member_erased.send(Member, member=member, name=name, now=now)
        if user is not None:
            # Addresses, keys and connections go with it; a session without its user is nobody's.
            user.delete()
    return member
