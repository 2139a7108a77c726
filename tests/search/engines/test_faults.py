"""Nodes that stop, all at once or one by one: no page fails, no write is lost, and it all comes back."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from search import check, engines
from search.elastic.client import READ_RETRIES, READS_WITHIN
from search.elastic.engine import Elastic
from search.engine import Filters, Unavailable
from search.models import Change
from search.outbox import changed
from search.rebuild import Counted, rebuild
from search.writer import Writer
from tests.search.conftest import Shelf
from tests.search.engines.conftest import set_to
from tests.services.elasticsearch import Cluster, Node
from tests.services.processes import until

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]

PAGES = (
    ("/en/search/", {"q": "roaming"}),
    ("/fr/search/", {"q": "roaming"}),
    ("/en/search/similar/", {"title": "roaming in spain"}),
    ("/en/search/suggest/", {"q": "roam"}),
)


@pytest.fixture
def elastic(settings: Any, own_cluster: Cluster) -> Iterator[Elastic]:
    """The product set to a cluster whose nodes are this test's to stop."""
    yield from set_to(settings, own_cluster.url)
    if dead := [node for node in own_cluster.nodes if not node.pid]:
        own_cluster.start(*dead)


@pytest.fixture
def filled(elastic: Elastic, threads: Shelf, articles: Shelf, folder: Path) -> Writer:
    """Both indices hold two hundred threads. The writer that goes on with them."""
    for pk in range(1, 201):
        threads.put(pk, f"Roaming {pk}", "in Spain " * (pk % 5))
    rebuild(folder, progress=False)
    elastic.rebuild(Counted(progress=False))
    return Writer(folder)


def _change(threads: Shelf, *ids: int) -> None:
    for pk in ids:
        threads.put(
            pk, f"Roaming {pk} changed {threads.notes[pk].title.count('changed') + 1 if pk in threads.notes else 0}"
        )
    changed("thread", ids)


def _no_drift() -> None:
    for name, engine in engines.each().items():
        assert not check.check(engine, mend=False), name


def _shown(client: Client) -> float:
    """Every page answers, with hits; gives the seconds that the slowest one took."""
    slowest = 0.0
    for path, asked in PAGES:
        start = time.monotonic()
        response = client.get(path, asked)
        slowest = max(slowest, time.monotonic() - start)
        assert response.status_code == 200
        assert b"/thread/" in response.content, f"{path} has no hits"
    return slowest


class Load:
    """Searches in four threads, on the cluster alone: nothing answers in its place."""

    def __init__(self, engine: Elastic) -> None:
        self.engine = engine
        self.times: list[float] = []
        self.failed: list[BaseException] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._search, args=(number,)) for number in range(4)]

    def _search(self, number: int) -> None:
        while not self.ended.is_set():
            number += 4
            start = time.monotonic()
            try:
                answer = self.engine.query(f"roaming {number % 200 + 1}", lang="en", filters=Filters())
                # Then those that hold one of the two words.
                assert [each.key.object_id for each in answer.found][:1] == [number % 200 + 1]
            except BaseException as error:
                self.failed.append(error)
            self.times.append(time.monotonic() - start)

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def more(self, count: int) -> None:
        """Wait for as many more searches."""
        wanted = len(self.times) + count
        until(lambda: len(self.times) >= wanted or self.failed, 60, "the searches stopped")


def _with_primary(cluster: Cluster, engine: Elastic) -> Node:
    """The node that takes the writes."""
    rows = engine.client.cat.shards(index=engine.indices.alias, format="json", h="prirep,node")
    name = next(row["node"] for row in rows if row["prirep"] == "p")
    return next(node for node in cluster.nodes if Path(node.folder).name == name)


def test_one_node_stops_then_all_and_they_come_back(
    own_cluster: Cluster, elastic: Elastic, filled: Writer, threads: Shelf, folder: Path, client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(check, "SECOND_LOOK", 0.0)
    first = _with_primary(own_cluster, elastic)
    with Load(elastic) as load:
        load.more(100)
        first.end(signal.SIGKILL)
        load.more(300)
        _change(threads, 1, 2, 201)
        until(lambda: filled.step() and not Change.objects.exists(), 60, "two nodes take no writes")
        load.more(100)
    assert load.failed == []
    log.info("%d searches, one node killed under them: the slowest took %.2f s", len(load.times), max(load.times))
    _no_drift()

    for node in own_cluster.nodes:
        node.end(signal.SIGKILL)
    with pytest.raises(Unavailable):
        elastic.query("roaming", lang="en", filters=Filters())
    log.info("no node left: the slowest page took %.2f s", _shown(client))
    for ids in ((3, 202), (4, 203)):
        _change(threads, *ids)
        filled.step()
        assert Change.objects.count() == ids[0] * 2 - 4, "they wait"
        assert str(ids[1]) in client.get("/en/search/", {"q": f"roaming {ids[1]}"}).content.decode(), "and are found"
    threads.hidden.add(5)
    changed("thread", [5])
    assert "/thread/5/" not in client.get("/en/search/", {"q": "roaming 5"}).content.decode()
    for path in folder.rglob("meta.json"):
        path.rename(path.with_suffix(".away"))
    assert b"Search is resting" in client.get("/en/search/", {"q": "roaming"}).content
    for path in folder.rglob("meta.away"):
        path.rename(path.with_suffix(".json"))

    own_cluster.start()
    until(lambda: not filled.step() and not Change.objects.exists(), 90, "what waited was not written")
    _no_drift()
    assert elastic.query("roaming 203", lang="en", filters=Filters()).found[0].key.object_id == 203
    behind = engines.current()
    assert isinstance(behind, engines.Behind)
    behind._until = 0.0
    _shown(client)
    assert behind._rest == 0.0, "the cluster answers again"


def test_nodes_that_freeze_hold_no_page_up_for_long(
    own_cluster: Cluster, elastic: Elastic, filled: Writer, threads: Shelf, client: Client
) -> None:
    """They neither answer nor refuse."""
    _shown(client)
    try:
        for node in own_cluster.nodes:
            node.send(signal.SIGSTOP)
        start = time.monotonic()
        assert b"/thread/" in client.get("/en/search/", {"q": "roaming"}).content
        first = time.monotonic() - start
        rest = _shown(client)
    finally:
        for node in own_cluster.nodes:
            node.send(signal.SIGCONT)
    log.info("all nodes frozen: the first page took %.2f s, the slowest of the next %.2f s", first, rest)
    assert first < READS_WITHIN * (READ_RETRIES + 1) + 5
    assert rest < READS_WITHIN, "the next ones do not wait"
    own_cluster.green()
