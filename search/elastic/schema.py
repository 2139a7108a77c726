"""The fields of an index, and a document as it takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch.dsl import Boolean, Date, Document, Integer, Keyword, Long, MetaField, Text

from search import analysis, documents
from search.elastic.analysis import ANALYZERS, TYPED
from search.embedded.schema import key_text, mark
from search.engine import Key

# Raise it when fields or analysis change: an index of another version counts as missing.
VERSION = 3
# What one request may hold, and how often it is tried again while the cluster has too much to do.
BULK_DOCUMENTS = 500
BULK_BYTES = 8_000_000

LASTING = {
    # A community fits into one, and scores are the same wherever they are counted.
    "number_of_shards": 1,
    # How long it is remembered that something was deleted by a newer write than one that comes late.
    "gc_deletes": "1h",
}
# A copy of each shard on another node as soon as there is one.
IN_USE = {"number_of_replicas": 0, "auto_expand_replicas": "0-1", "refresh_interval": "1s"}
# While it is filled nobody reads it, and a second copy is cheaper made at the end.
FILLING = {"number_of_replicas": 0, "auto_expand_replicas": False, "refresh_interval": "-1"}


class Entry(Document):
    """A document that can be found. Its key is its name in the index ("thread:12").

    Of the text only the words of titles can be read back: what is shown comes from the database.
    """

    kind = Keyword()
    object_id = Long()
    # Of the document as a whole; see `search.embedded.schema.mark`.
    mark = Long(index=False)
    lang = Keyword()
    products = Long()
    product = Long()
    topic = Long()
    solved = Boolean()
    votes = Integer()
    at = Date()
    title_en = Text(analyzer=ANALYZERS["en"], index_options="freqs")
    title_fr = Text(analyzer=ANALYZERS["fr"], index_options="freqs")
    title_xx = Text(analyzer=ANALYZERS["xx"], index_options="freqs")
    body_en = Text(analyzer=ANALYZERS["en"], index_options="freqs")
    body_fr = Text(analyzer=ANALYZERS["fr"], index_options="freqs")
    body_xx = Text(analyzer=ANALYZERS["xx"], index_options="freqs")
    # Both as one, only to tell who holds a word.
    words_en = Text(analyzer=ANALYZERS["en"], norms=False, index_options="docs")
    words_fr = Text(analyzer=ANALYZERS["fr"], norms=False, index_options="docs")
    words_xx = Text(analyzer=ANALYZERS["xx"], norms=False, index_options="docs")
    # The same in any language as they are written, to tell what is no word at all.
    spelled = Text(analyzer=TYPED, norms=False, index_options="docs")
    # The words of a title by their first letters, for what is being typed.
    starts = Text(analyzer=TYPED, index_prefixes={"min_chars": 2, "max_chars": 10}, norms=False, index_options="docs")

    # The title's words, to compare the best with what was typed; read back with them.
    spaced = Keyword(index=False, doc_values=False)

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(excludes=["title_*", "body_*", "words_*", "spelled", "starts", "meaning_*"])


def fields(document: documents.Document) -> dict[str, Any]:
    """A document as the index takes it."""
    group = analysis.group_of(document.lang)
    title, body = analysis.indexed(document.title, group), analysis.indexed(document.body, group)
    return {
        "kind": document.kind,
        "object_id": document.object_id,
        "mark": signed(mark(document)),
        "lang": document.lang,
        "products": sorted({*document.product_ids, *([document.product_id] if document.product_id else [])}),
        "product": document.product_id,
        "topic": document.topic_id,
        "solved": document.solved,
        "votes": document.votes,
        "at": document.at.isoformat() if document.at and not document.lasting else None,
        f"title_{group}": title,
        f"body_{group}": body,
        f"words_{group}": f"{title}\n{body}",
        "spelled": f"{title}\n{body}",
        "starts": title,
        "spaced": analysis.spaced(document.title),
    }


def put(document: documents.Document, index: str, version: int, more: Mapping[str, Any]) -> dict[str, Any]:
    """What puts a document into an index, with `more` fields, unless a newer write was there first."""
    key = key_text(Key(document.kind, document.object_id))
    return {"_op_type": "index", **_to(index, key, version), "_source": {**fields(document), **more}}


def take_out(keys: Iterable[Key], index: str, version: int) -> list[dict[str, Any]]:
    """What takes documents out of an index, unless a newer write was there first."""
    return [{"_op_type": "delete", **_to(index, key_text(key), version)} for key in keys]


def _to(index: str, key: str, version: int) -> dict[str, Any]:
    """By an alias, never by the name of the index: see `writes`."""
    return {"_index": writes(index), "_id": key, "version": version, "version_type": "external"}


def writes(index: str) -> str:
    """The name by which an index is written to: an alias that no index can be called by, for its capitals.

    Else a write to an index that is gone would make one of that name, with guessed fields. Demanding an alias in the
    request is not enough: a deletion with a version of its own makes one all the same.
    """
    return f"{index}.WRITES"


def key_of(name: str) -> Key:
    """What `key_text` made."""
    kind, _, object_id = name.rpartition(":")
    return Key(kind, int(object_id))


def signed(number: int) -> int:
    """64 bits as Elasticsearch's numbers have them."""
    return number - 2**64 if number >= 2**63 else number


def unsigned(number: int) -> int:
    return number + 2**64 if number < 0 else number
