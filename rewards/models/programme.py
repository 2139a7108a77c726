"""The programme and the versions of its rules."""

from __future__ import annotations

from datetime import datetime

from django.db import models
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
    # Read by `rewards.rules.Rules`: {"accepted_answer": thousandths, "hold_days": days}, and what it says of the other
    # ways; by `rewards.payable.Terms`, what it says of payouts.
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

    def is_as(self, other: ProgrammeVersion) -> bool:
        """Whether it says the same."""
        return (self.rules, self.value_micros, self.currency) == (other.rules, other.value_micros, other.currency)


class ProgrammeDraft(models.Model):
    """Rules that are being thought about. Nothing earns by them before they were published as a version."""

    name = models.CharField(max_length=80)
    rules = models.JSONField()
    value_micros = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    made_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # What it became; a draft that was published is changed no more.
    version = models.OneToOneField(ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="draft")

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "-id"], name="draft_newest")]

    def __str__(self) -> str:
        return self.name


class ShadowRun(models.Model):
    """What a draft would have cost over past months, beside the rules in force: computed once, and kept."""

    class Months(models.IntegerChoices):
        THREE = 3, _("3 months")
        SIX = 6, _("6 months")
        TWELVE = 12, _("12 months")

    draft = models.ForeignKey(ProgrammeDraft, on_delete=models.CASCADE, related_name="runs")
    # As the draft was then, and beside which version.
    rules = models.JSONField()
    value_micros = models.PositiveIntegerField()
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField(choices=Months)
    # Whether imported history counts as if it had happened here.
    with_imported = models.BooleanField(default=False)
    # The first and last day that it looks at.
    first = models.DateField()
    last = models.DateField()
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    # See `rewards.shadow.Outcome`; null until it is computed.
    result = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["draft", "-asked_at"], name="shadow_of_draft")]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.months} months"
