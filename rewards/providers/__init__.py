"""Whoever moves the money, behind one small interface (`base.Adapter`)."""

from __future__ import annotations

from django.conf import settings

from rewards.models import Payout, Provider
from rewards.providers.bank import Bank
from rewards.providers.base import Adapter
from rewards.providers.billing import Billing
from rewards.providers.paypal import PayPal


def configured() -> dict[str, Adapter]:
    """The providers of this installation by name. The bank needs nothing: it is a file."""
    given = settings.ENTRAIDE["PAYOUTS"]
    found: dict[str, Adapter] = {Provider.BANK.value: Bank()}
    if given["billing"]["url"]:
        found[Provider.BILLING.value] = Billing(**given["billing"])
    if given["paypal"]["client_id"]:
        found[Provider.PAYPAL.value] = PayPal(**given["paypal"])
    return found


def provider_of(choice: str) -> str:
    """Who pays this choice here; "" where nobody does."""
    there = configured()
    order = {
        Payout.Choice.BILL.value: (Provider.BILLING,),
        Payout.Choice.CASH.value: (Provider.PAYPAL, Provider.BANK),
        Payout.Choice.CHARITY.value: (Provider.BANK,),
    }
    return next((name.value for name in order.get(choice, ()) if name.value in there), "")
