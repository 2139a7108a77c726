"""Who else is credited for an article, beside the author of the answer that it was made of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member


class Credit(models.Model):
    """That a member wrote a part of an article, or translated it. Settled before it is first published."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Wrote it")
        TRANSLATOR = "translator", _("Translated it")

    article = models.ForeignKey("kb.Article", on_delete=models.CASCADE, related_name="credits")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    added_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "member"], name="one_credit_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.article_id}"
