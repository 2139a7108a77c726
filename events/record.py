"""Writing events: one call from each action, in its transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts.models import Member
from core.visitors import stamp
from events.models import Event


def record(
    *,
    verb: str,
    actor: Member | None,
    obj: models.Model,
    now: datetime,
    subject: models.Model | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Append one event. `before` and `after` hold plain JSON values of what changed, never bodies of text.

    Raises RuntimeError outside a transaction: an event that outlives what it tells of would be a lie.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("events are recorded in the transaction of what they record")
    subject = subject if subject is not None else obj
    transaction.on_commit(stamp.forget)
    return Event.objects.create(
        at=now,
        verb=verb,
        actor=actor,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        reason=reason,
        before=before or {},
        after=after or {},
    )
