"""`manage.py rewards JOB`: the programme's periodic work, each as of `--now`. `rewards --help` names the jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from core.times import iso_time
from rewards.actions.counting import count_payees, count_sealed
from rewards.actions.detecting import detect
from rewards.actions.expiring import expire_due
from rewards.actions.forgetting import retain
from rewards.actions.payouts.moving import move_runs
from rewards.actions.pooling import share_pools
from rewards.actions.royalties import book_royalties
from rewards.actions.settling import settle_due
from rewards.actions.showing import refresh_badges, refresh_board
from rewards.ledger import booked_on
from rewards.models import Hold

Progress = Callable[[int], object]


@contextmanager
def counted(unit: str, total: int | None = None) -> Iterator[Progress]:
    """A bar of what was done, where somebody sees it."""
    with tqdm(total=total, unit=f" {unit}", disable=None) as bar:
        yield bar.update


def _settle(now: datetime) -> str:
    """settle the pending credits whose hold is over"""
    with counted("awards", Hold.objects.due(booked_on(now)).count()) as progress:
        return f"settled: {settle_due(now=now, progress=progress)}"


def _expire(now: datetime) -> str:
    """carry over, warn of and expire settled credits whose day has come"""
    with counted("lots") as progress:
        done = expire_due(now=now, progress=progress)
    return f"carried over: {done.rolled_over}, warned: {done.warned}, expired: {done.expired}"


def _detect(now: datetime) -> str:
    """put pending credits that look arranged under review"""
    with counted("credits") as progress:
        return f"held: {detect(now=now, progress=progress)}"


def _royalties(now: datetime) -> str:
    """book what articles earned last month by having helped"""
    with counted("articles") as progress:
        return f"royalties: {book_royalties(now=now, progress=progress)}"


def _pool(now: datetime) -> str:
    """share last month's pool, where the rules have one"""
    return f"shared: {share_pools(now=now)}"


def _payouts(now: datetime) -> str:
    """move payout runs on: statements, payments, answers; no person's part"""
    moved = move_runs(now=now)
    states = [f"run {number}: {state}" for number, state in moved.runs.items()]
    return "\n".join(states + [MORE] * moved.more)


def _board(now: datetime) -> str:
    """count the board of the last 30 days anew"""
    return f"on the board: {refresh_board(now=now)}"


def _badges(now: datetime) -> str:
    """give the badges that are due, take back those whose ground is gone"""
    with counted("members") as progress:
        changed = refresh_badges(now=now, progress=progress)
    return f"given: {changed.given}, taken back: {changed.taken}"


def _figures(now: datetime) -> str:
    """count what was sealed into the figures, and payees by the year"""
    with counted("transfers") as progress:
        more = count_sealed(progress=progress)
    return "\n".join([f"payees told of: {count_payees(now=now)}"] + [MORE] * more)


def _retention(now: datetime) -> str:
    """end what is kept of erased members once its time is over"""
    kept = retain(now=now)
    return f"given up: {kept.given_up}, payees forgotten: {kept.payees}, records ended: {kept.records}"


MORE = "there is more to do: run it again"
# By the name that is typed; what each says of itself is its help.
JOBS: dict[str, Callable[[datetime], str]] = {
    "settle": _settle,
    "expire": _expire,
    "detect": _detect,
    "royalties": _royalties,
    "pool": _pool,
    "payouts": _payouts,
    "board": _board,
    "badges": _badges,
    "figures": _figures,
    "retention": _retention,
}


class Command(BaseCommand):
    help = "The rewards programme's periodic work."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        for name, job in JOBS.items():
            one = jobs.add_parser(name, help=job.__doc__)
            one.add_argument("--now", type=iso_time, help="as of this time (ISO), not the clock's")

    def handle(self, *args: Any, job: str, now: datetime | None = None, **options: Any) -> None:
        if said := JOBS[job](now or timezone.now()):
            self.stdout.write(said)
