"""Imported history earns only when the operator asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction

from community.models import Acceptance
from rewards import ledger, rules
from rewards.actions.awarding import earned_by, facts
from rewards.actions.earning import post_earned
from rewards.queries import version_in_force

_BATCH = 500


def award_imported(acceptance_ids: Iterable[int], now: datetime) -> int:
    """Award these imported acceptances by the rules in force at `now`; returns how many earned.

    They are pending from `now` on, like any other: nobody has looked at them here yet. History of years arrives at
    once, so that no cap of a month and no pool counts it: each earns the full amount. A transaction a batch; running
    it again awards nothing twice.
    """
    version = version_in_force(now)
    if version is None:
        return 0
    terms = rules.Rules.read(version.rules)
    earned = 0
    ids = iter(acceptance_ids)
    while batch := list(islice(ids, _BATCH)):
        with transaction.atomic():
            rows = Acceptance.objects.filter(pk__in=batch, revoked_at=None).select_related("thread", "post__author")
            earning = [row for row in rows.order_by("pk") if rules.may_earn(facts(row), with_imported=True)]
            books = ledger.lock(row.post.author_id for row in earning)
            made = [earned_by(row, terms.accepted_answer, version, now) for row in earning]
            earned += len(post_earned(earned=made, books=books, by=None, now=now))
    return earned
