"""What only a cluster can do wrong: late writes, an index made while writing, strangers, and whom it lets in."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.viewer import Viewer
from search import check, engines, find
from search.elastic import client, schema
from search.elastic.bulk import NotThere
from search.elastic.client import Address, Away, Misconfigured
from search.elastic.engine import Elastic
from search.elastic.indices import Indices, Targets
from search.embedded import folder as folders
from search.engine import Filters, Key, Unavailable
from search.models import Change
from search.outbox import changed
from search.rebuild import Counted, rebuild, rebuild_cluster
from search.turns import turn
from search.writer import Writer
from tests.search.conftest import Shelf
from tests.services.elasticsearch import PASSWORD, Cluster

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]


@pytest.fixture
def made(on_cluster: Elastic, threads: Shelf, articles: Shelf) -> Callable[[], Elastic]:
    """`made()` makes the cluster's index of what the shelves hold."""

    def make() -> Elastic:
        on_cluster.rebuild(Counted(progress=False))
        return on_cluster

    return make


def _found(engine: Elastic, text: str) -> list[int]:
    return sorted(each.key.object_id for each in engine.query(text, lang="en", filters=Filters()).found)


def _indices(engine: Elastic) -> list[str]:
    return sorted(engine.client.indices.get(index=f"{engine.indices.prefix}-*", features="aliases"))


# -- the order of writes -----------------------------------------------------------------------------------


def test_a_late_write_changes_nothing_that_a_newer_one_wrote(threads: Shelf, made: Callable[[], Elastic]) -> None:
    engine = made()
    old, new = turn(), turn()
    engine.write([threads.put(1, "Newer")], [Key("thread", 2)], new)
    engine.write([threads.put(1, "Older"), threads.put(2, "Older")], [], old)
    engine.write([], [Key("thread", 1)], old)
    assert (_found(engine, "newer"), _found(engine, "older")) == ([1], [])
    kept = engine.writing.indices.get_settings(index=engine.indices.alias, name="index.gc_deletes")
    assert [each["settings"]["index"]["gc_deletes"] for each in kept.values()] == ["1h"], "longer than any write waits"


def test_turns_only_grow_and_leave_nothing_behind() -> None:
    changed("thread", [1])
    turns = [turn(), turn()]
    changed("thread", [1])
    assert sorted([*turns, *Change.objects.values_list("pk", flat=True)]) == [
        Change.objects.order_by("pk")[0].pk, *turns, Change.objects.order_by("pk")[1].pk,
    ]  # fmt: skip
    assert Change.objects.count() == 2


def test_an_index_of_another_database_is_noticed_and_made_anew(
    threads: Shelf, made: Callable[[], Elastic], folder: Path
) -> None:
    engine = made()
    engine.write([threads.put(1, "From a later state")], [], turn() + 1_000_000)
    rebuild(folder, progress=False)
    writer = Writer(folder)
    threads.put(1, "From the backup")
    changed("thread", [1])
    assert writer.step() == 1
    assert Change.objects.count() == 1, "it waits"
    assert writer.cluster and writer.cluster.lacks_index()
    rebuild_cluster(writer.cluster, folder, progress=False)
    writer.rests_until = 0
    writer.step()
    assert (_found(engine, "backup"), _found(engine, "later"), Change.objects.count()) == ([1], [], 0)


def test_what_the_cluster_never_takes_holds_nothing_up(
    threads: Shelf, made: Callable[[], Elastic], caplog: pytest.LogCaptureFixture
) -> None:
    engine = made()
    engine.write([threads.put(1, "Roaming", votes=10**12), threads.put(2, "Roaming")], [])
    assert _found(engine, "roaming") == [2]
    assert "thread:1" in caplog.text


