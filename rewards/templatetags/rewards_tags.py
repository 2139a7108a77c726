"""What pages of other apps say about credits, and how amounts are written."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Post, Thread
from rewards.amounts import credits as in_words
from rewards.amounts import exactly, money, whole
from rewards.amounts import minor as minor_units
from rewards.levels import level_of
from rewards.merits import badges_of, is_of_customers
from rewards.models import Hold, Payout, ProgrammeVersion, Transfer
from rewards.models.reviews import NAT
from rewards.printed import what_becomes
from rewards.queries import balance_of, hold_of, version_shown
from rewards.reporting import Reporting
from rewards.rules import Rules
from rewards.runs import window_of
from rewards.words import figure

register = template.Library()


@register.simple_tag
def earns() -> str:
    """ "An accepted answer earns 40 credits." by the rules in force; nothing when it earns nothing."""
    version = version_shown(timezone.now())
    rules = Rules.read(version.rules) if version else None
    # In a pool nobody knows before the month is over.
    amount = rules.accepted_answer if rules and rules.pool is None else 0
    if whole(amount) <= 0:
        return ""
    return ngettext(
        "An accepted answer earns %(credits)s credit.", "An accepted answer earns %(credits)s credits.", whole(amount)
    ) % {"credits": in_words(amount)}


@register.simple_tag
def idea_earns() -> str:
    """ "It earns 50 credits then." of an idea, by the rules in force; nothing when it earns nothing."""
    version = version_shown(timezone.now())
    way = Rules.read(version.rules).adopted if version else None
    if way is None or whole(way.amount) <= 0:
        return ""
    return ngettext("It earns %(credits)s credit then.", "It earns %(credits)s credits then.", whole(way.amount)) % {
        "credits": in_words(way.amount)
    }


@register.inclusion_tag("rewards/thanks.html", takes_context=True)
def thanks(context: dict[str, Any], thread: Thread, post: Post) -> dict[str, Any]:
    """What an accepted answer did, for the two it concerns: its author and the asker; nothing for anybody else.

    Costs one query for those two. `post` comes from `community.queries.threads.posts`.
    """
    viewer: Viewer = context.get("viewer") or Viewer()
    is_author, is_asker = viewer.is_member(post.author_id), viewer.is_member(thread.author_id)
    if not (is_author or is_asker):
        return {}
    if is_author and is_asker:
        return {"to": "self"}
    hold = hold_of(post.acceptance_id)  # type: ignore[attr-defined]
    standing = getattr(post.author, "standing", None)
    return {
        "to": "helper" if is_author else "asker",
        "is_first": is_author and standing is not None and standing.accepted == 1,
        # Nobody signs in as an imported member: there is nobody to tell.
        "told": post.author.user_id is not None,
        "thread": thread,
        "post": post,
        "hold": hold,
        "pending": hold is not None and hold.state == Hold.State.PENDING,
    }


@register.simple_tag
def level(member: Member) -> str:
    """ "Level 4, Guide"; nothing for the team and who left. Read `standing` with the member: then it costs nothing."""
    found = level_of(_accepted(member))
    return _("Level %(number)s, %(name)s") % {"number": found.number, "name": found.name} if found else ""


@register.inclusion_tag("rewards/badges.html")
def badges(member: Member) -> dict[str, Any]:
    """What a profile shows of a member's help. One query."""
    if not is_of_customers(member):
        return {}
    return {"level": level_of(_accepted(member)), "badges": badges_of(member.pk)}


def _accepted(member: Member) -> int:
    standing = getattr(member, "standing", None) if is_of_customers(member) else None
    return standing.accepted if standing else 0


@register.inclusion_tag("rewards/erasing.html", takes_context=True)
def erasing(context: dict[str, Any]) -> dict[str, Any]:
    """What becomes of one's credits, payments and payment data when one's account is erased. Four queries."""
    viewer: Viewer = context.get("viewer") or Viewer()
    if viewer.member_id is None:
        return {}
    now = timezone.now()
    balance, version = balance_of(viewer.member_id), version_shown(now)
    mine = Payout.objects.filter(member_id=viewer.member_id)
    return {
        "amount": balance.pending + balance.settled,
        "window": window_of(viewer.member_id, now),
        "under_way": mine.under_way().count(),
        "was_paid": mine.booked_out().exclude(choice=Payout.Choice.CHARITY).exists(),
        "years": Reporting.read(version.rules if version else {}).retention_years,
    }


@register.filter
def whole_credits(amount: int) -> int:
    """`{{ amount|whole_credits }}`: what decides between one and several."""
    return whole(amount)


@register.filter(name="credits")
def credits_filter(amount: int) -> str:
    """`{{ amount|credits }}`: whole credits, rounded down."""
    return in_words(amount)


@register.filter
def signed_credits(amount: int) -> str:
    """`{{ amount|signed_credits }}`: "+40" or "−40"."""
    return in_words(amount, signed=True)


@register.filter
def exact_credits(amount: int) -> str:
    """`{{ amount|exact_credits }}`: with the thousandths that there are, so that a list adds up."""
    return exactly(amount)


@register.filter
def worth(amount: int, version: ProgrammeVersion) -> str:
    """`{{ amount|worth:version }}`: what so many credits are worth by these rules."""
    return money(amount, value_micros=version.value_micros, currency=version.currency)


@register.filter
def nats(score: int) -> str:
    """`{{ review.score|nats }}`: a score with one decimal."""
    return figure(score / NAT)


@register.filter
def minor(value: int, currency: str) -> str:
    """`{{ value|minor:currency }}`: "€12.40" of hundredths."""
    return minor_units(value, currency)


@register.filter
def choice_words(choice: str) -> str:
    """`{{ choice|choice_words }}`: what becomes of a member's credits; "" for a choice that is no longer known."""
    return str(dict(Payout.Choice.choices).get(choice, ""))


@register.filter
def cause_words(cause: str) -> str:
    """`{{ line.cause|cause_words }}`: what an award was for; an accepted answer for whatever is no longer known."""
    labels = dict(Transfer.Reason.choices)
    return str(labels.get(cause, labels[Transfer.Reason.ANSWER_ACCEPTED]))


@register.filter
def why_words(why: str) -> str:
    """`{{ why|why_words }}`: why credits were kept or came back, in a sentence to their member."""
    return str(dict(Payout.Why.choices).get(why, ""))


@register.filter
def becomes(payout: Payout) -> str:
    """`{{ payout|becomes }}`: what a run did or will do with a member's credits, in a sentence."""
    return what_becomes(payout)
