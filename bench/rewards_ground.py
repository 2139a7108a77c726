"""What `bench.rewards` stands on: acceptances that wait for their award, or any number of entries.

python -m bench.rewards_ground threads           members, and some thousand accepted answers
python -m bench.rewards_ground known             the database looks at its tables
python -m bench.rewards_ground one               all that are not awarded yet are by one author
python -m bench.rewards_ground entries COUNT     so many entries, made by the database itself
python -m bench.rewards_ground read              milliseconds of a balance and of a statement, as JSON
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.models import Member, User  # noqa: E402
from bench import generated  # noqa: E402
from bench.cpu import asks, reader  # noqa: E402
from community.models import Acceptance, Post  # noqa: E402
from rewards import ledger  # noqa: E402
from rewards.actions.awarding import key_of  # noqa: E402
from rewards.models import Account, Transfer  # noqa: E402
from rewards.queries import balance_of  # noqa: E402

PEOPLE = 8_000
# Of which so many are accepted.
THREADS = 60_000
CHUNK = 100_000
# Few entries fill a page of each of theirs too.
EARNERS = 150
ROUNDS = 300


def threads() -> None:
    generated.fill(THREADS)
    at = datetime.now(UTC)
    Member.objects.bulk_create(Member(name=f"More {number}", created_at=at) for number in range(PEOPLE))
    with transaction.atomic():
        ledger.lock(Member.objects.values_list("pk", flat=True))


def one() -> None:
    posted = set(Transfer.objects.filter(kind="award").values_list("key", flat=True))
    rows = [row for row in Acceptance.objects.select_related("thread") if key_of(row.pk) not in posted]
    author = Member.objects.order_by("pk")[0].pk
    posts = [row.post_id for row in rows if row.thread.author_id != author]
    for start in range(0, len(posts), 5_000):
        Post.objects.filter(pk__in=posts[start : start + 5_000]).update(author_id=author)


def entries(count: int) -> None:
    """Settled credits of some members in turn, one credit a transfer, up to `count` entries in all."""
    if not User.objects.filter(email="customer@example.org").exists():
        reader()
        at = datetime.now(UTC)
        Member.objects.bulk_create(Member(name=f"Earner {number}", created_at=at) for number in range(EARNERS - 1))
        with transaction.atomic():
            ledger.lock(Member.objects.values_list("pk", flat=True))
    first = (Transfer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for low in range(first, count // 2 + 1, CHUNK):
        _chunk(low, min(low + CHUNK - 1, count // 2))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval('rewards_transfer_id_seq', (SELECT max(id) FROM rewards_transfer))")
    generated.known()


def _chunk(low: int, high: int) -> None:
    if connection.vendor == "postgresql":
        numbers = f"(SELECT generate_series({low}, {high}) AS i)"
    else:
        numbers = (
            f"(WITH RECURSIVE up(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM up WHERE i < {high}) SELECT i FROM up)"
        )
    system = Account.objects.get(member=None, kind="issuance").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE earner AS SELECT row_number() OVER (ORDER BY a.id) - 1 AS place, a.id, a.member_id "
            f"FROM rewards_account a WHERE a.kind = 'settled' ORDER BY a.id LIMIT {EARNERS}"
        )
        cursor.execute(
            "INSERT INTO rewards_entry (transfer_id, account_id, amount, balance_after, line_of_id) "
            f"SELECT n.i, e.id, 1000, (n.i / {EARNERS} + 1) * 1000 - CASE WHEN e.place = 0 THEN 1000 ELSE 0 END, "
            f"e.member_id FROM {numbers} n JOIN earner e ON e.place = n.i % {EARNERS} ORDER BY n.i"
        )
        cursor.execute(
            "INSERT INTO rewards_entry (transfer_id, account_id, amount, balance_after, line_of_id) "
            f"SELECT n.i, {system}, -1000, NULL, NULL FROM {numbers} n"
        )
        cursor.execute(
            "UPDATE rewards_account SET balance = (SELECT x.balance_after FROM rewards_entry x "
            "WHERE x.account_id = rewards_account.id ORDER BY x.id DESC LIMIT 1) "
            f"WHERE id IN (SELECT e.id FROM earner e JOIN {numbers} n ON e.place = n.i % {EARNERS})"
        )
        cursor.execute(
            "INSERT INTO rewards_transfer (id, key, kind, reason, subject_type, created_at, booked_on) "
            "SELECT n.i, 'bench:' || n.i, 'award', 'correction', '', '2026-03-10 10:00:00', '2026-03-10' "
            f"FROM {numbers} n"
        )
        cursor.execute("DROP TABLE earner")


def read() -> None:
    session = reader()
    member = Member.objects.get(user__email="customer@example.org").pk
    page = asks(WSGIHandler(), "/en/credits/", session)
    first = _median(page)
    print(json.dumps({"balance": _median(lambda: balance_of(member)), "statement page": first}))


def _median(ask: Callable[[], object]) -> float:
    for _ in range(30):
        ask()
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


if __name__ == "__main__":
    if sys.argv[1] == "entries":
        entries(int(sys.argv[2]))
    else:
        {"threads": threads, "known": generated.known, "one": one, "read": read}[sys.argv[1]]()