def test_a_cluster_with_too_much_to_do_is_sent_it_again(
    threads: Shelf, made: Callable[[], Elastic], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = made()
    perform, refused = engine.writing.transport.perform_request, []

    def busy(method: str, target: str, **more: Any) -> Any:
        answer = perform(method, target, **more)
        if "_bulk" in target and len(refused) < 2:
            refused.append(target)
            item = {"index": {"_id": "thread:1", "status": 429, "error": {"type": "es_rejected_execution_exception"}}}
            return type(answer)(answer.meta, {"errors": True, "items": [item]})
        return answer

    monkeypatch.setattr(engine.writing.transport, "perform_request", busy)
    monkeypatch.setattr("elasticsearch.helpers.actions.time.sleep", lambda seconds: None)
    note = threads.put(1, "Roaming")
    engine.write([note], [])
    assert (len(refused), _found(engine, "roaming")) == (2, [1])


# -- making the index anew ----------------------------------------------------------------------------------


def test_what_is_written_while_the_next_index_is_made_is_in_both(
    threads: Shelf, articles: Shelf, made: Callable[[], Elastic]
) -> None:
    for pk in (1, 2, 3):
        threads.put(pk, "Roaming")
    engine = made()
    old = dict(threads.notes)
    seen: list[list[int]] = []

    def slowly() -> Iterator[Any]:
        yield old[1]
        engine.write([threads.put(1, "Voicemail"), threads.put(4, "Voicemail")], [Key("thread", 2)])
        seen.append(_found(engine, "voicemail") + _found(engine, "roaming"))
        yield old[2]  # read before it was taken out
        yield old[3]

    engine.rebuild(slowly())
    assert seen == [[1, 4, 3]], "searches see changes while the next index is made"
    assert (_found(engine, "voicemail"), _found(engine, "roaming")) == ([1, 4], [3])
    assert len(_indices(engine)) == 1, "the old index is gone"


def test_a_node_that_has_not_heard_of_the_next_index_is_asked_again(
    threads: Shelf, made: Callable[[], Elastic], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node that makes an index knows it before the others do, which also say that none is being made."""
    threads.put(1, "Roaming")
    engine = made()
    send, unheard, first = engine._bulk, [NotThere("no such index")] * 3, engine.indices.targets().current

    def bulk(index: str, *given: Any) -> None:
        if index != first and unheard:
            monkeypatch.setattr(Indices, "targets", lambda _: Targets(first, None))
            raise unheard.pop()
        send(index, *given)

    def meanwhile() -> Iterator[Any]:
        engine.write([threads.put(2, "Voicemail")], [])
        monkeypatch.setattr(Indices, "targets", targets)
        yield threads.notes[1]

    targets = Indices.targets
    monkeypatch.setattr(engine, "_bulk", bulk)
    engine.rebuild(meanwhile())
    assert not unheard and (_found(engine, "voicemail"), _found(engine, "roaming")) == ([2], [1])


def test_writers_beside_rebuilds_lose_nothing(threads: Shelf, made: Callable[[], Elastic]) -> None:
    """Two writers, whose clocks are nobody's, and two rebuilds: in the end the index holds what is true."""
    for pk in range(100):
        threads.put(pk, "Word zero")
    engine = made()
    lock, turns, failed = threading.Lock(), iter(range(turn() + 1, 10**9)), []
    done = threading.Event()

    def write(offset: int) -> None:
        for number in range(1, 10**6):
            if done.is_set() and number > 20:
                return
            pk = (number * 7 + offset) % 100
            with lock:
                # As a transaction: the change, then the outbox.
                if number % 5:
                    threads.hidden.discard(pk)
                    threads.put(pk, f"Word {number} by {offset}")
                else:
                    threads.hidden.add(pk)
            with lock:
                mine = next(turns)
            documents = list(threads.documents([pk]))
            while True:
                try:
                    engine.write(documents, [] if documents else [Key("thread", pk)], mine)
                    break
                except Unavailable as error:  # the index that it knew was put aside: it looks again
                    failed.append(error)
                    time.sleep(0.05)

    def slowly() -> Iterator[Any]:
        for note in Counted(progress=False):
            time.sleep(0.004)
            yield note

    writers = [threading.Thread(target=write, args=(offset,)) for offset in (0, 3)]
    patched = pytest.MonkeyPatch()
    patched.setattr("search.elastic.engine.turn", lambda: next(turns))  # this test's own database is not theirs
    try:
        for each in writers:
            each.start()
        for _ in range(2):
            engine.rebuild(slowly())
    finally:
        done.set()
        for each in writers:
            each.join()
        patched.undo()
    held = dict(engine.marks("thread", 0, None))
    true = {pk: schema.mark(note) for pk, note in threads.notes.items() if pk not in threads.hidden}
    assert held == true
    assert len(_indices(engine)) == 1


def test_an_index_that_lacks_a_write_is_never_put_to_use(
    threads: Shelf, made: Callable[[], Elastic], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads.put(1, "Roaming")
    engine = made()
    bulk = Elastic._bulk

    def refused(self: Elastic, index: str, *more: Any) -> None:
        if index == self.indices.targets().following:
            raise Away("its node is gone")
        bulk(self, index, *more)

    def slowly() -> Iterator[Any]:
        yield threads.notes[1]
        monkeypatch.setattr(Elastic, "_bulk", refused)
        engine.write([threads.put(2, "Roaming")], [])

    with pytest.raises(Unavailable):
        engine.rebuild(slowly())
    assert _found(engine, "roaming") == [1, 2]
    assert len(_indices(engine)) == 1


def test_giving_up_never_removes_an_index_in_use(threads: Shelf, made: Callable[[], Elastic]) -> None:
    threads.put(1, "Roaming")
    engine = made()
    engine.indices.give_up(_indices(engine)[0])
    assert _found(engine, "roaming") == [1]


def test_what_a_killed_rebuild_left_behind_goes_with_the_next(
    threads: Shelf, made: Callable[[], Elastic], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = made()
    with monkeypatch.context() as killed:
        killed.setattr("search.elastic.indices.Indices.give_up", lambda self, name: None)
        with pytest.raises(KeyboardInterrupt):
            engine.rebuild(_killed())
    assert len(_indices(engine)) == 2
    engine.write([threads.put(1, "Roaming")], [])  # into both
    made()
    assert (_found(engine, "roaming"), len(_indices(engine))) == ([1], 1)


def _killed() -> Iterator[Any]:
    raise KeyboardInterrupt
    yield


def test_writing_to_an_index_that_is_gone_makes_none(threads: Shelf, made: Callable[[], Elastic]) -> None:
    engine = made()
    name = _indices(engine)[0]
    engine.writing.indices.delete(index=name)
    for documents, gone in (([threads.put(1, "Roaming")], []), ([], [Key("thread", 1)])):
        with pytest.raises(Away):
            engine._bulk(name, documents, gone, turn())
    assert _indices(engine) == []


def test_indices_of_earlier_versions_go_and_of_later_ones_stay(
    threads: Shelf, made: Callable[[], Elastic], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = made()
    for name in (f"{engine.indices.prefix}-v0-old", f"{engine.indices.prefix}-v99-new"):
        engine.writing.indices.create(index=name)
    engine.writing.indices.create(index=f"{engine.indices.prefix}-of-somebody-else")
    made()
    left = [name.removeprefix(engine.indices.prefix) for name in _indices(engine)]
    assert [name[:4] for name in left] == ["-of-", f"-v{schema.VERSION}-", "-v99"]
    engine.writing.indices.delete(index=f"{engine.indices.prefix}-of-somebody-else")


def test_one_rebuild_at_a_time(folder: Path, made: Callable[[], Elastic]) -> None:
    engine = made()
    with folders.locked(folder, "rebuild-elasticsearch"), pytest.raises(folders.Busy):
        rebuild_cluster(engine, folder, progress=False)
    with folders.locked(folder, "rebuild-elasticsearch"), pytest.raises(CommandError, match="only one may run"):
        call_command("search", "rebuild", "--engine", "elasticsearch", "--quiet")


# -- the commands -------------------------------------------------------------------------------------------


def test_the_commands_make_and_compare_both_engines(
    threads: Shelf, articles: Shelf, on_cluster: Elastic, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SECOND_LOOK", 0.0)
    for pk in range(1, 700):
        threads.put(pk, "Roaming")
    call_command("search", "rebuild", "--quiet", stdout=(out := StringIO()))
    assert out.getvalue().split("\n")[:2] == ["699 documents", "699 documents on the cluster"]
    threads.put(5, "Voicemail")
    on_cluster.write([threads.notes[5]], [Key("thread", 6)])
    threads.hidden.add(7)
    with pytest.raises(SystemExit):
        call_command("search", "check", "--json", stdout=(out := StringIO()))
    said = json.loads(out.getvalue())
    assert said["engines"] == {
        "embedded": {"missing": [], "stale": ["thread:5"], "extra": ["thread:7"]},
        "elasticsearch": {"missing": ["thread:6"], "stale": [], "extra": ["thread:7"]},
    }
    assert (said["missing"], said["stale"], said["extra"]) == (["thread:6"], ["thread:5"], ["thread:7"])
    call_command("search", "check", "--mend", stdout=(out := StringIO()))
    assert "elasticsearch: missing: 1, stale: 0, extra: 0; handed to the writer" in out.getvalue()
    writer = Writer(folder)
    writer.step()
    assert Change.objects.count() == 0
    call_command("search", "check", "--json", stdout=(out := StringIO()))
    assert not any(json.loads(out.getvalue())["engines"]["elasticsearch"].values())


def test_the_writer_has_a_missing_index_made_and_goes_on_meanwhile(
    threads: Shelf, articles: Shelf, on_cluster: Elastic, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads.put(1, "Roaming")
    rebuild(folder, progress=False)
    made: list[str] = []
    monkeypatch.setattr("search.writer.rebuild_cluster", lambda cluster, *more, **options: made.append("anew"))
    writer = Writer(folder)
    threads.put(2, "Roaming")
    changed("thread", [2])
    assert writer.step() == 1
    assert (Change.objects.count(), writer.kept_to > 0) == (1, True), "it waits for the cluster"
    hits = find.suggest(text="roaming", viewer=Viewer(), lang="en")
    assert sorted(hit.shown.object_id for hit in hits) == [1, 2], "from the embedded index"
    writer.rests_until = 0
    writer.look_after_cluster()
    assert writer.making
    writer.making.join()
    assert made == ["anew"]
    on_cluster.rebuild(Counted(progress=False))
    assert writer.step() == 1
    assert (Change.objects.count(), _found(on_cluster, "roaming")) == (0, [1, 2])
    writer.look_after_cluster()
    assert made == ["anew"]


# -- whom it lets in ----------------------------------------------------------------------------------------


def test_an_api_key_over_tls_is_enough_for_everything(
    secured: Cluster, settings: Any, threads: Shelf, articles: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured.client() as admin:
        rights = {"cluster": ["monitor"], "indices": [{"names": ["community*"], "privileges": ["all"]}]}
        key = admin.security.create_api_key(name="entraide", role_descriptors={"entraide": rights})
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_API_KEY = secured.url, key["encoded"]
    settings.ELASTICSEARCH_CA, settings.ELASTICSEARCH_INDEX = secured.ca, "community"
    monkeypatch.setattr(check, "SECOND_LOOK", 0.0)
    threads.put(1, "Roaming")
    call_command("search", "rebuild", "--quiet", stdout=StringIO())
    call_command("search", "rebuild", "--quiet", stdout=StringIO())
    cluster = engines.elastic()
    assert cluster
    cluster.write([threads.put(2, "Roaming")], [Key("thread", 1)])
    assert _found(cluster, "roaming") == [2]
    cluster.indices.remove_all()
    settings.ELASTICSEARCH_INDEX = "elsewhere"
    other = engines.elastic()
    assert other
    with pytest.raises(Away, match="AuthorizationException"):
        other.rebuild(Counted(progress=False))


def test_a_user_named_in_the_address_is_let_in_and_nobody_else(secured: Cluster, threads: Shelf) -> None:
    host = secured.hosts[0].removeprefix("https://")
    good = Elastic(Address(f"https://admin:{PASSWORD}@{host}", ca=secured.ca, prefix="by-name"))
    good.rebuild([threads.put(1, "Roaming")])
    assert _found(good, "roaming") == [1]
    good.indices.remove_all()
    for wrong in (
        Elastic(Address(f"https://admin:wrong@{host}", ca=secured.ca)),
        Elastic(Address(f"https://{host}", ca=secured.ca)),
        Elastic(Address(f"https://{host}", api_key="d3Jvbmc6d3Jvbmc=", ca=secured.ca)),
        Elastic(Address(f"https://admin:{PASSWORD}@{host}")),  # the system trusts nobody who signed that
        Elastic(Address(f"http://admin:{PASSWORD}@{host}")),
    ):
        assert not wrong.ready()
        with pytest.raises(Unavailable) as raised:
            wrong.query("roaming", lang="en", filters=Filters())
        assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "hosts", "user"),
    [
        ("http://a", ["http://a:9200"], None),
        ("http://a:1, https://b:2/es/,", ["http://a:1", "https://b:2/es"], None),
        ("https://me:p%40ss@a", ["https://a:9200"], ("me", "p@ss")),
        ("http://[::1]:9201", ["http://[::1]:9201"], None),
    ],
)
def test_addresses_are_read(url: str, hosts: list[str], user: tuple[str, str] | None) -> None:
    assert Address(url).hosts() == (hosts, user)


@pytest.mark.parametrize("url", ["localhost:9200", "ftp://secret@a", "http://", "http://a:port", " , "])
def test_addresses_that_are_none_are_refused_without_telling_a_password(url: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        client.connected(Address(url))
    assert "secret" not in str(raised.value)
