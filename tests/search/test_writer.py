"""The writer: what is committed reaches readers in other processes, and nothing that is killed loses a change."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Post, Product, Thread
from core.models import Heartbeat
from search import engines, find
from search.embedded import folder as folders
from search.models import Change
from search.outbox import changed
from search.rebuild import rebuild
from search.writer import PART, Writer
from tests.conftest import NOW
from tests.search.conftest import Shelf

AUTHOR = "Somebody whom the writer's tests made"
# Far more than it takes: how long it takes is bench's to say, and the machine may be busy.
STOPS_WITHIN = 30.0
ROOT = Path(__file__).resolve().parents[2]


def _ids(text: str) -> list[int]:
    return sorted(hit.shown.object_id for hit in find.query(text=text, viewer=Viewer(), lang="en").hits)


# -- one step -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_step_adds_replaces_and_takes_out(threads: Shelf, articles: Shelf, index: Any, folder: Path) -> None:
    threads.put(1, "Roaming")
    threads.put(2, "Roaming too")
    index()
    threads.put(1, "Voicemail")
    threads.hidden.add(2)
    threads.put(3, "Roaming again")
    changed("thread", [1, 2, 3, 1, 1])
    changed("kind of nobody", [1])
    assert Writer(folder).step() == 6
    assert Change.objects.count() == 0
    assert (_ids("roaming"), _ids("voicemail")) == ([3], [1])


@pytest.mark.django_db
def test_a_step_killed_between_commit_and_delete_is_done_again_without_doubles(
    threads: Shelf, articles: Shelf, index: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = index()
    threads.put(1, "Roaming")
    changed("thread", [1])

    class Killed(BaseException):
        pass

    write = Writer._write

    def write_then_die(self: Writer, keys: Any) -> None:
        write(self, keys)
        raise Killed

    monkeypatch.setattr(Writer, "_write", write_then_die)
    with pytest.raises(Killed):
        Writer(folder).step()
    monkeypatch.undo()
    monkeypatch.setitem(find.SOURCES, "thread", threads)
    monkeypatch.setitem(find.SOURCES, "article", articles)
    assert Change.objects.count() == 1
    assert Writer(folder).step() == 1
    assert len(list(engine.marks("thread", 0, None))) == 1
    assert Change.objects.count() == 0


@pytest.mark.django_db
def test_nothing_written_while_a_rebuild_runs_is_lost(
    threads: Shelf, articles: Shelf, index: Any, folder: Path
) -> None:
    threads.put(1, "Roaming")
    threads.put(2, "Roaming")
    index()
    writer = Writer(folder)
    writer.step()
    meanwhile: list[list[int]] = []

    class Slow(Shelf):
        """While the rebuild reads its documents, one that it has read changes and another one goes."""

        def documents(self, ids: Any) -> Any:
            read = list(super().documents(ids))
            if not meanwhile:
                meanwhile.append([])
                threads.put(1, "Voicemail")
                threads.put(3, "Roaming")
                threads.hidden.add(2)
                changed("thread", [1, 2, 3])
                assert writer.step() == 3
                meanwhile.append(_ids("roaming") + _ids("voicemail"))
                assert Change.objects.count() == 3
            return read

    find.SOURCES["thread"] = Slow("thread", threads.notes, threads.hidden)
    rebuild(folder, progress=False)
    find.SOURCES["thread"] = threads
    assert meanwhile[1] == [3, 1], "searches see changes while the new index is made"
    assert writer.step() == 3
    assert (_ids("roaming"), _ids("voicemail"), Change.objects.count()) == ([3], [1], 0)
    assert len(list(folder.glob("v*-*"))) == 1, "the old index is gone"


@pytest.mark.django_db
def test_two_rebuilds_at_once_are_refused_plainly(threads: Shelf, articles: Shelf, folder: Path) -> None:
    with folders.locked(folder, "rebuild"), pytest.raises(CommandError, match="only one may run"):
        call_command("search", "rebuild", "--quiet")


# -- processes ----------------------------------------------------------------------------------------


@pytest.fixture
def environment(folder: Path, db_url: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "TEST_DB"))},
        "ENTRAIDE_DATA": str(folder.parent),
        "DATABASE_URL": db_url,
        "SECRET_KEY": "only-for-tests",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that other processes see. Only those made here go afterwards: a flush would take what migrations made."""
    with django_db_blocker.unblock():
        yield
        Change.objects.all().delete()
        Heartbeat.objects.filter(part=PART).delete()
        Post.objects.filter(author__name=AUTHOR).delete()
        Thread.objects.filter(author__name=AUTHOR).delete()
        Product.objects.filter(slug="writer-plan").delete()
        Member.objects.filter(name=AUTHOR).delete()


