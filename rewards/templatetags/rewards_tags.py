"""What pages of other apps say about credits, and how amounts are written."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.viewer import Viewer
from community.models import Post, Thread
from rewards.amounts import credits as in_words
from rewards.amounts import whole
from rewards.models import Hold
from rewards.queries import hold_of, version_shown
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
