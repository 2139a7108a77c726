"""That the team adopted an idea."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member
from community.models.threads import Thread


class Adoption(models.Model):
    """By whom an idea was adopted, with which words, and whether it still is. At most one stands for a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="adoptions")
    adopted_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()
    # What the team says of it on the thread; may be empty.
    words = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(revoked_at=None), name="one_standing_adoption")
        ]

    def __str__(self) -> str:
        return f"thread {self.thread_id} adopted"
