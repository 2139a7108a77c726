"""Requests a second of the thread list and the thread page, each beside a bare view through the same server.

One web worker as the product runs it; wrk at 16 connections, a few seconds for each page. On the real threads, on a
thousand generated ones and on a million, on SQLite and on PostgreSQL. `BENCH_THREADS=100000` makes fewer,
`BENCH_ON=sqlite` leaves PostgreSQL out, `BENCH_SECONDS=10` looks longer.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import site
from tests.services import servers

CONNECTIONS = 16
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
MANY = int(os.environ.get("BENCH_THREADS", "1000000"))
FEW = 1_000
ON = os.environ.get("BENCH_ON", "sqlite postgresql").split()


@dataclass(frozen=True, slots=True)
class Installation:
    """What is measured: its environment, and how many threads it is filled with (0: the real ones)."""

    label: str
    folder: Path
    environment: dict[str, str]
    generated: int


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (a package of Debian's)")
    figures: dict[str, dict[str, Any]] = {}
    for kind in ON:
        with _database(kind) as base:
            for size in (0, FEW, MANY):
                made = _prepare(kind, size, base)
                with _serving(made) as address:
                    figures[made.label] = _measure(made, address)
                    _show(made.label, figures[made.label])
        _compare(kind, figures)
    site.table("Written down", [("in", str(site.OUT / "pages.json"))], name="pages", values=figures)


@contextlib.contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with servers.postgres() as address:
        yield address


def _prepare(kind: str, size: int, base: str) -> Installation:
    """An installation filled once; SQLite's are kept under bench/out for the next time."""
    name = f"{kind}-{size or 'real'}"
    folder = site.OUT / "installations" / name
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    environment = {**site.environment(), "ENTRAIDE_DATA": str(folder)}
    if base:
        database = f"bench_{size or 'real'}"
        subprocess.run(["psql", "-q", base, "-c", f"CREATE DATABASE {database}"], check=True)
        environment["DATABASE_URL"] = f"{base.rsplit('/', 1)[0]}/{database}"
    made = Installation(f"{kind}, {f'{size:,}' if size else 'real'} threads", folder, environment, size)
    done = folder / "filled"
    if base or not done.exists():
        print(f"Filling {made.label} …", flush=True)
        began = time.monotonic()
        _run(made, "-m", "bench.fill", str(size))
        done.write_text(f"{time.monotonic() - began:.0f} s\n")
    return made


def _run(made: Installation, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=site.ROOT, env=os.environ | made.environment, check=True, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return done.stdout


@contextlib.contextmanager
def _serving(made: Installation) -> Iterator[str]:
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | made.environment | {"PORT": str(port), "ENTRAIDE_URL": address}
    with (made.folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.served"], cwd=site.ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
                break
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _measure(made: Installation, address: str) -> dict[str, Any]:
    session, thread, deep = _run(made, "-m", "bench.fill", "reader").split()
    pages = {"list": "/en/community/", "list, deep in the past": deep, "thread": thread}
    for path in pages.values():
        # A process that has just begun compiles its templates first: that is no load.
        for cookie in ("", f"sessionid={session}"):
            asked = urllib.request.Request(address + path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            with urllib.request.urlopen(asked, timeout=60):
                pass
    found: dict[str, Any] = {"bare view": _load(f"{address}/bare/")}
    for label, path in pages.items():
        found[f"{label}, visitor"] = _load(address + path)
        found[f"{label}, signed in"] = _load(address + path, f"sessionid={session}")
    found["bare view again"] = _load(f"{address}/bare/")
    bare = (found["bare view"]["rate"] + found["bare view again"]["rate"]) / 2
    for row in found.values():
        row["share"] = round(100 * row["rate"] / bare, 1)
    return found


def _load(address: str, cookie: str = "") -> dict[str, Any]:
    """What wrk says of one page, after it was asked for a second."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-H", "Accept-Encoding: gzip"]
    if cookie:
        words += ["-H", f"Cookie: {cookie}"]
    subprocess.run([*words, "-d1s", address], check=True, capture_output=True)
    said = subprocess.run([*words, f"-d{SECONDS}s", address], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{address}: {said}")
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),  # type: ignore[index]
        **{f"p{n}_ms": _milliseconds(re.search(rf"\s{n}%\s+(\S+)", said)[1]) for n in (50, 99)},  # type: ignore[index]
    }


def _milliseconds(words: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", words).groups()  # type: ignore[union-attr]
    return round(float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit], 2)


def _show(label: str, found: dict[str, Any]) -> None:
    rows = [("", " req/s  % of bare    p50    p99  p99/p50")]
    rows += [
        (
            name,
            f"{row['rate']:>6.0f} {row['share']:>10.1f} {row['p50_ms']:>6.1f} {row['p99_ms']:>6.1f}"
            f" {row['p99_ms'] / row['p50_ms']:>8.1f}",
        )
        for name, row in found.items()
    ]
    site.table(label, rows, name="pages-last", values=found)


def _compare(kind: str, figures: dict[str, dict[str, Any]]) -> None:
    few, many = (figures[f"{kind}, {size:,} threads"] for size in (FEW, MANY))
    rows = [
        (name, f"{many[name]['p50_ms'] / few[name]['p50_ms']:.2f}") for name in many if not name.startswith("bare view")
    ]
    site.table(f"{kind}: p50 at {MANY:,} threads against {FEW:,}", rows, name="pages-sizes", values=dict(rows))


if __name__ == "__main__":
    main()
