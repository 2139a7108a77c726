"""The demo's payout runs: one that is finished, and one whose window is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from accounts.viewer import Viewer
from demo import script
from demo.actions.timeline import Timeline
from rewards.actions.payouts.banking import read_bank_answer
from rewards.actions.payouts.charities import keep_charity
from rewards.actions.payouts.choosing import choose
from rewards.actions.payouts.running import approve, freeze, freeze_more, make_statements, open_run
from rewards.actions.payouts.sending import pay
from rewards.ledger import booked_on
from rewards.models import Charity, PayoutRun


def plan(*, timeline: Timeline, people: Mapping[str, Viewer]) -> None:
    """Put both into the story, as content/payouts.toml says."""
    content = script.read("payouts")
    now, first, second = timeline.now, content["first"], content["second"]

    def later(when: str, act: Any, *given: Any) -> None:
        timeline.at(now - script.span(when), partial(act, *given))

    later(first["opened"], _open, content["charity"], people["operator"], now - script.span(first["ends"]))
    later(first["statements"], _make_statements, 1, now - script.span(second["ends"]))
    for given in first["choice"]:
        later(given["at"], _choose, people[given["by"]], given)
    later(first["frozen"], _freeze, people[first["frozen_by"]])
    later(first["approved"], _approve, people[first["approved_by"]])
    later(first["answered"], _answer, people[first["frozen_by"]])
    later(second["statements"], _make_statements, 2, None)


def _open(charities: list[dict[str, Any]], operator: Viewer, ends: datetime, at: datetime) -> None:
    for given in charities:
        names = {lang: given[lang] for lang in script.LANGUAGES}
        charity = Charity(names=names, account=given["account"], match_percent=given["match_percent"])
        keep_charity(charity=charity, by=operator, now=at)
    open_run(by=Viewer.system(), now=at, ends_on=booked_on(ends))


def _make_statements(number: int, next_ends: datetime | None, at: datetime) -> None:
    """And open the run that follows: to this day, or as the rules say."""
    run = PayoutRun.objects.get(number=number)
    while make_statements(run.pk, at):
        pass
    open_run(by=Viewer.system(), now=at, ends_on=booked_on(next_ends) if next_ends else None)


def _choose(by: Viewer, given: dict[str, Any], at: datetime) -> None:
    run = PayoutRun.objects.get(number=1)
    vote = Charity.objects.get(names__en=given["vote"])
    # A story that is told in part has not earned everybody something.
    if run.payouts.filter(member=by.member).exists():
        choose(run=run, choice=given["choice"], reference="", is_adult=False, charity=str(vote.pk), by=by, now=at)


def _freeze(by: Viewer, at: datetime) -> None:
    run = PayoutRun.objects.get(number=1)
    freeze(run=run, by=by, now=at)
    while freeze_more(run.pk, at):
        pass


def _approve(by: Viewer, at: datetime) -> None:
    run = PayoutRun.objects.get(number=1)
    approve(run=run, by=by, now=at)
    pay(run_id=run.pk, now=at, until=float("inf"))


def _answer(by: Viewer, at: datetime) -> None:
    run = PayoutRun.objects.get(number=1)
    paid = "".join(f"{key.hex},paid\n" for key in run.payouts.in_file().values_list("key", flat=True))
    read_bank_answer(run=run, content=f"reference,state\n{paid}".encode(), by=by, now=at)
    pay(run_id=run.pk, now=at, until=float("inf"))
