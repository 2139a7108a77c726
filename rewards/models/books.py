"""The books: accounts, transfers and entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from rewards.models.programme import ProgrammeVersion

# The system's accounts, which keep no balance. A migration makes each.
SYSTEM_KINDS = ["issuance", "payouts", "breakage", "written_off"]


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
        BREAKAGE = "breakage", _("Credits that expired")
        WRITTEN_OFF = "written_off", _("Debts written off")

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
                | Q(member__isnull=True, kind__in=SYSTEM_KINDS, balance__isnull=True),
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
        EXPIRY = "expiry", _("Expiry")
        WRITE_OFF = "write_off", _("Write-off")

    class Reason(models.TextChoices):
        ANSWER_ACCEPTED = "answer_accepted", _("Accepted answer")
        ACCEPTANCE_REVOKED = "acceptance_revoked", _("The answer is no longer accepted")
        ANSWER_REPLACED = "answer_replaced", _("Another answer was accepted instead")
        # An accepted answer: its place in the month, the others whom it helped, a member's first, a month's pool.
        PLACE_FREED = "place_freed", _("Accepted answer, the rest of the full amount")
        ENDORSED = "endorsed", _("An answer that helped others, too")
        FIRST_ANSWER = "first_answer", _("First accepted answer")
        POOL_SHARED = "pool_shared", _("Accepted answer, share of the month")
        # A help article, and its opposites.
        ARTICLE_MADE = "article_made", _("Your answer became a help article")
        ARTICLE_HELPED = "article_helped", _("Help article that helped")
        TRANSLATED = "translated", _("Help article translated")
        SEARCH_ANSWERED = "search_answered", _("Help article for a search that found nothing")
        ARTICLE_WITHDRAWN = "article_withdrawn", _("The help article was withdrawn")
        ARTICLE_GONE = "article_gone", _("The answer behind the help article was removed")
        # An idea, and its opposites.
        IDEA_ADOPTED = "idea_adopted", _("Your idea was adopted")
        ADOPTION_REVOKED = "adoption_revoked", _("The idea is no longer adopted")
        IDEA_REMOVED = "idea_removed", _("The idea was removed")
        WITHHELD = "withheld", _("Withheld after a review")
        RESTORED = "restored", _("Given back on appeal")
        CORRECTION = "correction", _("Correction")
        PAID_OUT = "paid_out", _("Paid out")
        PAYOUT_CAME_BACK = "payout_came_back", _("A payment came back")
        MATCHED = "matched", _("Added by the company for a charity")
        EXPIRED = "expired", _("Expired")
        GIVEN_UP = "given_up", _("Given up with an erased account")
        WRITTEN_OFF = "written_off", _("Debt written off")

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
        # Seals count from one.
        constraints = [models.CheckConstraint(condition=Q(id__gt=0), name="transfer_id")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="transfer_subject"),
            models.Index(fields=["kind", "-booked_on", "-id"], name="transfer_by_kind"),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """What one transfer does to one account. Written before its transfer, whose arrival closes it."""

    # Its index is that of `one_entry_per_account`.
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries", db_index=False)
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
