"""Drift between index and database is found, named and mended."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search import check, health
from search.models import Change
from search.outbox import changed
from search.writer import Writer
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "SECOND_LOOK", 0.0)


def _check(*words: str) -> tuple[dict[str, Any], bool]:
    """What `search check` says, and whether it ended well."""
    out = StringIO()
    try:
        call_command("search", "check", "--json", *words, stdout=out)
    except SystemExit:
        return json.loads(out.getvalue()), False
    return json.loads(out.getvalue()), True


def test_drift_is_found_and_mended_through_the_writer(
    threads: Shelf, articles: Shelf, index: Any, folder: Path
) -> None:
    for pk in range(1, 1_203):
        threads.put(pk, f"Roaming {pk}")
    articles.put(5, "Roaming")
    index()
    assert _check() == ({"missing": [], "stale": [], "extra": [], "mended": False}, True)
    threads.put(7, "Other words")
    threads.put(2_000, "New")
    threads.hidden |= {3, 1_202}
    articles.put(5, "Roaming", solved=True)
    drift = {
        "missing": ["thread:2000"],
        "stale": ["article:5", "thread:7"],
        "extra": ["thread:1202", "thread:3"],
    }
    found, well = _check()
    assert ({how: sorted(found[how]) for how in drift}, well) == (drift, False)
    assert Change.objects.count() == 0
    assert _check("--mend", "--now", "2026-03-10T03:20:00Z")[1]
    assert Writer(folder).step() == 5
    assert _check() == ({"missing": [], "stale": [], "extra": [], "mended": False}, True)


def test_what_waits_for_the_writer_is_no_drift(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming")
    index()
    threads.put(1, "Voicemail")
    changed("thread", [1])
    assert _check()[1]


def test_without_an_index_the_commands_say_what_to_do(threads: Shelf, articles: Shelf, folder: Path) -> None:
    for words in (["check"], ["query", "roaming"]):
        with pytest.raises(CommandError, match="search rebuild"):
            call_command("search", *words)


def test_the_query_command_prints_json(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming costs", solved=True)
    articles.put(2, "Roaming")
    index()
    out = StringIO()
    call_command("search", "query", "roaming", "--kind", "thread", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["total"] == 1
    assert [(hit["kind"], hit["id"], hit["title"], hit["solved"]) for hit in said["hits"]] == [
        ("thread", 1, "Roaming costs", True)
    ]
    out = StringIO()
    call_command("search", "query", "-- ) AND (", stdout=out)
    assert "0 of 0" in out.getvalue()


def test_readiness_says_whether_the_index_can_be_searched(threads: Shelf, articles: Shelf, index: Any) -> None:
    assert not health.index_ready()
    index()
    assert health.index_ready()


def test_an_index_of_another_version_counts_as_missing(
    threads: Shelf, articles: Shelf, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    index()
    monkeypatch.setattr("search.embedded.folder.VERSION", 99)
    assert not health.index_ready()
