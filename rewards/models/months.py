"""What the books sum to, month by month: kept beside them, so that no page has to add up ten million entries.

A timetable beside the books: `actions.counting` adds whatever a seal covers, once; `ledger verify` compares all of it
with the books. What is not counted yet is added when it is read: see `rewards.figures.sums`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member


class Counted(models.Model):
    """The one row that says up to which seal all is counted."""

    # Of the last seal that is counted; 0: none.
    seal = models.BigIntegerField(default=0)
    # Its last transfer's key.
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_counted")]

    def __str__(self) -> str:
        return f"up to seal {self.seal}"


class BookedMonth(models.Model):
    """What transfers of one kind and reason did in a month to the accounts of one kind."""

    # The first day of the month in which they were booked, in the operator's zone.
    month = models.DateField()
    # `Account.Kind`, `Transfer.Kind` and `Transfer.Reason`.
    account = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "account", "kind", "reason"], name="one_sum_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.account} {self.kind} {self.reason}: {self.amount}"


class LotMonth(models.Model):
    """What remains, in all lots together, of what settled in a month."""

    month = models.DateField(unique=True)
    amount = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.amount}"


class EarnerMonth(models.Model):
    """What one member earned in a month, less what was taken back in it: perhaps below zero."""

    month = models.DateField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "member"], name="one_sum_of_an_earner")]
        indexes = [models.Index(fields=["month", "-amount", "member"], name="earner_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.member_id}: {self.amount}"
