"""What follows when editors changed what search knows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from events.record import record
from search import editorial
from search.models import Pin, Synonyms


def taught(*, row: Synonyms | Pin, verb: str, now: datetime) -> None:
    """Recorded, so that whoever keeps finished pages makes them anew; who did it stands in Wagtail's own log.

    `verb` is added, changed or deleted. The next search of this process goes by it, others' a second later.
    """
    with transaction.atomic():
        record(verb=f"{row._meta.model_name}.{verb}", actor=None, obj=row, now=now, after={"lang": row.lang})
        transaction.on_commit(editorial.look_again)
