"""What readers say of a thread or an answer: one row a person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member
from community.models.threads import Post, Thread


class Acceptance(models.Model):
    """That an answer was accepted, by whom, and whether it still is. At most one stands for a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="acceptances")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="acceptances")
    accepted_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_reason = models.TextField(blank=True)
    # Carried over with imported history: such an acceptance earns only when the operator asks for it.
    imported = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(revoked_at=None), name="one_accepted_answer")
        ]
        indexes = [models.Index(fields=["post"], name="acceptance_post")]

    def __str__(self) -> str:
        return f"post {self.post_id} accepted"


class Vote(models.Model):
    """A reader's "This helped"."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member"], name="one_vote_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} on post {self.post_id}"


class MeToo(models.Model):
    """A reader's "I have this problem too"."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="me_too_rows")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="one_me_too_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} on thread {self.thread_id}"


class NotSolved(models.Model):
    """A reader's "This did not solve it", said of the answers that were there at the time."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="not_solved_rows")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="one_not_solved_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} on thread {self.thread_id}"


class Seen(models.Model):
    """Up to which moment a member has read a thread; what is later is new to them."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "thread"], name="one_seen_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} read thread {self.thread_id}"


class Follow(models.Model):
    """Who wants to hear of what happens in a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="follows")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="one_follow_per_member")]
        indexes = [models.Index(fields=["member", "-created_at", "-id"], name="follow_by_member")]

    def __str__(self) -> str:
        return f"{self.member_id} follows {self.thread_id}"
