"""Payout runs: what becomes of settled credits, twice a year."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from rewards.models.programme import ProgrammeVersion


class Provider(models.TextChoices):
    """Who moves the money."""

    BILLING = "billing", _("The company’s billing")
    PAYPAL = "paypal", _("PayPal")
    BANK = "bank", _("The bank")


class Charity(models.Model):
    """To whom members may give. The company adds to it."""

    names = models.JSONField(help_text=_('By language: {"en": …, "fr": …}.'))
    # Where the bank finds it.
    account = models.CharField(max_length=120)
    match_percent = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "charities"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language that is active, else the first there is."""
        return str(self.names.get(get_language() or "en") or next(iter(self.names.values()), ""))


class PayoutRunQuerySet(models.QuerySet["PayoutRun"]):
    def open(self) -> PayoutRunQuerySet:
        return self.exclude(state=PayoutRun.State.CLOSED)


class PayoutRun(models.Model):
    """One run, from the days whose earnings it pays to the last answer of a provider."""

    class State(models.TextChoices):
        ACCRUING = "accruing", _("Credits are earned")
        STATEMENTS = "statements", _("Statements are made")
        CHOOSING = "choosing", _("Members choose")
        FROZEN = "frozen", _("Frozen, to be approved")
        APPROVED = "approved", _("Approved")
        PAYING = "paying", _("Being paid")
        RECONCILING = "reconciling", _("Waiting for answers")
        CLOSED = "closed", _("Closed")

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=20, choices=State, default=State.ACCRUING)
    # Days in the operator's zone; what settles up to the last one is in the statements.
    starts_on = models.DateField()
    ends_on = models.DateField()
    choose_until = models.DateField(null=True)
    # What a credit is worth and who may be paid, from the statements on.
    version = models.ForeignKey(ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="+")
    # What the members' vote chose.
    charity = models.ForeignKey(Charity, null=True, on_delete=models.PROTECT, related_name="runs")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    # Set when freezing begins: from then on nobody chooses.
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    # Who has not chosen is reminded once, in the order of their keys; up to which that is done.
    reminded_to = models.BigIntegerField(null=True)

    objects = PayoutRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="run_days"),
            models.CheckConstraint(
                condition=Q(state__in=["accruing", "statements", "choosing"], approved_by=None)
                | Q(state="frozen", frozen_by__isnull=False, approved_by=None)
                | Q(
                    state__in=["approved", "paying", "reconciling", "closed"],
                    frozen_by__isnull=False,
                    approved_by__isnull=False,
                ),
                name="run_persons",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("frozen_by")), name="run_approved_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}"

    def takes_choices(self, today: date) -> bool:
        """Whether members may choose on this day (of the operator's zone)."""
        return (
            self.state == self.State.CHOOSING
            and self.frozen_at is None
            and self.choose_until is not None
            and today <= self.choose_until
        )


class PayoutQuerySet(models.QuerySet["Payout"]):
    def of_members(self) -> PayoutQuerySet:
        """All but what the company adds for a charity."""
        return self.filter(member__isnull=False)

    def under_way(self) -> PayoutQuerySet:
        """Those of which the last word is not known."""
        return self.filter(state__in=[Payout.State.FROZEN, Payout.State.UNKNOWN, Payout.State.SENT])

    def not_in_file(self) -> PayoutQuerySet:
        """Those that will stand in the bank's file and do not yet."""
        return self.filter(provider=Provider.BANK, state__in=[Payout.State.FROZEN, Payout.State.UNKNOWN])

    def in_file(self) -> PayoutQuerySet:
        """Those that stand in the bank's file."""
        return self.filter(provider=Provider.BANK, state=Payout.State.SENT)

    def booked_out(self) -> PayoutQuerySet:
        """Those whose credits are out of their member's account."""
        return self.filter(state__in=Payout.OUT)


