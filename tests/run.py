"""`make test`: the whole suite on SQLite and, at the same time, on PostgreSQL, with the services they need beside them.

Either alone leaves a processor without work for a third of its time: its tests wait for processes, nodes and pages.

A cluster of Elasticsearch is started meanwhile, and a secured one; where ELASTICSEARCH_URL names a running cluster,
that one is searched, and those started here are for what stops nodes.

A service that is not installed is left out and listed at the end with what it left out; with REQUIRE_SERVICES=1
that is a failure. Words after `make test ARGS="…"` are given to pytest.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import FrameType

from config.prepare import compile_catalogues
from tests.services import elasticsearch, encoder, servers, template

# More than processors, as tests wait.
WORKERS = min(4, (os.cpu_count() or 1) + 1)
SKIPPED = re.compile(r"^SKIPPED \[\d+\] (?P<where>[^ ]+): (?P<why>.*)$")

CLOSING = re.compile(r"\b(\d+ [a-z]+|no tests ran)\b.* in [\d.]+s")


def main() -> int:
    signal.signal(signal.SIGTERM, _stop)
    required = os.environ.get("REQUIRE_SERVICES") == "1"
    given = sys.argv[1:]
    # What the installation of whoever runs the tests is set to is not what they are run on.
    running = os.environ.get("TEST_ELASTICSEARCH_URL") or os.environ.get("ELASTICSEARCH_URL")
    for name in list(os.environ):
        if name in ("DATABASE_URL", "REDIS_URL", "TEST_TEMPLATE", "TEST_SQLITE_TEMPLATE") or "ELASTICSEARCH" in name:
            del os.environ[name]
    # Some machines keep no compiled code. Here the product is started some hundred times, and compiled each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compile_catalogues()
    collected = _collected(given)
    missing: list[str] = []
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        if running:
            environment["TEST_ELASTICSEARCH_URL"] = running
        # What has to be fetched comes beside the rest: on a new machine it takes half a minute.
        fetching = stack.enter_context(ThreadPoolExecutor())
        fetched = [fetching.submit(fetch) for fetch in (servers.chromium, servers.html_checker, encoder.installed)]
        for variable, start in (("TEST_REDIS_URL", servers.redis), ("TEST_POSTGRES_URL", servers.postgres)):
            try:
                environment[variable] = stack.enter_context(start())
            except servers.Missing as reason:
                missing.append(str(reason))
        # Both are migrated at once, each on a processor of its own.
        on_sqlite = stack.enter_context(template.template())
        on_postgres = None
        if url := environment.get("TEST_POSTGRES_URL"):
            on_postgres = stack.enter_context(template.template(url))
        without: list[str] = []
        try:
            elasticsearch.available()
        except servers.Missing as reason:
            missing.append(str(reason))
            without = ["-m", "not elasticsearch"]
        for each in fetched:
            try:
                each.result()
            except servers.Missing as reason:
                missing.append(str(reason))
        if missing and required:
            print("A service is missing: " + "; ".join(missing))
            return 1
        if not without:
            # Up by the time that the databases are migrated and the first browser has started.
            environment["TEST_ELASTICSEARCH_CLUSTERS"] = str(stack.enter_context(elasticsearch.beside()))
        environment["TEST_SQLITE_TEMPLATE"] = on_sqlite.ready()
        collected.wait()
        sqlite = environment | {"TEST_TEMPLATE": on_sqlite.name}
        suites = [stack.enter_context(_suite("SQLite", sqlite, [*given, *without]))]
        if on_postgres:
            # As a large installation has it: PostgreSQL, and Redis where it is there.
            large = {"DATABASE_URL": url, "TEST_TEMPLATE": on_postgres.ready()}
            if "TEST_REDIS_URL" in environment:
                large["REDIS_URL"] = environment["TEST_REDIS_URL"]
            # What no database changes is seen in the first suite, and nor does the cluster ask one.
            once = [*given, "-m", "not once and not elasticsearch"]
            # Its tests seldom wait: one worker less has the same done.
            suites.append(stack.enter_context(_suite("PostgreSQL", environment | large, once, WORKERS - 1)))
        results = {suite.name: suite.result() for suite in suites}
    return report(results, missing, required)


def _collected(given: list[str]) -> subprocess.Popen[bytes]:
    """A pytest that only looks for the tests: what it compiles on the way, five workers need not at the same time."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", *given]
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Result:
    def __init__(self, code: int, closing: str, skipped: Counter[str]) -> None:
        self.code, self.closing, self.skipped = code, closing, skipped


class Suite:
    """A pytest that runs beside whoever made this. What it says waits for `result()`, so that no two talk at once."""

    def __init__(self, name: str, environment: dict[str, str], given: list[str], workers: int) -> None:
        self.name = name
        words = [sys.executable, "-m", "pytest", "-rs", "-n", str(workers), "--no-loadscope-reorder", *given]
        self.process = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: SimpleQueue[str | None] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(line)
        self.lines.put(None)

    def result(self) -> Result:
        """Show its output, as it comes from now on, to its end."""
        print(f"\n== The suite on {self.name} ==", flush=True)
        closing, skipped = "pytest did not come to its end", Counter[str]()
        for line in iter(self.lines.get, None):
            print(line, end="", flush=True)
            if found := SKIPPED.match(line):
                skipped[found["why"]] += int(re.search(r"\[(\d+)\]", line)[1])  # type: ignore[index]
            if CLOSING.search(line):
                closing = line.strip(" =\n")
        return Result(self.process.wait(), closing, skipped)


@contextlib.contextmanager
def _suite(name: str, environment: dict[str, str], given: list[str], workers: int = WORKERS) -> Iterator[Suite]:
    """Begin a run of pytest, on a data folder of its own; it is ended with this context if it still runs."""
    with tempfile.TemporaryDirectory(prefix="entraide-test-", ignore_cleanup_errors=True) as data:
        suite = Suite(name, environment | {"ENTRAIDE_DATA": data}, given, workers)
        try:
            yield suite
        finally:
            if suite.process.poll() is None:
                suite.process.terminate()
                suite.process.wait(30)


def report(results: dict[str, Result], missing: list[str], required: bool) -> int:
    """Say what was left out and how each run ended; the code to end with."""
    skipped = sum(sum(result.skipped.values()) for result in results.values())
    print("\n== Skipped ==")
    for reason in missing:
        print(f"{reason}: what needs it did not run")
    for name, result in results.items():
        for why, count in sorted(result.skipped.items()):
            print(f"{name}: {count} skipped: {why}")
    if not missing and not skipped:
        print("nothing")
    elif required:
        print("With REQUIRE_SERVICES=1 nothing may be left out, so this is a failure.")
    print("\n== Results ==")
    for name, result in results.items():
        print(f"{name}: {result.closing}")
    failed = next((result.code for result in results.values() if result.code), 0)
    return failed or int(bool(required and skipped))


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
