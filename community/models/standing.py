"""Where a member stands in the community: trust and counts, kept in step by actions."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Standing(models.Model):
    """One row a member, made with the first thing they write."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="standing", primary_key=True)
    trust = models.PositiveSmallIntegerField(default=0, help_text="0 to 4")
    threads = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    helpful = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"standing of {self.member_id}"
