"""What waits to settle."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from rewards.models.books import Transfer

_WAITING = Q(state__in=["pending", "held"])


class HoldQuerySet(models.QuerySet["Hold"]):
    def pending(self) -> HoldQuerySet:
        """Those that settle by themselves."""
        return self.filter(state=Hold.State.PENDING)

    def waiting(self) -> HoldQuerySet:
        """All that lies in the pending accounts: those that settle by themselves, and those that are looked at."""
        return self.filter(state__in=Hold.WAITING)

    def due(self, today: date) -> HoldQuerySet:
        """Those that settle on `today` (a day in the operator's zone) or should have before."""
        return self.pending().filter(settles_on__lte=today)


class Hold(models.Model):
    """When an award settles. A timetable beside the books, changed only with its member's accounts locked."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        HELD = "held", _("Being looked at")
        SETTLED = "settled", _("Settled")
        REVERSED = "reversed", _("Reversed")

    WAITING = (State.PENDING, State.HELD)

    award = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="hold")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="holds", db_index=False)
    amount = models.BigIntegerField()
    settles_on = models.DateField()
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="hold_amount")]
        indexes = [
            models.Index(fields=["settles_on", "id"], condition=Q(state="pending"), name="hold_due"),
            models.Index(fields=["member", "-settles_on", "-id"], condition=_WAITING, name="hold_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.settles_on}"
