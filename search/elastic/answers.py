"""Searches that go together to a cluster, and what is read out of its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch
from elasticsearch.dsl import Search

from search.documents import SOURCES
from search.elastic import schema, words
from search.embedded.words import COMMONER, MENDED_MAX, RARE
from search.engine import Found
from search.ranking import Candidate

# Half an answer is none: it would say that what the missing shard holds does not exist.
WHOLE = {"allow_partial_search_results": False}


class Together:
    """Searches that go in one request, all to the same copy of the index.

    Not `MultiSearch`, which makes what two of them share twice, and an object of every hit.
    """

    def __init__(self, client: Elasticsearch, index: str, copy: str) -> None:
        self._client = client
        self._head = {"index": index, "preference": copy, **WHOLE}
        self._searches: list[dict[str, Any]] = []

    def add(self, search: Search[Any], query: dict[str, Any] | None = None) -> None:
        """One more; its query may be given by itself."""
        body = search.to_dict()
        self._searches += [self._head, {**body, "query": query} if query else body]

    def answers(self) -> list[dict[str, Any]]:
        """One for each, in their order. Raises what the client raises, also where one alone failed."""
        said = self._client.msearch(searches=self._searches, max_concurrent_searches=4)
        for each in said["responses"]:
            if "error" in each:
                raise ApiError("N/A", meta=said.meta, body=each)
        found: list[dict[str, Any]] = said.body["responses"]
        return found


@dataclass(frozen=True, slots=True)
class Best:
    """What was found in its order, how many hold enough of the words and how many any, and what may be slips."""

    found: list[Found]
    strict: int
    total: int
    slips: dict[str, Slip]


@dataclass(frozen=True, slots=True)
class Slip:
    """What a word was probably meant to be ("" where nothing is near), and whether nothing at all holds it."""

    text: str
    absent: bool


def slips_of(suggested: dict[str, Any], absent: Iterable[str]) -> dict[str, Slip]:
    found = {word: Slip("", absent=True) for word in absent}
    for entry in suggested.get("rare", ()):
        if (best := _best_option(entry)) and best["freq"] > RARE * COMMONER:
            found[entry["text"]] = Slip(best["text"], absent=False)
    for entry in suggested.get("absent", ()):
        if best := _best_option(entry):
            found[entry["text"]] = Slip(best["text"], absent=True)
        elif entry["options"]:
            found.pop(entry["text"], None)
    return dict(list(found.items())[:MENDED_MAX])


def _best_option(entry: dict[str, Any]) -> dict[str, Any] | None:
    """What is near a word and no other form of it: that is found anyway."""
    return next((each for each in entry["options"][:1] if not words.same(entry["text"], each["text"])), None)


def candidates(hits: Iterable[dict[str, Any]], product: int | None) -> list[Candidate]:
    """What the index knows of these; of kinds that nobody declares any more, nothing."""
    found = []
    for hit in hits:
        key, columns = schema.key_of(hit["_id"]), hit.get("fields", {})
        if key.kind in SOURCES:
            found.append(
                Candidate(
                    key=key,
                    score=hit["_score"],
                    at=int(float(columns["at"][0])) if "at" in columns else None,
                    solved=columns["solved"][0],
                    votes=columns["votes"][0],
                    same_product=product in columns.get("products", ()),
                    place=hit.get("_source", {}),
                )
            )
    return found


def copy_of(text: str) -> str:
    """The name of the copies of an index that searches for a text go to."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
