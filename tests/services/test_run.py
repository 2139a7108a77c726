"""What `make test` says and ends with when something is left out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from config.environment import BASE_DIR
from tests.run import CLOSING, Result, report


def result(code: int, closing: str, **skipped: int) -> Result:
    return Result(code, closing, Counter(skipped))


def test_a_service_that_must_be_there_and_is_not_ends_the_run_before_any_test():
    done = subprocess.run(
        [sys.executable, "-m", "tests.run", "--collect-only"],
        cwd=BASE_DIR,
        env=os.environ | {"PATH": "/nowhere", "REQUIRE_SERVICES": "1", "ES_JAVA_HOME": "/nowhere"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "A service is missing: Redis is not installed (redis-server)" in done.stdout
    assert "Chromium is not installed (chromium)" in done.stdout
    assert "Elasticsearch needs a JDK of Java 17 or newer (default-jdk-headless)" in done.stdout
    assert "The suite on" not in done.stdout


def test_what_was_skipped_is_listed_with_its_reason_and_is_no_failure(capsys):
    results = {
        "SQLite": result(0, "3 passed, 2 skipped in 1.00s", Weather=2),
        "PostgreSQL": result(0, "5 passed in 1s"),
    }
    assert report(results, ["Redis is not installed"], required=False) == 0
    said = capsys.readouterr().out
    assert "Redis is not installed: what needs it did not run" in said
    assert "SQLite: 2 skipped: Weather" in said
    assert said.splitlines()[-1] == "PostgreSQL: 5 passed in 1s"


def test_a_test_that_skips_itself_fails_a_run_that_needs_everything(capsys):
    assert report({"SQLite": result(0, "3 passed, 2 skipped in 1.00s", Weather=2)}, [], required=True) == 1
    assert report({"SQLite": result(0, "5 passed in 1.00s")}, [], required=True) == 0


def test_a_failure_on_either_database_is_the_runs(capsys):
    good, bad = result(0, "5 passed in 1s"), result(2, "1 error in 1s")
    assert report({"SQLite": good, "PostgreSQL": bad}, [], required=False) == 2
    assert report({"SQLite": bad, "PostgreSQL": good}, [], required=False) == 2


@pytest.mark.parametrize(
    ("line", "closes"),
    [
        ("931 passed in 250.11s (0:04:10)", True),
        ("=== 1 failed, 95 passed, 2 warnings in 52.46s ===", True),
        ("no tests ran in 0.10s", True),
        ("tests/care/test_hours.py ....   [ 12%]", False),
    ],
)
def test_the_closing_line_of_pytest_is_known(line, closes):
    assert bool(CLOSING.search(line)) is closes
