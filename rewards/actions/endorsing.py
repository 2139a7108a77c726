"""An accepted answer that helped others, too, earns a bonus for them when its own credits settle.

Then, once and for all: who says later that it helped changes nothing that is booked, and neither does who takes it
back. Until then everybody sees on the answer itself how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from community.models import Vote
from rewards import ledger
from rewards.actions.earning import Earned, post_earned
from rewards.ledger import Books
from rewards.models import Hold, Transfer
from rewards.queries import ENDORSED, SUBJECT
from rewards.rules import Rules

_MAIN = (Transfer.Reason.ANSWER_ACCEPTED, Transfer.Reason.POOL_SHARED, Transfer.Reason.RESTORED)


def endorse(*, holds: Sequence[Hold], books: Books, now: datetime) -> list[Hold]:
    """Post the bonus of these answers, whose credits settle now; their awards' versions are loaded.

    One query for all endorsers, and none where no version knows the bonus.
    """
    rules = {hold.award.version_id: Rules.read(hold.award.version.rules) for hold in holds if hold.award.version}
    due = [
        hold
        for hold in holds
        if hold.award.subject_type == SUBJECT
        and hold.award.reason in _MAIN
        and hold.award.version_id in rules
        and rules[hold.award.version_id].endorsement
    ]
    if not due:
        return []
    levels = endorsers([hold.award.post_id or 0 for hold in due])
    earned = []
    for hold in due:
        award, terms = hold.award, rules[hold.award.version_id]
        way = terms.endorsement
        assert way
        earned.append(
            Earned(
                key=f"endorsed:{award.subject_id}",
                reason=Transfer.Reason.ENDORSED,
                member_id=hold.member_id,
                amount=way.of(levels.get(award.post_id or 0, ())),
                settles_on=terms.settles_on(ledger.booked_on(now), way.hold_days),
                version=award.version,
                subject_type=ENDORSED,
                subject_id=award.subject_id or 0,
                post_id=award.post_id,
                thread_id=award.thread_id,
            )
        )
    return post_earned(earned=earned, books=books, by=None, now=now)


def endorsers(post_ids: Sequence[int]) -> dict[int, list[int]]:
    """The trust levels of those who said that these answers helped them, by answer. One query.

    Each counts once. Not the author, nor the asker, whose acceptance earned already, nor the team.
    """
    votes = Vote.objects.filter(post_id__in=post_ids, member__is_team=False).exclude(member_id=F("post__author_id"))
    votes = votes.exclude(member_id=F("post__thread__author_id"))
    found: dict[int, list[int]] = {}
    for post_id, trust in votes.order_by("pk").values_list("post_id", "member__standing__trust"):
        found.setdefault(post_id, []).append(trust or 0)
    return found
