"""The order by meaning in Elasticsearch: vectors beside the words of a document, and what is nearest to a question."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Q, Search

from search.documents import Document
from search.elastic import queries
from search.engine import Filters, Key
from search.meaning.encoder import small
from search.meaning.finder import Meaning
from search.rebuild import in_batches

# How many a node looks at for each that is asked for.
LOOKED_AT = 4
# Seconds between questions whether the field is there.
ASKED_EVERY = 30.0


class Near:
    """The vectors of one encoder, in a field of its own: another's would say nothing to its questions."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.field = f"meaning_{meaning.name}"
        self._declared: set[str] = set()
        # Whether the index that is searched has the field, and when that was asked.
        self._there, self._asked = False, -ASKED_EVERY

    def knows(self, lang: str) -> bool:
        return self.meaning.knows(lang)

    def mapping(self) -> dict[str, Any]:
        """How the field is declared: as many bytes as the encoder gives numbers."""
        return {
            self.field: {
                "type": "dense_vector",
                "dims": self.meaning.width,
                "element_type": "byte",
                "similarity": "cosine",
                "index": True,
                "index_options": {"type": "hnsw"},
            }
        }

    def declare(self, client: Elasticsearch, index: str) -> None:
        """Give an index the field, where it lacks it: one that was made without this encoder."""
        if index not in self._declared:
            client.indices.put_mapping(index=index, properties=self.mapping())
            self._declared.add(index)

    def there(self, client: Elasticsearch, index: str) -> bool:
        """Whether an index has the field: one that was made without this encoder is searched by words alone."""
        if time.monotonic() >= self._asked + ASKED_EVERY:
            found = client.indices.get_field_mapping(index=index, fields=self.field)
            self._there = all(each["mappings"] for each in found.values())
            self._asked = time.monotonic()
        return self._there

    def look_again(self) -> None:
        """Ask at the next question."""
        self._asked = -ASKED_EVERY

    def vectors(self, documents: Iterable[Document]) -> Iterator[tuple[Document, dict[str, Any]]]:
        """Each document with what it has in the field."""
        for some in in_batches(iter(documents)):
            there = [each for each in some if each.title.strip() and self.meaning.knows(each.lang)]
            rows = self.meaning.all([each.title for each in there]) if there else ()
            of = {id(each): row for each, row in zip(there, rows, strict=True)}
            for each in some:
                yield each, {self.field: of[id(each)].tolist()} if id(each) in of else {}

    def questions(
        self,
        base: Search[Any],
        text: str,
        *,
        windows: Sequence[tuple[datetime | None, int]],
        filters: Filters,
        without: Collection[Key],
    ) -> list[Search[Any]]:
        """What is nearest to a text, for each window a question of its own."""
        vector = small(self.meaning.ask(text)[None])[0].tolist()
        return [
            base[:most].knn(
                field=self.field,
                k=most,
                num_candidates=LOOKED_AT * most,
                query_vector=vector,
                filter=Q("bool", filter=queries.narrowed(filters, since), must_not=queries.hidden(without)),
            )
            for since, most in windows
        ]