@pytest.fixture
def db_url(committed: None) -> str:
    """The test's database, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    user, password, host = (quote(str(given[each]), safe="") for each in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{user}:{password}@{host}:{given['PORT']}/{given['NAME']}"


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`start()` runs a writer in a process of its own."""
    running: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "search", "writer"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def ask(committed: None) -> Callable[..., list[int]]:
    """`ask(3, "Roaming")` puts in that many threads in bulk, as an import does, and tells the outbox."""
    author = Member.objects.create(name=AUTHOR, created_at=NOW)
    product = Product.objects.create(slug="writer-plan", names={"en": "Plan"})

    def make(count: int, title: str) -> list[int]:
        with transaction.atomic():
            made = Thread.objects.bulk_create(
                Thread(author=author, product=product, title=title, created_at=NOW) for _ in range(count)
            )
            Post.objects.bulk_create(
                Post(thread=thread, author=author, is_opening=True, body="Words", html="<p>Words</p>", created_at=NOW)
                for thread in made
            )
            changed("thread", [thread.pk for thread in made])
        return [thread.pk for thread in made]

    return make


def _until(true: Callable[[], bool], seconds: float) -> float:
    """Wait for it; gives how long it took. Fails after `seconds`."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - start


def test_a_reader_sees_a_write_of_another_process_within_two_seconds(
    ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    """The quickest of a few: a machine that is busy with something else may make any one of them wait."""
    ask(1, "Voicemail")
    start()
    _until(lambda: engines.ready() and _ids("voicemail") != [], 60)
    made = ask(1, "Roaming")
    _until(lambda: _ids("roaming") == made, 60)
    waits = []
    for old, new in itertools.pairwise(("roaming", "tethering", "handset", "postpaid", "prepaid", "landline")):
        Thread.objects.filter(pk__in=made).update(title=new)
        changed("thread", made)
        waits.append(_until(lambda new=new, old=old: _ids(new) == made and _ids(old) == [], 60))
        if waits[-1] < 2.0:
            break
    assert min(waits) < 2.0


def test_a_writer_that_is_killed_loses_nothing_and_its_successor_goes_on(
    ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    rebuild(folder, progress=False)
    made = ask(1_500, "Roaming")
    first = start()
    _until(lambda: Change.objects.count() < 1_500, 60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert Change.objects.count() > 0, "killed in the middle"
    start()
    _until(lambda: not Change.objects.exists(), 60)
    assert sorted(pk for pk, _ in engines.current().marks("thread", 0, None)) == made


@pytest.mark.once
def test_a_second_writer_is_refused_in_one_line(
    ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    start()
    _until(engines.ready, 60)
    second = start()
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "only one may run" in said
    assert "Traceback" not in said


@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_writer_stops_at_once_and_lets_go_of_the_index(
    number: signal.Signals, ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    process = start()
    _until(engines.ready, 60)
    process.send_signal(number)
    said, _ = process.communicate(timeout=STOPS_WITHIN)
    assert process.returncode == 0, said
    with folders.locked(folder, "writer"):
        pass


def _rebuild(folder: Path) -> None:
    """Rebuild as soon as the writer, which made the index itself, has let go of that right."""

    def done() -> bool:
        try:
            rebuild(folder, progress=False)
        except folders.Busy:
            return False
        return True

    _until(done, 60)


def test_rebuilding_beside_a_running_writer_loses_no_write(
    ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    made = ask(400, "Roaming")
    start()
    _until(lambda: engines.ready() and not Change.objects.exists(), 60)
    for _ in range(4):
        made += ask(5, "Roaming")
        _rebuild(folder)
        made += ask(5, "Roaming")
    _until(lambda: not Change.objects.exists(), 60)
    assert sorted(pk for pk, _ in engines.current().marks("thread", 0, None)) == sorted(made)


def test_a_missing_index_is_made_by_the_writer(
    ask: Callable[..., list[int]], start: Callable[..., subprocess.Popen[str]], folder: Path
) -> None:
    made = ask(2, "Roaming")
    Change.objects.all().delete()
    assert not engines.ready()
    start()
    _until(engines.ready, 60)
    assert _ids("roaming") == made
