"""The programme, its books and what waits to settle.

All amounts are integers in thousandths of a credit. An entry's sign is the account's own direction:
positive puts credits in, negative takes them out. Nothing here names a person: an account points at a
member's row, so that erasing a person leaves the books whole.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member


class Programme(models.Model):
    """What members earn in: one for an installation."""

    slug = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.slug


class VersionQuerySet(models.QuerySet["ProgrammeVersion"]):
    def in_force(self, now: datetime) -> VersionQuerySet:
        """The version that holds at `now` (UTC) comes first."""
        return self.filter(starts_at__lte=now).order_by("-starts_at", "-number")


class ProgrammeVersion(models.Model):
    """The rules from one moment on, as data. The database refuses to change them: a new rule is a new version."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    # Read by `rewards.rules.Rules`: {"accepted_answer": thousandths, "hold_days": days}.
    rules = models.JSONField()
    # What one credit is worth, in millionths of the currency's unit: 10000 is 0.01.
    value_micros = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="one_version_per_number")]
        indexes = [models.Index(fields=["-starts_at", "-number"], name="version_in_force")]

    def __str__(self) -> str:
        return f"{self.programme_id}.{self.number}"


class Account(models.Model):
    """One side of the books.

    A member's three accounts keep their balance: what is pending, what is settled, and the receivable,
    which is never above zero: what was taken back after it had been spent, still to be recovered. The
    system's accounts keep none and are summed, so that no award waits for another.
    """

    class Kind(models.TextChoices):
        PENDING = "pending", _("Pending credits of a member")
        SETTLED = "settled", _("Settled credits of a member")
        RECEIVABLE = "receivable", _("Owed by a member")
        ISSUANCE = "issuance", _("Credits issued by the programme")
        PAYOUTS = "payouts", _("Credits paid out")

    kind = models.CharField(max_length=20, choices=Kind)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="accounts")
    balance = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "kind"], name="one_account_per_kind"),
            models.UniqueConstraint(fields=["kind"], condition=Q(member=None), name="one_system_account"),
            models.CheckConstraint(
                name="account_balance",
                condition=Q(
                    member__isnull=False, kind__in=["pending", "settled"], balance__gte=0, balance__isnull=False
                )
                | Q(member__isnull=False, kind="receivable", balance__lte=0, balance__isnull=False)
                | Q(member__isnull=True, kind__in=["issuance", "payouts"], balance__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}" if self.member_id else self.kind


class Transfer(models.Model):
    """One booking: its entries sum to zero. Written once; a mistake is put right by a transfer that reverses it."""

    class Kind(models.TextChoices):
        AWARD = "award", _("Award")
        SETTLEMENT = "settlement", _("Settlement")
        REVERSAL = "reversal", _("Reversal")
        PAYOUT = "payout", _("Payout")

    class Reason(models.TextChoices):
        ANSWER_ACCEPTED = "answer_accepted", _("Accepted answer")
        ACCEPTANCE_REVOKED = "acceptance_revoked", _("The answer is no longer accepted")
        ANSWER_REPLACED = "answer_replaced", _("Another answer was accepted instead")
        CORRECTION = "correction", _("Correction")
        PAID_OUT = "paid_out", _("Paid out")

    # What makes it happen once, however often it is asked for: "acceptance:12".
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    reason = models.CharField(max_length=40, choices=Reason)
    # The rules that it followed.
    version = models.ForeignKey(ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="+")
    # What it is for, as plain values: the books stand whatever happens to those rows.
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    thread_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    # The day of `created_at` in the operator's time zone.
    booked_on = models.DateField()
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by", db_index=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="transfer_subject"),
            models.Index(fields=["booked_on", "kind"], name="transfer_booked"),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """What one transfer does to one account. Written before its transfer, whose arrival closes it."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    amount = models.BigIntegerField()
    # A member's balance once this is booked; null on the system's accounts.
    balance_after = models.BigIntegerField(null=True)
    # Whose statement prints this entry as a line; null for the other side and for what only moves within.
    line_of = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="statement_lines", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "account"], name="one_entry_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_amount"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="entry_of_account"),
            models.Index(fields=["line_of", "-id"], condition=Q(line_of__isnull=False), name="entry_statement"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.amount}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def pending(self) -> HoldQuerySet:
        return self.filter(state=Hold.State.PENDING)

    def due(self, today: date) -> HoldQuerySet:
        """Those that settle on `today` (a day in the operator's zone) or should have before."""
        return self.pending().filter(settles_on__lte=today)


class Hold(models.Model):
    """When an award settles. A timetable beside the books, changed only with its member's accounts locked."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SETTLED = "settled", _("Settled")
        REVERSED = "reversed", _("Reversed")

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
            models.Index(fields=["member", "-settles_on", "-id"], condition=Q(state="pending"), name="hold_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.settles_on}"
