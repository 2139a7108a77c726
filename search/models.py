"""The outbox of the index: what changed and was not yet written to it."""

from __future__ import annotations

from django.db import models


class Change(models.Model):
    """A document to index again or to take out. Written in the transaction of the change itself."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
