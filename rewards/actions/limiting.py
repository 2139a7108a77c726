"""An operator says from where on a person looks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts.viewer import Viewer
from events.record import record
from rewards.limits import Limits
from rewards.models import DetectionLimits
from rewards.permissions import check_may_review


def set_limits(*, limits: DetectionLimits, by: Viewer, now: datetime) -> None:
    """Keep them as the one row there is; they count from the next look on. Raises Refused."""
    check_may_review(by, now)
    with transaction.atomic():
        was = DetectionLimits.objects.select_for_update().first()
        limits.pk = 1
        limits.save(force_insert=was is None, force_update=was is not None)
        before = was.plain() if was else Limits()
        record(
            verb="limits_changed",
            actor=by.member,
            obj=limits,
            now=now,
            before=asdict(before),
            after=asdict(limits.plain()),
        )
