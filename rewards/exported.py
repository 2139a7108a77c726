"""What a member's export says of their credits."""

from __future__ import annotations

import json
from typing import Any

from rewards.board import is_shown
from rewards.models import (
    Badge,
    Contribution,
    Entry,
    Hold,
    Lot,
    PayeeYear,
    Payout,
    PayoutAccount,
    Review,
    Trace,
)
from rewards.queries import balance_of


def exported(member_id: int) -> dict[str, Any]:
    """All of it, amounts in thousandths. A dozen queries, however many lines there are."""
    lines = Entry.objects.filter(line_of_id=member_id).select_related("account", "transfer").order_by("pk")
    waiting = Hold.objects.waiting().filter(member_id=member_id).select_related("award").order_by("pk")
    found = balance_of(member_id)
    return {
        "unit": "thousandths of a credit",
        "balance": {"pending": found.pending, "settled": found.settled, "owed": found.owed},
        "pending": [
            {
                "booked_on": hold.award.booked_on.isoformat(),
                "amount": hold.amount,
                "settles_on": hold.settles_on.isoformat(),
                "looked_at_first": hold.state == Hold.State.HELD,
                "post": hold.award.post_id,
            }
            for hold in waiting.iterator()
        ],
        "expiring": [
            {"amount": lot.remaining, "expires_on": lot.expires_on.isoformat()}
            for lot in Lot.objects.left().filter(member_id=member_id).order_by("expires_on", "pk").iterator()
            if lot.expires_on
        ],
        "withheld": [
            {
                "amount": review.hold.amount,
                "post": review.hold.award.post_id,
                "state": review.state,
                "decided_at": review.decided_at.isoformat() if review.decided_at else None,
                "rule": review.rule,
                "reason": review.reason,
                "appeal": review.appeal,
                "appeal_reason": review.appeal_reason,
            }
            for review in Review.objects.told()
            .filter(hold__member_id=member_id)
            .select_related("hold__award")
            .order_by("pk")
        ],
        "on_board": is_shown(member_id),
        "badges": [
            {"badge": kind, "given_at": at.isoformat()}
            for kind, at in Badge.objects.filter(member_id=member_id).order_by("pk").values_list("kind", "given_at")
        ],
        "contributions": [
            {"code": made.code, "made_at": made.made_at.isoformat(), "statement": json.loads(made.said)}
            for made in Contribution.objects.standing().filter(member_id=member_id).order_by("pk")
        ],
        "signed_in_over": [
            {"day": day.isoformat(), "hash": hashed}
            for day, hashed in Trace.objects.filter(member_id=member_id).order_by("pk").values_list("day", "hash")
        ],
        "statement": [
            {
                "booked_on": entry.transfer.booked_on.isoformat(),
                "kind": entry.transfer.kind,
                "reason": entry.transfer.reason,
                "account": entry.account.kind,
                "amount": entry.amount,
                "balance_after": entry.balance_after,
                "post": entry.transfer.post_id,
                "thread": entry.transfer.thread_id,
            }
            for entry in lines.iterator()
        ],
        "payouts": [
            {
                "run": payout.run.number,
                "choice": payout.choice,
                "chosen_at": payout.chosen_at.isoformat() if payout.chosen_at else None,
                "charity_voted_for": payout.vote.name if payout.vote else None,
                "amount": payout.amount,
                "value": payout.value,
                "currency": payout.currency,
                "state": payout.state,
                "why": payout.why,
                "provider": payout.provider,
                "payee": payout.payee if payout.choice != Payout.Choice.CHARITY else "",
                "reference": payout.reference,
                "provider_said": payout.words,
                "finished_at": payout.finished_at.isoformat() if payout.finished_at else None,
            }
            for payout in Payout.objects.filter(member_id=member_id)
            .select_related("run", "vote")
            .order_by("pk")
            .iterator()
        ],
        # What tax reports of a year say; operators are told of whoever is near or over a threshold.
        "paid_in_year": [
            {"year": year, "currency": currency, "value": value, "contributions": lines, "threshold": level}
            for year, currency, value, lines, level in PayeeYear.objects.filter(member_id=member_id)
            .order_by("year", "currency")
            .values_list("year", "currency", "value", "lines", "level")
        ],
        "paid_at": [
            {"provider": name, "reference": reference, "status": status, "is_adult": is_adult}
            for name, reference, status, is_adult in PayoutAccount.objects.filter(member_id=member_id)
            .order_by("pk")
            .values_list("provider", "reference", "status", "is_adult")
        ],
    }
