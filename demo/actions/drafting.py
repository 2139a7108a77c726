"""The operator of the demo had ideas paid for, thinks about other rules, and has tried them on the last months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.viewer import Viewer
from demo.actions.timeline import Timeline
from rewards.actions.drafting import change_draft, make_draft, publish_draft, try_draft
from rewards.actions.shadowing import compute
from rewards.ledger import booked_on
from rewards.queries import version_in_force

RULES: dict[str, Any] = {
    "accepted_answer": 30_000,
    "taper": {"after": 20, "percent": 90, "least": 10},
    "endorsement": {"amount": 2_000, "most": 20_000, "trust": [50, 75, 100, 125, 150]},
    "first_answer": {"amount": 10_000},
    "article": {"amount": 100_000, "hold_days": 30},
    "royalty": {"amount": 1_000, "most": 30_000, "percent": 90, "months": 24},
    "translation": {"amount": 50_000},
    "failed_search": {"amount": 60_000},
}
IDEAS: dict[str, Any] = {"adopted": {"amount": 50_000}}
# When the rules came that pay for ideas.
IDEAS_SINCE = timedelta(days=70)


def plan_rules(*, timeline: Timeline, people: Mapping[str, Viewer]) -> None:
    """Have the version in force pay for ideas, too, from some day of the story on."""
    timeline.at(timeline.now - IDEAS_SINCE, lambda at: _pay_for_ideas(people["operator"], at))


def _pay_for_ideas(by: Viewer, at: datetime) -> None:
    version = version_in_force(at)
    if version is None:
        return
    draft = make_draft(name="Credits for ideas", version=version, by=by, now=at)
    rules = {**version.rules, **IDEAS}
    draft = change_draft(draft=draft, name=draft.name, rules=rules, value_micros=version.value_micros, by=by, now=at)
    publish_draft(draft=draft, starts_on=booked_on(at) + timedelta(days=1), by=by, now=at)


def draft_rules(*, people: Mapping[str, Viewer], now: datetime) -> None:
    by, at = people["operator"], now - timedelta(days=2)
    version = version_in_force(at)
    if version is None:
        return
    draft = make_draft(name="More for articles", version=version, by=by, now=at)
    rules = {**version.rules, **RULES}
    draft = change_draft(draft=draft, name=draft.name, rules=rules, value_micros=version.value_micros, by=by, now=at)
    run = try_draft(draft=draft, months=3, by=by, now=at)
    compute(run_id=run.pk, now=at)
