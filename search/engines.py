"""Which engine answers: the embedded one, or a cluster with the embedded one behind it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from search.embedded.index import Embedded
from search.engine import EVERYTHING, Answer, Counts, Engine, Filters, Key, Unavailable

if TYPE_CHECKING:
    from search.elastic.engine import Elastic
    from search.meaning.finder import Meaning

log = logging.getLogger(__name__)

# Seconds until a cluster that was away is asked again: the first time, and at most.
REST = 2.0
REST_MOST = 30.0

EMBEDDED, ELASTICSEARCH = "embedded", "elasticsearch"
T = TypeVar("T")


class Reader(Protocol):
    """The part of an engine that answers; see `search.engine.Engine`."""

    def query(
        self,
        text: str,
        *,
        lang: str,
        filters: Filters,
        without: Collection[Key] = (),
        limit: int = 20,
        typing: bool = False,
        product: int | None = None,
    ) -> Answer: ...

    def counts(
        self, text: str, *, lang: str, filters: Filters, without: Collection[Key] = (), any_of: bool = False
    ) -> Counts: ...

    def similar(
        self,
        title: str,
        body: str,
        *,
        lang: str,
        product: int | None,
        filters: Filters = EVERYTHING,
        without: Collection[Key] = (),
        limit: int = 5,
    ) -> Answer: ...


class Behind:
    """Asks the first engine, and the second one while the first one is away: no page waits for it or fails.

    After a failure the first one is left alone for a while, ever longer; then one question at a time tries it.
    """

    def __init__(self, first: Reader, second: Reader) -> None:
        self.first = first
        self.second = second
        self._lock = threading.Lock()
        self._rest = 0.0
        self._until = 0.0

    def query(
        self,
        text: str,
        *,
        lang: str,
        filters: Filters,
        without: Collection[Key] = (),
        limit: int = 20,
        typing: bool = False,
        product: int | None = None,
    ) -> Answer:
        return self._ask(
            lambda engine: engine.query(
                text, lang=lang, filters=filters, without=without, limit=limit, typing=typing, product=product
            )
        )

    def counts(
        self, text: str, *, lang: str, filters: Filters, without: Collection[Key] = (), any_of: bool = False
    ) -> Counts:
        return self._ask(lambda engine: engine.counts(text, lang=lang, filters=filters, without=without, any_of=any_of))

    def similar(
        self,
        title: str,
        body: str,
        *,
        lang: str,
        product: int | None,
        filters: Filters = EVERYTHING,
        without: Collection[Key] = (),
        limit: int = 5,
    ) -> Answer:
        return self._ask(
            lambda engine: engine.similar(
                title, body, lang=lang, product=product, filters=filters, without=without, limit=limit
            )
        )

    def _ask(self, question: Callable[[Reader], T]) -> T:
        if self._may_try():
            try:
                answer = question(self.first)
            except Unavailable as error:
                self._failed(error)
            else:
                self._worked()
                return answer
        return question(self.second)

    def _may_try(self) -> bool:
        with self._lock:
            if not self._rest:
                return True
            if time.monotonic() < self._until:
                return False
            # The others go on without it until this question came back.
            self._until = time.monotonic() + REST_MOST
            return True

    def _failed(self, error: Unavailable) -> None:
        with self._lock:
            if not self._rest:
                log.warning("Searches are answered by the embedded index: %s", error)
            self._rest = min(max(2 * self._rest, REST), REST_MOST)
            self._until = time.monotonic() + self._rest

    def _worked(self) -> None:
        with self._lock:
            if self._rest:
                log.warning("Searches are answered by Elasticsearch again")
            self._rest = 0.0


def current() -> Reader:
    """What this installation searches with, open once per process."""
    return _behind(_address(), _encoder(), embedded().folder) if settings.ELASTICSEARCH_URL else embedded()


def embedded() -> Embedded:
    """The embedded engine, which every installation has."""
    return _embedded(Path(settings.SEARCH_INDEX_DIR), _encoder())


def over(folder: Path) -> Embedded:
    """The embedded engine over one folder, opened anew: for those who write."""
    known = meaning(*_encoder())
    return Embedded(folder, near=import_string("search.embedded.near.Near")(known) if known else None)


def elastic() -> Elastic | None:
    """The cluster, where one is set."""
    return _elastic(_address(), _encoder()) if settings.ELASTICSEARCH_URL else None


def each() -> dict[str, Engine]:
    """Every engine that is written to, by its name."""
    found: dict[str, Engine] = {EMBEDDED: embedded()}
    if cluster := elastic():
        found[ELASTICSEARCH] = cluster
    return found


def ready() -> bool:
    """Whether searching works now: one engine is enough."""
    cluster = elastic()
    return embedded().ready() or bool(cluster and cluster.ready())


def _address() -> tuple[str, str, str, str]:
    return (
        settings.ELASTICSEARCH_URL,
        settings.ELASTICSEARCH_API_KEY,
        settings.ELASTICSEARCH_CA,
        settings.ELASTICSEARCH_INDEX,
    )


def _encoder() -> tuple[str, Path, tuple[str, ...]]:
    return settings.SEARCH_ENCODER, settings.SEARCH_VECTORS, tuple(settings.SEARCH_ENCODER_LANGUAGES)


@lru_cache(maxsize=4)
def meaning(folder: str, vectors: Path, languages: tuple[str, ...]) -> Meaning | None:
    """What searches by meaning go by; None where no encoder is set, or none can be used."""
    if not folder:
        return None
    try:
        # By name: it stands on the extra `semantic`, which most installations do without.
        find = import_string("search.meaning.finder.find")
    except ImportError as error:
        log.warning("Searches go by words alone: the extra `semantic` is not installed (%s)", error)
        return None
    found: Meaning | None = find(folder, vectors, languages)
    return found


@lru_cache(maxsize=4)
def _embedded(folder: Path, encoder: tuple[Any, ...]) -> Embedded:
    return over(folder)


@lru_cache(maxsize=4)
def _elastic(address: tuple[str, str, str, str], encoder: tuple[Any, ...]) -> Elastic:
    # By name: its client costs every process memory and a second, where there is no cluster for nothing.
    at = import_string("search.elastic.client.Address")(*address)
    made: Elastic = import_string("search.elastic.engine.Elastic")(at, meaning=meaning(*encoder))
    return made


@lru_cache(maxsize=4)
def _behind(address: tuple[str, str, str, str], encoder: tuple[Any, ...], folder: Path) -> Behind:
    return Behind(_elastic(address, encoder), _embedded(folder, encoder))
