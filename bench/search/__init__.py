"""How well and how fast things are found.

    make bench-search [DATA=folder] [ENGINE=embedded|elasticsearch]

The folder holds one folder a set, each with `corpus.jsonl[.gz]` (another set's where its own is missing),
`queries.jsonl[.gz]` and `qrels.tsv[.gz]`; a name that ends in `_fr` says that the set is French. Where a query has a
`max_id`, only what is older is found, and it is asked as of that time. Latency is one query after the other in one
thread, the engine alone, at its client. Sets are read-only here; nothing is fitted.

Without ENGINE both are measured, one after the other; `bench/out/search.json` grows with each corpus.

A cluster is the one that `ELASTICSEARCH_URL` names, or one of three nodes that is started for this. The encoder is the
one that `SEARCH_ENCODER` names, or one that is fetched; what it makes is kept in `SEARCH_VECTORS`; `ANEW=1` makes it
again. Variants: `bm25` (any of the words, nothing else), `lexical` (all but meaning), `semantic` (all), and `semantic`
or `lexical` with one signal switched off.
"""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Before any part of this package loads one of the product's.
django.setup()
