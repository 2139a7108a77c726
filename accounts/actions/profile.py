"""A member changes what they are called, speak and live in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Member
from accounts.permissions import check_may_change_own
from accounts.profile import check_language, check_name, check_time_zone
from accounts.signals import member_changed
from accounts.viewer import Viewer
from core.errors import Invalid


def change_profile(*, by: Viewer, name: str, language: str, time_zone: str, now: datetime) -> Member:
    """Change one's own name, language and time zone. Locks the member.

    Raises Refused when signed out or closed, Invalid with the words for each field.
    """
    errors = {}
    for check, value in ((check_name, name), (check_language, language), (check_time_zone, time_zone)):
        try:
            check(value)
        except Invalid as error:
            errors.update(error.errors)
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        member = Member.objects.select_for_update().filter(pk=by.member_id or 0).first()
        check_may_change_own(member)
        assert member is not None
        # Former names are personal: the event says what changed, not from what.
        new = {"name": check_name(name), "language": language, "time_zone": time_zone}
        changed = [field for field, value in new.items() if getattr(member, field) != value]
        if changed:
            for field in changed:
                setattr(member, field, new[field])
            member.save(update_fields=changed)
            member_changed.send(
                Member, member=member, verb="member.profile", actor=member, now=now, reason="", before={},
                after={"fields": changed},
            )  # fmt: skip
    return member
