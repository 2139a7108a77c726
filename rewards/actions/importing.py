"""Imported history earns only when the operator asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction

from community.models import Acceptance
from rewards import ledger, rules
from rewards.actions.awarding import draft_award, facts, holds
from rewards.models import Hold
from rewards.queries import version_in_force

_BATCH = 500


def award_imported(acceptance_ids: Iterable[int], now: datetime) -> int:
    """Award these imported acceptances by the rules in force at `now`; returns how many earned.

    They are pending from `now` on, like any other: nobody has looked at them here yet. A transaction a batch;
    running it again awards nothing twice.
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
            earning = [
                row for row in rows.order_by("pk") if rules.accepted_answer_earns(terms, facts(row), with_imported=True)
            ]
            drafts = {
                draft.key: (draft, row)
                for row in earning
                for draft in [draft_award(row, terms.accepted_answer, version)]
            }
            books = ledger.lock(row.post.author_id for row in earning)
            posted = ledger.post_many(books=books, drafts=[draft for draft, _row in drafts.values()], now=now)
            acceptances = {key: row for key, (_draft, row) in drafts.items()}
            Hold.objects.bulk_create(
                holds(posted, acceptances, version, terms.accepted_answer, ledger.booked_on(now)), batch_size=_BATCH
            )
            earned += len(posted)
    return earned
