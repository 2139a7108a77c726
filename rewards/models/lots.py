"""What is settled, by when it was: the oldest is spent first, and what is left may expire."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from rewards.models.books import Transfer


class LotQuerySet(models.QuerySet["Lot"]):
    def left(self) -> LotQuerySet:
        """Those of which something remains."""
        return self.filter(remaining__gt=0)

    def oldest_first(self) -> LotQuerySet:
        """In the order in which they are spent."""
        return self.order_by("earned_on", "pk")

    def due(self, today: date) -> LotQuerySet:
        """Those whose day has come by `today` (a day in the operator's zone)."""
        return self.left().filter(expires_on__lte=today)

    def lost_by(self, day: date) -> LotQuerySet:
        """Those that expire for good by then: nothing carries them over any more."""
        return self.due(day).filter(Q(rolls_to=None) | Q(rolled_over=True))


class Lot(models.Model):
    """Credits that settled together. A timetable beside the books, changed only with its member's accounts locked.

    What remains of a member's lots sums to their settled balance. `remaining` changes by a `LotUse` alone: the
    database subtracts it.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="lots", db_index=False)
    # The transfer that put them into the settled account.
    origin = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lots")
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    earned_on = models.DateField()
    # The day on which what remains is gone; null: never.
    expires_on = models.DateField(null=True)
    # Until when it is carried over on that day, once; null: not at all.
    rolls_to = models.DateField(null=True)
    rolled_over = models.BooleanField(default=False)
    # When its member was last warned that it would expire, and how many days before.
    warned_on = models.DateField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="lot_amount"),
            models.CheckConstraint(condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="lot_remaining"),
        ]
        indexes = [
            models.Index(fields=["member", "earned_on", "id"], condition=Q(remaining__gt=0), name="lot_of_member"),
            models.Index(
                fields=["expires_on", "id"], condition=Q(remaining__gt=0, expires_on__isnull=False), name="lot_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} of {self.amount}"


class LotUse(models.Model):
    """What one transfer took of one lot. Written once."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lot_uses")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="lot_use_amount")]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.amount} of lot {self.lot_id}"
