"""Processes that work on the same books and are killed, and what must be true of the books then.

Each round two processes work until both are killed: one accepts answers and takes acceptances back, the other runs a
periodic job or pays. Then `ledger verify` must be clean, each member must have what their acceptances earn less what
was paid, and the provider must have paid each payment once: nothing lost, doubled or half-booked. At the end everything
is done once more, undisturbed, until every payment has its last word.

python -m bench.killing TIMES SEED
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.db import connection, connections
from django.db.models import Count, F, Q, Sum
from tqdm import tqdm

from accounts.models import Member
from accounts.viewer import Viewer
from bench import generated, paying
from community.actions.acceptance import accept, revoke
from community.models import Acceptance, Post
from rewards.actions.expiring import expire_due
from rewards.actions.sealing import seal_new
from rewards.actions.settling import settle_due
from rewards.models import Account, Entry, Hold, Payout, ProgrammeVersion, Transfer
from rewards.verify import verify

THREADS = 60
# A process is killed within the time that so many actions take, once it has begun.
ACTIONS = 8
# A process that pays is given so many times as long: it calls somebody about each payment.
PAYING = 3
# What an award is for: `Transfer.subject_type`.
ACCEPTANCE = "community.acceptance"
START = datetime(2026, 3, 10, 10, tzinfo=UTC)


@dataclass(slots=True)
class Found:
    """What happened: kills by job, how many of them in an action that had begun to write, what was wrong."""

    kills: dict[str, int] = field(default_factory=dict)
    writing: int = 0
    # How many payouts ended in which state.
    payouts: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def jobs() -> dict[str, Callable[[datetime, random.Random], object]]:
    """The jobs that are killed, by name: each is called over and over with a time and a source of chance."""
    return {
        "settle": lambda now, _rng: settle_due(now=now),
        "pay": paying.run_on,
        "seal": lambda now, _rng: seal_new(now=now),
        "expire": lambda now, _rng: expire_due(now=now),
    }


# Paying has the most states in which it can be killed.
TURNS = ("settle", "pay", "seal", "pay", "expire", "pay")


def award(now: datetime, rng: random.Random) -> None:
    """Somebody accepts an answer, another one, or takes it back."""
    keys = list(Post.objects.filter(is_opening=False).order_by("pk").values_list("pk", flat=True))
    answer = Post.objects.select_related("thread").get(pk=rng.choice(keys))
    if rng.random() < 0.3 and Acceptance.objects.filter(thread=answer.thread, revoked_at=None).exists():
        revoke(thread=answer.thread, by=Viewer.system(), now=now, reason="")
    else:
        accept(answer=answer, by=Viewer.system(), now=now)


def kill(*, times: int, seed: int = 1, progress: Callable[[int], object] = int) -> Found:
    """Kill so many processes and look at the books after each round. The threads are there already."""
    with paying.provider(seed) as url:
        return _kill(times, seed, url, progress)


def _kill(times: int, seed: int, url: str, progress: Callable[[int], object]) -> Found:
    version = ProgrammeVersion.objects.order_by("number").first()
    assert version
    if ProgrammeVersion.objects.count() == 1:
        # By these some of it expires while the bench runs, and there is a run every few days.
        ProgrammeVersion.objects.create(
            programme=version.programme, number=2, starts_at=START - timedelta(days=1), value_micros=10_000,
            rules=version.rules | {"expiry_months": 1, "rollover_months": 1} | paying.RULES, currency="EUR",
        )  # fmt: skip
    rng, found = random.Random(seed), Found()
    before = set(Acceptance.objects.values_list("pk", flat=True)) - set(
        Transfer.objects.filter(subject_type=ACCEPTANCE).values_list("subject_id", flat=True)
    )
    now = START
    # What the first one loads is loaded for all.
    award(now, rng)
    began = time.monotonic()
    award(now, rng)
    longest = ACTIONS * (time.monotonic() - began)
    for round_ in range((times + 1) // 2):
        now += timedelta(days=rng.choice((0, 1, 3)))
        name = TURNS[round_ % len(TURNS)]
        patience = longest * (PAYING if name == "pay" else 1)
        found.writing += _round({"award": award, name: jobs()[name]}, now, rng, patience)
        for killed in ("award", name):
            found.kills[killed] = found.kills.get(killed, 0) + 1
        found.wrong += [f"round {round_}, {name}: {words}" for words in (*wrong(before), *paying.wrong(url))]
        progress(2)
        if found.wrong:
            return found
    for name, job in jobs().items():
        job(now + timedelta(days=20), rng)
        found.wrong += [f"undisturbed {name}: {words}" for words in wrong(before)]
    # In steps that are longer than any wait before a provider is asked again.
    for step in range(1, 20):
        paying.run_on(now + timedelta(days=20 + step), rng)
    found.wrong += [f"in the end: {words}" for words in (*wrong(before), *paying.wrong(url))]
    for payout in Payout.objects.under_way().filter(run__approved_at__lt=now + timedelta(days=20)):
        found.wrong.append(f"in the end payout {payout.pk} is {payout.state}: {payout.words}")
    found.payouts = dict(Payout.objects.values_list("state").annotate(count=Count("pk")).order_by())
    return found


def _round(
    work: dict[str, Callable[[datetime, random.Random], object]], now: datetime, rng: random.Random, longest: float
) -> int:
    """Start a process for each, kill them at random moments; how many were writing."""
    connections.close_all()
    # Of each, whether it is writing, and whether it has begun.
    busy = mmap.mmap(-1, 2 * len(work))
    started: list[int] = []
    for place, job in enumerate(work.values()):
        seed = rng.random()
        pid = os.fork()
        if not pid:
            _child(job, now, random.Random(seed), busy, (place, len(work) + place))
        started.append(pid)
    while sum(busy[len(work) :]) < len(work):
        time.sleep(0.001)
    for pid in sorted(started, key=lambda _pid: rng.random()):
        time.sleep(rng.random() * longest)
        os.kill(pid, signal.SIGKILL)
    writing = sum(busy[place] for place in range(len(work)))
    for pid in started:
        _pid, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            raise RuntimeError("a process ended by itself: its error is above")
    _until_alone()
    return writing


def _child(
    job: Callable[[datetime, random.Random], object],
    now: datetime,
    rng: random.Random,
    busy: mmap.mmap,
    places: tuple[int, int],
) -> None:
    place, begun = places

    def mark(execute: Any, *rest: Any) -> Any:
        if connection.in_atomic_block:
            busy[place] = 1
        return execute(*rest)

    try:
        with connection.execute_wrapper(mark):
            busy[begun] = 1
            while True:
                job(now, rng)
                busy[place] = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(1)


def _until_alone() -> None:
    """PostgreSQL finishes or takes back what a killed process had asked of it."""
    if connection.vendor != "postgresql":
        return
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise RuntimeError("a backend of a killed process goes on")


def wrong(before: set[int]) -> list[str]:
    """What does not agree: the books with themselves, and each member's credits with acceptances but `before`."""
    found = [f"{fault.check}: {fault.where}: {fault.what}" for fault in verify().faults]
    earning = Acceptance.objects.exclude(pk__in=before).exclude(post__author_id=F("thread__author_id"))
    accepted = set(earning.values_list("pk", flat=True))
    standing = dict(earning.filter(revoked_at=None).values_list("pk", "post__author_id"))
    for what, kind, wanted in (
        ("awarded", "award", accepted),
        ("taken back", "reversal", accepted - standing.keys()),
    ):
        booked = sorted(
            Transfer.objects.filter(kind=kind, subject_type=ACCEPTANCE).values_list("subject_id", flat=True)
        )
        if booked != sorted(wanted):
            found.append(f"{what}: acceptances {sorted(wanted.symmetric_difference(booked))[:5]} or some of them twice")
    settled = set(Transfer.objects.filter(kind="settlement").values_list("subject_id", flat=True))
    for state, alike in (("settled", True), ("pending", False)):
        holds = set(Hold.objects.filter(state=state).values_list("award__subject_id", flat=True))
        if holds - settled if alike else holds & settled:
            found.append(f"holds that are {state} do not match the settlements")
    wanted_of: dict[int, int] = {}
    for member_id in standing.values():
        wanted_of[member_id] = wanted_of.get(member_id, 0) + 40_000
    lost = Entry.objects.filter(transfer__kind="expiry", account__member__isnull=False)
    # What was taken back is not what had expired of it; what came back from a payout is a lot of its own.
    lost = lost.exclude(Q(transfer__subject_type=ACCEPTANCE) & ~Q(transfer__subject_id__in=standing))
    for member_id, amount in lost.values_list("account__member_id").annotate(sum=Sum("amount")):
        wanted_of[member_id] = wanted_of.get(member_id, 0) + amount
    for member_id, amount in paying.outstanding().items():
        wanted_of[member_id] = wanted_of.get(member_id, 0) - amount
    members = Account.objects.filter(member__isnull=False).values_list("member_id").annotate(sum=Sum("balance"))
    has = {member_id: amount for member_id, amount in members if amount}
    wanted_of = {member_id: amount for member_id, amount in wanted_of.items() if amount}
    if has != wanted_of:
        odd = sorted(pk for pk in has.keys() | wanted_of.keys() if has.get(pk) != wanted_of.get(pk))
        found.append(
            f"members {odd[:5]} have {[has.get(pk) for pk in odd[:5]]}, earned {[wanted_of.get(pk) for pk in odd[:5]]}"
        )
    return found


def main(times: int, seed: int) -> int:
    generated.fill(THREADS)
    # The threads are of today, and the bench begins before.
    Member.objects.update(created_at=START - timedelta(days=60))
    with tqdm(total=times, unit=" kills", disable=None) as bar:
        found = kill(times=times, seed=seed, progress=bar.update)
    print(f"  kills: {found.kills}, of them in an action that had begun to write: {found.writing}")
    print(f"  payouts: {found.payouts}")
    for line in found.wrong:
        print(f"  {line}")
    print(f"  {len(found.wrong)} wrong" if found.wrong else "  nothing lost, doubled or half-booked")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
