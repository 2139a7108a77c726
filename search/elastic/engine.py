"""Reading and writing an Elasticsearch cluster."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query
from elasticsearch.helpers import streaming_bulk

from search.documents import SOURCES, Document
from search.elastic import queries, schema
from search.elastic.client import BUILDS_WITHIN, WRITE_RETRIES, WRITES_WITHIN, Address, Away, asking, connected
from search.elastic.indices import Indices
from search.engine import Answer, Filters, Found, Key, Unavailable
from search.turns import turn

log = logging.getLogger(__name__)

MARKS_AT_ONCE = 5_000
# Counted exactly up to here; beyond, a page says "about".
COUNTED = 10_000
_NEWER = re.compile(r"current version \[(\d+)\]")


class Elastic:
    """The engine over one cluster; see `search.engine.Engine`. Safe to use from several threads."""

    def __init__(self, address: Address) -> None:
        self.client = connected(address)
        self.writing = self.client.options(
            request_timeout=WRITES_WITHIN, max_retries=WRITE_RETRIES, retry_on_timeout=True
        )
        self.indices = Indices(self.writing, address.prefix)
        # The index was found to be of another database, or of a later state of this one.
        self._another = False

    # -- reading --------------------------------------------------------------------------------

    def query(
        self,
        text: str,
        *,
        lang: str,
        filters: Filters,
        without: Collection[Key] = (),
        limit: int = 20,
        typing: bool = False,
    ) -> Answer:
        for loosened in (False, True):
            found = queries.words(text, lang=lang, all_of=not loosened, typing=typing)
            answer = self._run(queries.narrowed(found, filters, without), limit, text, loosened)
            if answer.found:
                return answer
        return answer

    def similar(
        self, title: str, body: str, *, lang: str, product: int | None, without: Collection[Key] = (), limit: int = 5
    ) -> Answer:
        found = queries.like(title, body, lang=lang, product=product)
        return self._run(queries.narrowed(found, Filters(), without), limit, title, False)

    def marks(self, kind: str, low: int, high: int | None) -> Iterator[tuple[int, int]]:
        while high is None or low < high:
            ids = {"gte": low} if high is None else {"gte": low, "lt": high}
            within = Q("bool", filter=[Q("term", kind=kind), Q("range", object_id=ids)])
            search = self._search(within).using(self.client.options(request_timeout=BUILDS_WITHIN))
            with asking():
                answer = search.sort("object_id")[:MARKS_AT_ONCE].extra(fields=["object_id", "mark"]).execute()
            hits = answer.to_dict()["hits"]["hits"]
            if not hits:
                return
            for hit in hits:
                low = hit["fields"]["object_id"][0] + 1
                yield low - 1, schema.unsigned(hit["fields"]["mark"][0])

    def ready(self) -> bool:
        """Whether searching works now."""
        try:
            with asking():
                self._search(Q("match_all"))[:0].execute()
        except Unavailable:
            return False
        return True

    def lacks_index(self) -> bool:
        """Whether the cluster is there and has no index of this version, nor one that may be used. Raises Away."""
        if self._another:
            return True
        with asking():
            return self.indices.targets().current is None

    def _search(self, query: Query) -> Search[Any]:
        search: Search[Any] = Search(using=self.client, index=self.indices.alias)
        # Half an answer is none: it would say that what the missing shard holds does not exist.
        return search.query(query).source(False).params(allow_partial_search_results=False)

    def _run(self, query: Query, limit: int, text: str, loosened: bool) -> Answer:
        # The same words go to the same copy, whose scores may differ a little from another's: so pages fit together.
        copy = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
        search = self._search(query)[:limit].extra(track_total_hits=COUNTED).params(preference=copy)
        with asking():
            # As plain values: the objects that could be made of hits are not needed.
            hits = search.execute().to_dict()["hits"]
        found = [Found(schema.key_of(hit["_id"]), hit["_score"]) for hit in hits["hits"]]
        return Answer([each for each in found if each.key.kind in SOURCES], hits["total"]["value"], loosened)

    # -- writing ----------------------------------------------------------------------------------

    def write(self, documents: Iterable[Document], deletions: Collection[Key], version: int | None = None) -> None:
        """As `Engine.write`. `version` is a turn that was taken before the documents were read.

        Several processes may write at once: an older turn changes nothing that a newer one wrote. Raises Away when
        the cluster is, and Unavailable when there is no index yet, or one of another database.
        """
        documents = list(documents)
        version = turn() if version is None else version
        with asking():
            targets = self.indices.targets()
        if not targets.each():
            raise Unavailable(f"the cluster has no index named {self.indices.alias}")
        if targets.following:
            try:
                self._bulk(targets.following, documents, deletions, version)
            except Away as error:
                # It would lack this for ever, so it is not to be used.
                log.warning("What is being made of %s is given up: %s", self.indices.alias, error)
                self.indices.give_up(targets.following)
                if not targets.current:
                    raise
        if targets.current:
            self._bulk(targets.current, documents, deletions, version)

    def rebuild(self, documents: Iterable[Document]) -> None:
        # Before the first one is read: so whatever is written meanwhile has a later turn, and stays.
        version = turn()
        with self.indices.made() as name:
            self._send(self.client.options(request_timeout=BUILDS_WITHIN), self._puts(documents, name, version), False)
        self._another = False

    def _bulk(self, index: str, documents: list[Document], deletions: Collection[Key], version: int) -> None:
        actions = [*self._puts(documents, index, version), *schema.take_out(deletions, index, version)]
        # Searches see it before it counts as done: what was taken out would else be counted for a second yet.
        self._send(self.writing, actions, True)

    @staticmethod
    def _puts(documents: Iterable[Document], index: str, version: int) -> Iterator[dict[str, Any]]:
        return (schema.put(document, index, version) for document in documents)

    def _send(self, client: Any, actions: Iterable[dict[str, Any]], refresh: bool) -> None:
        """Send them in portions; those that the cluster has no room for yet are sent again, ever more slowly."""
        overtaken = 0
        with asking():
            for done, said in streaming_bulk(
                client, actions, chunk_size=schema.BULK_DOCUMENTS, max_chunk_bytes=schema.BULK_BYTES,
                max_retries=5, initial_backoff=0.2, max_backoff=5.0, raise_on_error=False,
                refresh=refresh, require_alias=True,
            ):  # fmt: skip
                if not done:
                    overtaken = max(overtaken, _refused(next(iter(said.values()))))
        if overtaken and overtaken > turn():
            self._another = True
            raise Unavailable("the index was written from another database, or from a later state of this one")


def _refused(item: dict[str, Any]) -> int:
    """The newer turn that was there first; 0 where nothing is wrong. Raises Away for what has to be tried again."""
    error = item.get("error") or {}
    if item["status"] == 409 and (newer := _NEWER.search(error.get("reason", ""))):
        return int(newer[1])
    if item["status"] == 404 and not error:
        return 0  # taken out already
    if item["status"] == 400:
        # Trying again would never help, and what waits behind it would wait for ever.
        log.error("Elasticsearch refused %s: %s", item.get("_id"), error)
        return 0
    raise Away(f"{item.get('_id')} was not written: {error.get('type')}: {error.get('reason')}")
