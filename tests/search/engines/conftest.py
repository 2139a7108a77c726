"""Both engines under the same tests. The cluster is a real one of three nodes.

It is the runner's, or the one that `TEST_ELASTICSEARCH_URL` names, or one that is started here and takes a minute.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from elastic_transport import TransportError
from elasticsearch import ApiError

from search import engines
from search.elastic.engine import Elastic
from search.engine import Engine
from search.rebuild import Counted
from tests.search.conftest import Shelf
from tests.services import elasticsearch
from tests.services.elasticsearch import Cluster
from tests.services.servers import Missing


def _cluster(stack: ExitStack, name: str, **options: Any) -> Cluster:
    if folder := os.environ.get("TEST_ELASTICSEARCH_CLUSTERS"):
        return elasticsearch.attached(Path(folder), name)
    try:
        return stack.enter_context(elasticsearch.running(**options))
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """Three nodes that a test may stop and start; it leaves all three running."""
    with ExitStack() as stack:
        yield _cluster(stack, "three")


@pytest.fixture(scope="session")
def secured() -> Iterator[Cluster]:
    """One node with TLS that knows its users."""
    with ExitStack() as stack:
        yield _cluster(stack, "secured", nodes=1, secured=True)


@pytest.fixture(scope="session")
def cluster_url(request: pytest.FixtureRequest) -> str:
    """Where a cluster answers."""
    if given := os.environ.get("TEST_ELASTICSEARCH_URL"):
        return given
    cluster: Cluster = request.getfixturevalue("own_cluster")
    return cluster.url


@pytest.fixture
def on_cluster(settings: Any, cluster_url: str) -> Iterator[Elastic]:
    """The product set to the cluster, with indices of this test's own; none is there yet."""
    yield from set_to(settings, cluster_url)


def set_to(settings: Any, url: str) -> Iterator[Elastic]:
    """Within, the product searches there, with indices of its own."""
    settings.ELASTICSEARCH_URL = url
    settings.ELASTICSEARCH_INDEX = f"entraide-test-{secrets.token_hex(4)}"
    engine = engines.elastic()
    assert engine
    yield engine
    with suppress(ApiError, TransportError):  # a test that failed may leave nodes stopped
        engine.indices.remove_all()
    engine.client.close()


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def engine(request: pytest.FixtureRequest, folder: Path, threads: Shelf, articles: Shelf) -> Engine:
    """Each engine in turn, over the shelves; its index is not made yet. What reads is set to it alone."""
    if request.param == "embedded":
        return engines.embedded()
    made: Elastic = request.getfixturevalue("on_cluster")
    return made


@pytest.fixture
def filled(engine: Engine) -> Callable[[], Engine]:
    """`filled()` makes the engine's index of what the shelves hold."""

    def make() -> Engine:
        engine.rebuild(Counted(progress=False))
        return engine

    return make
