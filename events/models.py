"""The append-only record of who did what, when and why."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Event(models.Model):
    """One action. The database refuses to change or delete it; erasing a person renames the actor's row."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="events")
    # What it was done to: "community.thread" and its key.
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    # The thread, case or article whose story it belongs to; often the object itself.
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["object_type", "object_id", "id"], name="event_object"),
            models.Index(fields=["verb", "at"], name="event_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