class Payout(models.Model):
    """What one run does with one member's credits; without a member, what the company adds for the charity."""

    class Choice(models.TextChoices):
        KEEP = "keep", _("Keep the credits")
        BILL = "bill", _("Off my bill")
        CASH = "cash", _("Money to my account")
        CHARITY = "charity", _("Given to charity")

    class State(models.TextChoices):
        CHOSEN = "chosen", _("Not frozen yet")
        KEPT = "kept", _("Kept")
        FROZEN = "frozen", _("To be sent")
        SENT = "sent", _("On its way")
        # Sent, or about to be: written before the provider is called, so that a crash leaves no doubt about the doubt.
        UNKNOWN = "unknown", _("Sent, not answered yet")
        PAID = "paid", _("Paid")
        REFUSED = "refused", _("Refused by the provider")
        RETURNED = "returned", _("Paid, and came back")

    class Why(models.TextChoices):
        """Why credits were kept, or came back."""

        CHOSEN = "chosen", _("You chose to keep them.")
        NOTHING = "nothing", _("There was nothing to pay out any more.")
        GONE = "gone", _("The account was closed.")
        NEW = "new", _("Your account is too new to be paid.")
        MINIMUM = "minimum", _("You have less than the least that is paid out.")
        NO_ACCOUNT = "no_account", _("You have not said where to pay them.")
        NOT_ADULT = "not_adult", _("You have not confirmed that you are 18 or older.")
        UNCHECKED = "unchecked", _("Your payment account is not checked yet.")
        CHECK_FAILED = "check_failed", _("The check of your payment account failed.")
        NOT_OFFERED = "not_offered", _("This choice is not offered any more.")
        REFUSED = "refused", _("The payment was refused.")
        RETURNED = "returned", _("The payment came back.")

    OUT = (State.FROZEN, State.UNKNOWN, State.SENT, State.PAID)

    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="payouts")
    choice = models.CharField(max_length=20, choices=Choice, default=Choice.KEEP)
    # When the member chose in this run; null: it was carried over from the last one, or is the default.
    chosen_at = models.DateTimeField(null=True)
    vote = models.ForeignKey(Charity, null=True, on_delete=models.SET_NULL, related_name="votes")
    # Thousandths of a credit: on the statement, and from freezing on what is taken.
    amount = models.BigIntegerField()
    # What they are worth, in hundredths of the currency's unit.
    value = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=20, choices=State, default=State.CHOSEN)
    why = models.CharField(max_length=20, choices=Why, blank=True)
    # What the provider said, for the operator.
    words = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=20, choices=Provider, blank=True)
    payee = models.CharField(max_length=120, blank=True)
    # By which the provider knows a payment again. Unlike a primary key it is no other installation's.
    key = models.UUIDField(unique=True, default=uuid4)
    # What was sent together is asked about together.
    batch = models.UUIDField(null=True)
    batch_reference = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    # When the provider is asked next.
    ask_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "member"], name="one_payout_per_member"),
            models.UniqueConstraint(fields=["run"], condition=Q(member=None), name="one_match_per_run"),
            models.CheckConstraint(condition=Q(amount__gte=0, value__gte=0), name="payout_amount"),
            models.CheckConstraint(
                condition=Q(state__in=["chosen", "kept"])
                | Q(amount__gt=0, value__gt=0) & ~Q(provider="") & ~Q(payee="") & ~Q(choice="keep"),
                name="payout_sendable",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="payout_of_run"),
            models.Index(fields=["ask_at", "id"], condition=Q(state__in=["unknown", "sent"]), name="payout_to_ask"),
        ]

    def __str__(self) -> str:
        return f"payout {self.pk}: {self.state}"

    @property
    def is_out(self) -> bool:
        """Whether its credits are out of the member's account."""
        return self.state in self.OUT


class PayoutAccount(models.Model):
    """Where a member is paid: the provider checks who they are, and no more than its word is kept here."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Not checked yet")
        CHECKED = "checked", _("Checked")
        FAILED = "failed", _("The check failed")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payout_accounts")
    provider = models.CharField(max_length=20, choices=Provider)
    # As the provider knows them.
    reference = models.CharField(max_length=120)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    is_adult = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    # When its provider was last asked.
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "provider"], name="one_account_per_provider"),
            # Neither large letters nor spaces make another account of it.
            models.UniqueConstraint(
                F("provider"), Lower(Replace("reference", Value(" "), Value(""))), name="one_person_per_account"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="payout_account_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.member_id}"
