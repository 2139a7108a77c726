"""Which accepted answer of a month a member's is: what a cap that falls counts by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member


class Place(models.Model):
    """The number, from 1, of an accepted answer among its author's of a calendar month.

    A timetable beside the books, changed only with its member's accounts locked: gone with what the answer earned,
    so that another one of the month moves into its place.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Its first day.
    month = models.DateField()
    number = models.PositiveIntegerField()
    # A plain value, as in the books.
    acceptance_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "month", "number"], name="one_answer_in_a_place"),
            models.CheckConstraint(condition=Q(number__gt=0), name="place_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.month:%Y-%m}"


class PoolMonth(models.Model):
    """A month whose pool was shared: once, and once more what was taken back of it before it settled."""

    month = models.DateField(unique=True)
    amount = models.BigIntegerField()
    shared_on = models.DateField()
    # From then on what was taken back is shared anew.
    again_from = models.DateField()
    again_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="pool_amount")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
