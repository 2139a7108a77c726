"""Who was paid how much in a calendar year, and what is kept of an erased payee for as long as tax law asks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member


class PayeeYear(models.Model):
    """What one member was paid in a year, as it was counted last; pages read the payments themselves.

    It gives lists their order, and keeps that operators were told of a threshold.
    """

    class Level(models.TextChoices):
        UNDER = "", _("Under the thresholds")
        NEAR = "near", _("Near a threshold")
        OVER = "over", _("Over a threshold")

    year = models.PositiveSmallIntegerField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payee_years")
    currency = models.CharField(max_length=3)
    # In hundredths of the currency's unit, and how many credited contributions it was paid for.
    value = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    level = models.CharField(max_length=10, choices=Level, blank=True, default=Level.UNDER)
    near_told_at = models.DateTimeField(null=True)
    over_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "member", "currency"], name="one_year_of_a_payee"),
        ]
        indexes = [
            models.Index(fields=["year", "-value", "-id"], name="payee_by_value"),
            models.Index(fields=["year", "level", "-value", "-id"], name="payee_by_level"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.member_id}: {self.value} {self.currency}"


class PayeeRecord(models.Model):
    """Who an erased member was, for the tax office alone: kept because they were paid, and until a day.

    Only operators read it; it is deleted by `rewards retention`.
    """

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="payee_record")
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    # [{"provider": …, "reference": …}, …]: where they were paid; the provider knows who that is.
    paid_at = models.JSONField(default=list)
    kept_at = models.DateTimeField()
    # The last day on which it is kept.
    keep_until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["keep_until"], name="payee_record_due")]

    def __str__(self) -> str:
        return f"payee {self.member_id} until {self.keep_until}"
