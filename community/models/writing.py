"""What is being written and was not sent yet."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Draft(models.Model):
    """The last state of one form of one member. Deleted when the form is sent."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="drafts")
    # "ask", or "answer:<thread>".
    key = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="one_draft_per_form")]

    def __str__(self) -> str:
        return f"draft {self.key}"
