"""The desk: when it is open, what it promises, and its cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Member
from care import sla
from community.models import Product, Thread
from core.hours import Hours


def default_week() -> list[list[list[str]]]:
    """Monday to Friday, 9:00 to 18:00."""
    return [[list(pair) for pair in day] for day in sla.DEFAULT_WEEK]


class Calendar(models.Model):
    """When people are at the desk."""

    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64, default=sla.DEFAULT_ZONE)
    # Monday to Sunday, each a list of pairs ["09:00", "12:30"]; a lunch break is the gap between two.
    week = models.JSONField(default=default_week)
    country = models.CharField(max_length=2, blank=True, default=sla.DEFAULT_COUNTRY, help_text=_("Public holidays of"))
    subdivision = models.CharField(max_length=10, blank=True)
    closing_days = models.JSONField(default=list, blank=True, help_text=_("Further days, like 2026-12-24."))

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse hours that would promise nothing, or that cannot be read."""
        try:
            self.hours()
        except (ValueError, TypeError) as error:
            raise ValidationError(str(error)) from error

    def hours(self) -> Hours:
        """As a plain value. Raises ValueError where it makes no sense."""
        return Hours(
            zone=self.zone,
            week=sla.week_of(self.week),
            country=self.country,
            subdivision=self.subdivision,
            closed=frozenset(date.fromisoformat(day) for day in self.closing_days),
        )


class Target(models.Model):
    """How long customers of a product wait at most, in minutes of business time.

    Products below it inherit; one target, without a product, is everybody's.
    """

    product = models.OneToOneField(Product, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_default = models.BooleanField(default=False)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="targets")
    take_over_minutes = models.PositiveIntegerField(
        default=sla.DEFAULT_TAKE_OVER_MINUTES, help_text=_("Until a person takes over.")
    )
    answer_minutes = models.PositiveIntegerField(
        default=sla.DEFAULT_ANSWER_MINUTES, help_text=_("From then until that person answers.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_target"),
            models.CheckConstraint(
                condition=Q(is_default=True, product=None) | Q(is_default=False, product__isnull=False),
                name="target_for_product_or_default",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product) if self.product else str(_("Everything else"))

    def level(self) -> sla.Level:
        """As a plain value, with its calendar."""
        return sla.Level(
            hours=self.calendar.hours(),
            take_over=timedelta(minutes=self.take_over_minutes),
            answer=timedelta(minutes=self.answer_minutes),
        )


class CaseQuerySet(models.QuerySet["Case"]):
    def current(self) -> CaseQuerySet:
        """Not closed."""
        return self.exclude(state=Case.State.CLOSED)

    def waiting(self) -> CaseQuerySet:
        """Nobody has taken them."""
        return self.filter(state=Case.State.OPEN)

    def with_agent(self, member_id: int | None) -> CaseQuerySet:
        """In this agent's hands."""
        return self.filter(state=Case.State.TAKEN, taken_by_id=member_id)

    def by_due(self) -> CaseQuerySet:
        """What is due next on top; those that were answered and wait for the asker's word come last."""
        return self.order_by(models.F("answered_at").asc(nulls_first=True), "due_at", "id")

    def for_desk(self) -> CaseQuerySet:
        """With what a row of the desk shows, in one query."""
        return self.select_related("thread__author", "thread__product", "thread__topic", "taken_by")


class Case(models.Model):
    """A thread that needs a person: a work item of the desk. At most one that is not closed for each thread."""

    class Reason(models.TextChoices):
        UNANSWERED = "unanswered", _("Nobody answered")
        UNSOLVED = "unsolved", _("The answers did not solve it")
        ESCALATED = "escalated", _("Handed over by a moderator")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a person")
        TAKEN = "taken", _("With a person")
        CLOSED = "closed", pgettext_lazy("case", "Closed")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="cases")
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.TextField(blank=True, help_text=_("What the moderator wrote."))
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    # When the person has answered, by the product's target.
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    # Answered by the company since it was opened: it waits for the asker's word, and its clock stands.
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=~Q(state="closed"), name="one_open_case"),
            models.CheckConstraint(
                condition=Q(state="taken", taken_by__isnull=False) | Q(state="open", taken_by=None) | Q(state="closed"),
                name="case_taken_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "answered_at", "due_at", "id"], name="case_by_due", condition=~Q(state="closed")),  # noqa: E501
            models.Index(fields=["taken_by", "state", "answered_at", "due_at"], name="case_by_agent", condition=Q(state="taken")),  # noqa: E501
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def is_taken(self) -> bool:
        return self.state == self.State.TAKEN

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    def is_late(self, now: datetime) -> bool:
        """Whether the answer is overdue."""
        return self.answered_at is None and not self.is_closed and now > self.due_at
