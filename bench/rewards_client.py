"""One client of `bench.rewards`, in a process of its own: books until its time is over and prints how much.

python -m bench.rewards_client post|award INDEX CLIENTS SECONDS      says that it is ready, begins when told to
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime

import django

django.setup()

from django.db import transaction  # noqa: E402

from accounts.models import Member  # noqa: E402
from accounts.viewer import Viewer  # noqa: E402
from community.models import Acceptance  # noqa: E402
from rewards import ledger  # noqa: E402
from rewards.actions.awarding import award, key_of  # noqa: E402
from rewards.ledger import PENDING, SETTLED, Draft, Move  # noqa: E402
from rewards.models import Account, ProgrammeVersion, Transfer  # noqa: E402

# Transfers in one transaction, as settling has them.
BATCH = 250


def main(job: str, index: int, clients: int, seconds: float) -> None:
    work = post(index, clients) if job == "post" else award_one(index, clients)
    next(work)
    print("ready", flush=True)
    sys.stdin.readline()
    start, done = time.monotonic(), 0
    while time.monotonic() < start + seconds:
        done += next(work)
    # What was under way when time was over counts for the time it took.
    print(done, time.monotonic() - start)


def post(index: int, clients: int):  # type: ignore[no-untyped-def]
    """Batches of awards, each followed by their settlement; members met at random."""
    rng = random.Random(index)
    run = time.time_ns()
    members = list(Member.objects.order_by("pk").values_list("pk", flat=True))[index::clients]
    version = ProgrammeVersion.objects.values_list("pk", flat=True)[0]
    number = 0
    while True:
        now = datetime.now(UTC)
        chosen = rng.sample(members, min(BATCH, len(members)))
        for kind, moves in (
            (Transfer.Kind.AWARD, lambda m: (Move(PENDING, 40_000, m), Move(Account.Kind.ISSUANCE, -40_000))),
            (Transfer.Kind.SETTLEMENT, lambda m: (Move(PENDING, -40_000, m), Move(SETTLED, 40_000, m, line=True))),
        ):
            drafts = [
                Draft(
                    key=f"bench:{kind}:{index}:{run}:{number}:{member}",
                    kind=kind,
                    reason=Transfer.Reason.ANSWER_ACCEPTED,
                    moves=moves(member),
                    version_id=version,
                    subject_type="bench",
                    subject_id=number,
                )
                for member in chosen
            ]
            with transaction.atomic():
                ledger.post_many(books=ledger.lock(chosen), drafts=drafts, now=now)
        yield 2 * len(chosen)
        number += 1


def award_one(index: int, clients: int):  # type: ignore[no-untyped-def]
    """One acceptance after the other, each in its own transaction."""
    waiting = Acceptance.objects.filter(revoked_at=None).select_related("thread__author", "post__author")
    posted = set(Transfer.objects.filter(kind="award").values_list("key", flat=True))
    mine = [row for row in waiting.order_by("pk") if key_of(row.pk) not in posted][index::clients]
    by = Viewer.system()
    for acceptance in mine:
        if award(acceptance=acceptance, by=by, now=datetime.now(UTC)):
            yield 1
    sys.exit("too few acceptances")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
