"""Whether articles helped, as their readers say."""

from __future__ import annotations

from django.db import models

from accounts.models import Member


class Helpfulness(models.Model):
    """How many said yes and no to an article. Apart from the page, whose fields live on in its revisions."""

    article = models.OneToOneField("kb.Article", on_delete=models.CASCADE, related_name="helpfulness")
    yes = models.PositiveIntegerField(default=0)
    no = models.PositiveIntegerField(default=0)

    # A share of fewer says nothing.
    ENOUGH = 10

    def __str__(self) -> str:
        return f"{self.yes} of {self.yes + self.no}"

    @property
    def percent(self) -> int | None:
        """How many of a hundred said yes, rounded down; None while too few have said anything."""
        total = self.yes + self.no
        return self.yes * 100 // total if total >= self.ENOUGH else None


class HelpedVote(models.Model):
    """What a member said last: one a member and article. What visitors say is counted, and nothing else kept."""

    article = models.ForeignKey("kb.Article", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    helped = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "member"], name="one_helped_vote")]

    def __str__(self) -> str:
        return f"{self.member_id} about {self.article_id}"
