"""What was suggested to somebody who was asking, and whether it spared them the question."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member
from community.models.products import Product
from community.models.threads import Thread


class Deflection(models.Model):
    """One end of the ask form. Either one of the suggestions helped, or the question was posted as `thread`.

    What is suggested is named by kind and key, as search does: "thread:12", "article:7".
    """

    at = models.DateTimeField()
    lang = models.CharField(max_length=10)
    # Nobody for a visitor, and for somebody who was erased since.
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    # In the order in which they stood there last.
    shown = models.JSONField(default=list)
    helped = models.CharField(max_length=40, blank=True)
    thread = models.OneToOneField(Thread, null=True, on_delete=models.CASCADE, related_name="suggested")
    # Names the form, where it has one: sent twice, it counts once.
    token = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(thread=None) ^ Q(helped=""), name="helped_or_posted"),
            models.UniqueConstraint(
                fields=["member", "token"], condition=~Q(token="") & Q(thread=None), name="one_end_of_a_form"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="deflection_at")]

    def __str__(self) -> str:
        return self.helped or f"thread {self.thread_id}"
