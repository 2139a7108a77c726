"""What the apps below events tell it by signal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Member
from accounts.signals import member_changed
from events.record import record


@receiver(member_changed)
def on_member_changed(
    *,
    member: Member,
    verb: str,
    actor: Member | None,
    now: datetime,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
    **kwargs: object,
) -> None:
    record(verb=verb, actor=actor, obj=member, now=now, reason=reason, before=before, after=after)
