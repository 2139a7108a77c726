"""Reports, and what was decided on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from community.models.threads import Comment, Post


class Decision(models.Model):
    """What a moderator decided, with the reason that the author reads. Never changed."""

    class Verdict(models.TextChoices):
        KEEP = "keep", _("Keep")
        REMOVE = "remove", _("Remove")

    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, comment=None) | Q(post=None, comment__isnull=False),
                name="decision_on_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class Flag(models.Model):
    """A report of a post or a comment, open until it is decided."""

    class Cause(models.TextChoices):
        SPAM = "spam", _("Advertising or spam")
        RUDE = "rude", _("Rude or hurtful")
        PRIVATE = "private", _("Shows private details")
        WRONG = "wrong", _("Wrong or dangerous advice")
        OTHER = "other", _("Something else")

    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="flags")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="flags")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="flags")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, comment=None) | Q(post=None, comment__isnull=False),
                name="flag_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["post", "member"], condition=Q(decision=None, post__isnull=False), name="one_open_post_flag"
            ),
            models.UniqueConstraint(
                fields=["comment", "member"],
                condition=Q(decision=None, comment__isnull=False),
                name="one_open_comment_flag",
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="flag_open", condition=Q(decision=None))]

    def __str__(self) -> str:
        return f"flag {self.pk}"
