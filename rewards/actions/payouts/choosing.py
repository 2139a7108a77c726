"""A member says what becomes of their credits, and where they are paid."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.errors import Invalid
from events.record import record
from rewards import providers
from rewards.models import Charity, Payout, PayoutAccount, PayoutRun
from rewards.payable import is_reference
from rewards.permissions import check_may_choose

Choice = Payout.Choice


def choose(
    *, run: PayoutRun, choice: str, reference: str, is_adult: bool, charity: str, by: Viewer, now: datetime
) -> Payout:
    """Keep a member's choice for this run, where they are paid, and their vote (the key of a charity, "" for none).

    Raises Refused when the window is not open, and Invalid.
    """
    with transaction.atomic():
        # Shared with whoever freezes: after them nobody chooses.
        run = PayoutRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        payout = run.payouts.filter(member=by.member).first() if by.member else None
        check_may_choose(run, payout, by, now)
        assert payout and by.member
        errors: dict[str, str] = {}
        if choice not in offered():
            errors["choice"] = _("Choose one of these.")
        vote = next((each for each in Charity.objects.filter(is_active=True) if str(each.pk) == charity), None)
        if charity and vote is None:
            errors["charity"] = _("Choose one of these.")
        provider = providers.provider_of(choice) if choice in (Choice.BILL, Choice.CASH) else ""
        if provider and not errors:
            _keep_account(provider, reference.strip(), is_adult, by, now, errors)
        if errors:
            raise Invalid(dict(errors))
        before, payout.choice, payout.chosen_at, payout.vote = payout.choice, choice, now, vote
        payout.save(update_fields=["choice", "chosen_at", "vote"])
        record(
            verb="payout_chosen",
            actor=by.member,
            obj=payout,
            now=now,
            before={"choice": before},
            after={"choice": choice, "charity": vote.pk if vote else None},
        )
        return payout


def offered() -> list[str]:
    """The choices that somebody pays here."""
    there = [choice.value for choice in Choice if choice == Choice.KEEP or providers.provider_of(choice)]
    if not Charity.objects.filter(is_active=True).exists():
        there.remove(Choice.CHARITY)
    return there


def _keep_account(
    provider: str, reference: str, is_adult: bool, by: Viewer, now: datetime, errors: dict[str, str]
) -> None:
    if not is_reference(reference):
        errors["reference"] = _("Write the name or number of your account there, in letters and digits.")
    if not is_adult:
        errors["is_adult"] = _("Only members who are 18 or older are paid.")
    if errors:
        return
    mine = PayoutAccount.objects.filter(member=by.member, provider=provider)
    if mine.filter(reference=reference).update(is_adult=True):
        return
    try:
        with transaction.atomic():
            # Another account is to be checked anew.
            PayoutAccount.objects.update_or_create(
                member=by.member,
                provider=provider,
                defaults={
                    "reference": reference,
                    "status": PayoutAccount.Status.WAITING,
                    "is_adult": True,
                    "changed_at": now,
                    "asked_at": None,
                },
            )
    except IntegrityError:
        errors["reference"] = _("Another member is paid there already.")
