"""Saying whether an article helped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.viewer import Viewer
from events.record import record
from kb.models import Article, HelpedVote, Helpfulness


def say_helped(*, article: Article, helped: bool, by: Viewer, now: datetime) -> Helpfulness:
    """Count a yes or a no: a member's once, and again only where they change their mind; a visitor's each time.

    Locks the article's counter. Anybody may: it is the reader's word about our text. Gives the counter.
    """
    with transaction.atomic():
        Helpfulness.objects.get_or_create(article=article)
        counted = Helpfulness.objects.select_for_update().get(article=article)
        if by.member_id is not None:
            vote = HelpedVote.objects.filter(article=article, member_id=by.member_id).first()
            if vote is not None and vote.helped == helped:
                return counted
            if vote is not None:
                _count(counted, vote.helped, -1)
            HelpedVote.objects.update_or_create(
                article=article, member_id=by.member_id, defaults={"helped": helped, "at": now}
            )
        _count(counted, helped, 1)
        counted.save(update_fields=["yes", "no"])
        # Finished pages are made anew by what is recorded, and this one shows the share.
        record(verb="article.helped", actor=by.member, obj=article.page_ptr, now=now, after={"helped": helped})
        return counted


def _count(counted: Helpfulness, helped: bool, change: int) -> None:
    if helped:
        counted.yes = max(0, counted.yes + change)
    else:
        counted.no = max(0, counted.no + change)
