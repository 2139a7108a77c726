"""Pictures in posts."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Image(models.Model):
    """A picture that a member sent: re-encoded here, so that it carries no metadata and cannot run."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="posts/%Y/%m/", db_index=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file.name or ""
