"""An idea that is adopted earns; one that no longer is, or that is removed, gives back what it earned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.viewer import Viewer
from community.models import Adoption
from rewards import ledger, rules
from rewards.actions.earning import Earned, post_earned
from rewards.actions.reversing import reverse_holds, tell_reversed
from rewards.models import Hold, Transfer
from rewards.queries import IDEA, version_in_force


def award(*, adoption: Adoption, by: Viewer, now: datetime) -> Transfer | None:
    """Post what an adoption earns the idea's author, pending; None when it earns nothing or was posted before.

    The rules are those of the moment of adoption: an idea that is restored after it was removed has again what was
    taken back then, and no more. The caller's rights were checked by the adoption itself. Locks the author's accounts.
    """
    thread = adoption.thread
    version = version_in_force(adoption.adopted_at)
    if version is None:
        return None
    terms = rules.Rules.read(version.rules)
    amount = rules.idea_earns(terms, facts(adoption))
    if not amount or terms.adopted is None:
        return None
    with transaction.atomic():
        books = ledger.lock([thread.author_id])
        before = _earned(adoption).select_related("award").order_by("pk").last()
        if before is not None and before.state != Hold.State.REVERSED:
            return None
        today = ledger.booked_on(now)
        settles_on = terms.settles_on(ledger.booked_on(adoption.adopted_at), terms.adopted.hold_days)
        earned = Earned(
            key=f"again:{before.award_id}" if before else f"adoption:{adoption.pk}",
            reason=Transfer.Reason.IDEA_ADOPTED,
            member_id=thread.author_id,
            amount=amount,
            settles_on=max(settles_on, today),
            version=version,
            subject_type=IDEA,
            subject_id=adoption.pk,
            thread_id=thread.pk,
        )
        holds = post_earned(earned=[earned], books=books, by=by, now=now)
        return holds[0].award if holds else None


def take_back(*, adoption: Adoption, reason: str, by: Viewer, now: datetime) -> Transfer | None:
    """Reverse what an adoption earned, and tell the author why; None when there is nothing (left) to reverse.

    Takes it from where it is: pending, else settled; what was spent already becomes the member's debt. Locks the
    author's accounts.
    """
    with transaction.atomic():
        member_id = _earned(adoption).values_list("member_id", flat=True).first()
        if member_id is None:
            return None
        # An adoption that stands was not taken back: its idea is gone.
        cause = Transfer.Reason.ADOPTION_REVOKED if adoption.revoked_at else Transfer.Reason.IDEA_REMOVED
        books = ledger.lock([member_id])
        holds = _earned(adoption).exclude(state=Hold.State.REVERSED).select_related("award__version").order_by("pk")
        done = reverse_holds(holds=list(holds), books=books, cause=cause, reason=reason, by=by, now=now)
        if not done:
            return None
        title = adoption.thread.title
        tell_reversed(member_id=member_id, done=done, title=title, cause=cause, reason=reason, now=now)
        return done[0].transfer


def facts(adoption: Adoption) -> rules.Idea:
    """What the rules look at; `thread` and its author are loaded."""
    author = adoption.thread.author
    return rules.Idea(
        author_id=author.pk,
        author_is_team=author.is_team,
        author_left=author.closed_at is not None or author.erased_at is not None,
        adopted_by_id=adoption.adopted_by_id,
    )


def _earned(adoption: Adoption) -> QuerySet[Hold]:
    return Hold.objects.filter(award__subject_type=IDEA, award__subject_id=adoption.pk)
