"""What a member is told, in the product and by mail."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Notification(models.Model):
    """One thing told to one member. The text is made when it is read, in the reader's language."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    # Path on this site without the language prefix, such as "community/t/12-x/#post-40".
    path = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    # Whoever tells twice of the same thing gives the same key: the second is dropped.
    key = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member", "-created_at", "-id"], name="notification_inbox")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.member_id}"


class Silence(models.Model):
    """That a member wants no mail of one sort (`kinds.Mails`); in the product they are told all the same."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="silences")
    mails = models.CharField(max_length=20)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "mails"], name="one_silence")]

    def __str__(self) -> str:
        return f"no {self.mails} to {self.member_id}"
