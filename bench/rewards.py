"""How fast the ledger books, and how long a balance and a statement take with few entries and with many.

    make bench-rewards        BENCH_ON="sqlite postgresql" BENCH_ENTRIES=10000000 BENCH_SECONDS=10

PostgreSQL writes to the disk at each commit, as in production. Before anything is measured some transfers are booked
and the tables looked at (ANALYZE), as the database does by itself in the first minutes of its life: until then it plans
for tables that are empty, and books a third as fast. Entries for the second part are made by the database itself, a
hundred thousand transfers in a transaction, with every guard of the books on.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import site
from tests.services import servers

CLIENTS = {"postgresql": 16, "sqlite": 1}
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
MANY = int(os.environ.get("BENCH_ENTRIES", "10000000"))
FEW = 10_000
ON = os.environ.get("BENCH_ON", "sqlite postgresql").split()
AIMS = {
    "postgresql": {"post": 5_000, "award wide": 200, "award one": 150},
    "sqlite": {"post": 2_000, "award wide": 100, "award one": 100},
}


def main() -> None:
    figures: dict[str, dict[str, Any]] = {}
    for kind in ON:
        with database(kind) as environment:
            figures[kind] = {"booking": _booking(kind, environment)}
        if MANY:
            with database(kind) as environment:
                figures[kind]["reading"] = _reading(environment)
    rows: list[tuple[str, str]] = []
    for kind, found in figures.items():
        for name, rate in found["booking"].items():
            rows.append((f"{kind}, {CLIENTS[kind]} clients, {name}", f"{rate:>8,.0f} a second"))
        for name, row in found.get("reading", {}).items():
            rows.append((f"{kind}, {name}", f"{row['few_ms']:.2f} ms, {row['many_ms']:.2f} ms: {row['factor']:.2f}"))
    site.table("The ledger", rows, name="rewards", values=figures)


@contextlib.contextmanager
def database(kind: str) -> Iterator[dict[str, str]]:
    """A migrated installation of its own; gives its environment."""
    with TemporaryDirectory(prefix="entraide-bench-") as folder, contextlib.ExitStack() as stack:
        environment = {**site.environment(), "ENTRAIDE_DATA": folder}
        if kind == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(servers.postgres(durable=True))
        run(environment, "manage.py", "migrate", "-v0")
        yield environment


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=site.ROOT, env=os.environ | environment, check=True, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return done.stdout


def _booking(kind: str, environment: dict[str, str]) -> dict[str, float]:
    run(environment, "-m", "bench.rewards_ground", "threads")
    _rate(kind, environment, "post", 2)
    run(environment, "-m", "bench.rewards_ground", "known")
    rates = {"post": _rate(kind, environment, "post")}
    rates["award wide"] = _rate(kind, environment, "award")
    run(environment, "-m", "bench.rewards_ground", "one")
    rates["award one"] = _rate(kind, environment, "award")
    report = json.loads(run(environment, "manage.py", "ledger", "verify", "--json"))
    if not report["ok"]:
        print(report["faults"][:5], file=sys.stderr)
    return rates


def _rate(kind: str, environment: dict[str, str], job: str, seconds: float = SECONDS) -> float:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.rewards_client", job, str(index), str(CLIENTS[kind]), str(seconds)],
            cwd=site.ROOT, env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for index in range(CLIENTS[kind])
    ]  # fmt: skip
    for client in running:
        assert client.stdout and client.stdout.readline() == "ready\n"
    for client in running:
        assert client.stdin
        client.stdin.write("go\n")
        client.stdin.flush()
    done, longest = 0, seconds
    for client in running:
        said, _ = client.communicate()
        if client.returncode:
            raise RuntimeError(f"a client of {job} failed")
        count, took = said.split()
        done, longest = done + int(count), max(longest, float(took))
    print(f"  {kind}, {job}: {done / longest:,.0f} a second", flush=True)
    return done / longest


def _reading(environment: dict[str, str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    # A page names the static files by what they hold.
    run(environment, "manage.py", "collectstatic", "-v0", "--noinput")
    for name, entries in (("few", FEW), ("many", MANY)):
        began = time.monotonic()
        run(environment, "-m", "bench.rewards_ground", "entries", str(entries))
        print(f"  {entries:,} entries after {time.monotonic() - began:.0f} s", flush=True)
        for what, ms in json.loads(run(environment, "-m", "bench.rewards_ground", "read")).items():
            found.setdefault(what, {})[f"{name}_ms"] = ms
    for row in found.values():
        row["factor"] = row["many_ms"] / row["few_ms"]
    return found


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    main()
