"""Marking notifications as read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Refused
from notifications.models import Notification


def mark_read(*, by: Viewer, now: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark one's own notifications (all of them, or those of `ids`) as read. Returns how many were unread.

    Locks the member, whose `unread_count` follows. Others' rows are left alone. Raises Refused when signed out.
    """
    if by.member_id is None:
        raise Refused(_("Sign in first."), code="signed_out")
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=by.member_id)
        unread = Notification.objects.filter(member_id=by.member_id, read_at=None)
        if ids is not None:
            unread = unread.filter(pk__in=list(ids))
        count = unread.update(read_at=now)
        if count:
            Member.objects.filter(pk=by.member_id).update(unread_count=F("unread_count") - count)
    return count
