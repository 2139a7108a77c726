"""Computing what a draft would have cost over past months, and keeping it."""

from __future__ import annotations

from datetime import datetime

from rewards import past, shadow
from rewards.models import ShadowRun
from rewards.rules import Rules


def compute(*, run_id: int, now: datetime) -> None:
    """Compute a shadow run; nothing happens to one that is done, or gone with its draft."""
    run = ShadowRun.objects.select_related("version").filter(pk=run_id, done_at=None).first()
    if run is None:
        return
    found = past.facts(run.first, run.months, with_imported=run.with_imported)
    outcome = shadow.compare(Rules.read(run.version.rules), Rules.read(run.rules), found)
    ShadowRun.objects.filter(pk=run.pk, done_at=None).update(result=outcome.plain(found.months), done_at=now)
