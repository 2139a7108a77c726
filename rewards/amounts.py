"""Amounts in words: thousandths of a credit as people read them, in the active language."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from django.utils import formats
from django.utils.translation import pgettext

from rewards.rules import CREDIT

MINUS = "−"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "CAD": "CA$"}


def whole(amount: int) -> int:
    """Whole credits, rounded towards zero: nobody reads more than there is."""
    return abs(amount) // CREDIT * (-1 if amount < 0 else 1)


def credits(amount: int, *, signed: bool = False) -> str:
    """ "1,240", or with its sign "+40" and "−40"."""
    rounded = whole(amount)
    text = formats.number_format(abs(rounded), use_l10n=True, force_grouping=True)
    if rounded < 0:
        return f"{MINUS}{text}"
    return f"+{text}" if signed and rounded > 0 else text


def exactly(amount: int) -> str:
    """With its thousandths where it has any: "1,240" or "0.450"."""
    places = 3 if amount % CREDIT else 0
    text = formats.number_format(Decimal(abs(amount)).scaleb(-3), places, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if amount < 0 else text


def money(amount: int, *, value_micros: int, currency: str) -> str:
    """What so many credits are worth, rounded down to the currency's hundredth: "€12.40"."""
    units = Decimal(amount * value_micros) / (CREDIT * 1_000_000)
    return _sum(abs(units).quantize(Decimal("0.01"), rounding=ROUND_DOWN), currency)


def minor(value: int, currency: str) -> str:
    """Hundredths of a currency's unit: "€12.40"."""
    return _sum(Decimal(value).scaleb(-2), currency)


def _sum(units: Decimal, currency: str) -> str:
    text = formats.number_format(units, 2, use_l10n=True, force_grouping=True)
    # Translators: how a sum of money is written, for example "%(sum)s %(symbol)s" with a no-break space.
    return pgettext("money", "%(symbol)s%(sum)s") % {"symbol": _SYMBOLS.get(currency, currency), "sum": text}
