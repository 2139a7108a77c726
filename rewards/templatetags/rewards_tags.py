"""What pages of other apps say about credits, and how amounts are written."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from rewards.amounts import credits as in_words
from rewards.amounts import whole
from rewards.queries import version_shown
from rewards.rules import Rules

register = template.Library()


@register.simple_tag
def earns() -> str:
    """ "An accepted answer earns 40 credits." by the rules in force; nothing when it earns nothing."""
    version = version_shown(timezone.now())
    amount = Rules.read(version.rules).accepted_answer if version else 0
    if whole(amount) <= 0:
        return ""
    return ngettext(
        "An accepted answer earns %(credits)s credit.", "An accepted answer earns %(credits)s credits.", whole(amount)
    ) % {"credits": in_words(amount)}


@register.filter(name="credits")
def credits_filter(amount: int) -> str:
    """`{{ amount|credits }}`: whole credits, rounded down."""
    return in_words(amount)


@register.filter
def signed_credits(amount: int) -> str:
    """`{{ amount|signed_credits }}`: "+40" or "−40"."""
    return in_words(amount, signed=True)
