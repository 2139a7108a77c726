"""Writing many documents at once, and what a cluster says of each."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any

from elasticsearch.helpers import streaming_bulk

from search.elastic import schema
from search.elastic.client import Away, asking

log = logging.getLogger(__name__)

_NEWER = re.compile(r"current version \[(\d+)\]")


class NotThere(Away):
    """The index that was written to is not there, or this node has not heard of it yet."""


def sent(client: Any, actions: Iterable[dict[str, Any]], refresh: bool) -> int:
    """Send them in portions; those that the cluster has no room for yet are sent again, ever more slowly.

    With `refresh` searches see them before this returns. Gives the newest turn that was there before one of them, or
    0. Raises Away, and NotThere for an index that the node does not know.
    """
    overtaken = 0
    with asking():
        for done, said in streaming_bulk(
            client, actions, chunk_size=schema.BULK_DOCUMENTS, max_chunk_bytes=schema.BULK_BYTES,
            max_retries=5, initial_backoff=0.2, max_backoff=5.0, raise_on_error=False,
            refresh=refresh, require_alias=True,
        ):  # fmt: skip
            if not done:
                overtaken = max(overtaken, _refused(next(iter(said.values()))))
    return overtaken


def _refused(item: dict[str, Any]) -> int:
    """The newer turn that was there first; 0 where nothing is wrong. Raises Away for what has to be tried again."""
    error = item.get("error") or {}
    if item["status"] == 409 and (newer := _NEWER.search(error.get("reason", ""))):
        return int(newer[1])
    if item["status"] == 404 and not error:
        return 0  # taken out already
    if item["status"] == 400 and error.get("type") != "invalid_index_name_exception":
        # Trying again would never help, and what waits behind it would wait for ever.
        log.error("Elasticsearch refused %s: %s", item.get("_id"), error)
        return 0
    away = NotThere if error.get("type") == "index_not_found_exception" else Away
    raise away(f"{item.get('_id')} was not written: {error.get('type')}: {error.get('reason')}")
