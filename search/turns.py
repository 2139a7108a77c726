"""Numbers that order what is written to the index."""

from __future__ import annotations

from django.db import transaction

from search.models import Change


def turn() -> int:
    """A number above all that were given before it in this database, to whatever process, and no time of any clock.

    Whoever takes it before reading a document has read what is at least as new as anybody with a lower one, so
    the higher number may always replace the lower. Commits; so not inside a transaction.
    """
    with transaction.atomic():
        # The database never gives a key of this table twice, not even one that was taken back.
        row = Change.objects.create(kind="", object_id=0)
        number = row.pk
        row.delete()
    return number
