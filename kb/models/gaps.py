"""What nothing answers yet: searches that somebody is to write an article for, and who wants to hear of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from community.models import Product


class EditorialTask(models.Model):
    """A search that found nothing good, to be answered by an article. One that is open for each search."""

    class State(models.TextChoices):
        OPEN = "open", _("To write")
        DONE = "done", _("Answered")
        DROPPED = "dropped", _("Not to be written")

    text = models.CharField(max_length=200)
    lang = models.CharField(max_length=10)
    # As `search.counting.digest` makes it of the words and the language.
    digest = models.CharField(max_length=32)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # The one that answers; it may be a draft while the task is open.
    article = models.ForeignKey("kb.Article", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "lang"], condition=Q(state="open"), name="one_open_task_for_a_search"
            )
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="task_by_state")]

    def __str__(self) -> str:
        return self.text


class Wanted(models.Model):
    """That a member wants to be told when an article answers a search. Gone once they were told."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    lang = models.CharField(max_length=10)
    digest = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "lang", "member"], name="one_wish_for_a_search")]
        indexes = [models.Index(fields=["member"], name="wanted_by_member")]

    def __str__(self) -> str:
        return self.text
