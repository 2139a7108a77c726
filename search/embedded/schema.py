"""The fields of the index, and a document as they hold it."""

from __future__ import annotations

import zlib
from hashlib import blake2b

import tantivy

from search import analysis
from search.documents import Document
from search.engine import Key

# Of a product and those above it, as many are compared with the reader's; deeper trees are none.
LEVELS = 4


def build() -> tantivy.Schema:
    """The schema. Of the text only the words of titles can be read back: what is shown comes from the database."""
    schema = tantivy.SchemaBuilder()
    # What a document is called, to take it out by.
    schema.add_text_field("key", tokenizer_name="raw", index_option="basic")
    schema.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    # The same as columns of numbers, which are read for many hits at once.
    schema.add_unsigned_field("kind_code", fast=True)
    schema.add_unsigned_field("object_id", indexed=True, fast=True)
    schema.add_unsigned_field("mark", fast=True)
    schema.add_text_field("lang", tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("products", indexed=True)
    schema.add_unsigned_field("topic", indexed=True, fast=True)
    schema.add_boolean_field("solved", indexed=True, fast=True)
    # What the order depends on beside the words. A column gives one value, so each product above has its own.
    schema.add_integer_field("at", indexed=True, fast=True)
    schema.add_unsigned_field("votes", fast=True)
    for level in range(LEVELS):
        schema.add_unsigned_field(f"product_{level}", fast=True)
    for group in analysis.LANGUAGES:
        schema.add_text_field(f"title_{group}", tokenizer_name=group, index_option="freq")
        schema.add_text_field(f"body_{group}", tokenizer_name=group, index_option="freq")
        # Both as one, only to tell who holds a word: counting in one list is twice as fast as in two.
        schema.add_text_field(f"words_{group}", tokenizer_name=group, index_option="basic")
    # The title's words, to compare the best with what was typed.
    schema.add_text_field("spaced", stored=True, tokenizer_name="raw", index_option="basic")
    return schema.build()


SCHEMA = build()


def register(index: tantivy.Index) -> None:
    """Analysers are not kept with an index: each process names them anew."""
    for group in analysis.LANGUAGES:
        index.register_tokenizer(group, analysis.analyzer(group))


def key_text(key: Key) -> str:
    return f"{key.kind}:{key.object_id}"


def code(kind: str) -> int:
    """A kind as a number."""
    return zlib.crc32(kind.encode())


def mark(document: Document) -> int:
    """A number that changes with anything the index holds of a document.

    But its votes: they come with the next change, as one vote is not worth a write.
    """
    held = (
        document.lang,
        document.title,
        document.body,
        document.product_id,
        sorted(document.product_ids),
        document.topic_id,
        document.solved,
        None if document.lasting else document.at,
    )
    # Tantivy's numbers have 64 bits.
    return int.from_bytes(blake2b(repr(held).encode("utf-8", "replace"), digest_size=8).digest(), "big")


def row(document: Document) -> tantivy.Document:
    """A document as the index takes it."""
    group = analysis.group_of(document.lang)
    made = tantivy.Document()
    made.add_text("key", key_text(Key(document.kind, document.object_id)))
    made.add_text("kind", document.kind)
    made.add_unsigned("kind_code", code(document.kind))
    made.add_unsigned("object_id", document.object_id)
    made.add_unsigned("mark", mark(document))
    made.add_text("lang", document.lang)
    products = sorted({*document.product_ids, *([document.product_id] if document.product_id else [])})
    for level, product in enumerate(products):
        made.add_unsigned("products", product)
        if level < LEVELS:
            made.add_unsigned(f"product_{level}", product)
    if document.topic_id:
        made.add_unsigned("topic", document.topic_id)
    made.add_boolean("solved", document.solved)
    if document.at is not None and not document.lasting:
        made.add_integer("at", int(document.at.timestamp()))
    made.add_unsigned("votes", max(0, document.votes))
    title, body = analysis.indexed(document.title, group), analysis.indexed(document.body, group)
    made.add_text(f"title_{group}", title)
    made.add_text(f"body_{group}", body)
    made.add_text(f"words_{group}", f"{title}\n{body}")
    made.add_text("spaced", analysis.spaced(document.title))
    return made
