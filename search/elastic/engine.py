"""Reading and writing an Elasticsearch cluster."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.module_loading import import_string
from elasticsearch.dsl import MultiSearch, Q, Search
from elasticsearch.dsl.query import Query

from search import analysis, ranking
from search.documents import Document
from search.elastic import bulk, queries, schema, words
from search.elastic.answers import WHOLE, Best, Together, candidates, copy_of, slips_of
from search.elastic.bulk import NotThere
from search.elastic.client import BUILDS_WITHIN, WRITE_RETRIES, WRITES_WITHIN, Address, Away, asking, connected
from search.elastic.indices import Indices
from search.embedded.spelling import SHORTEST
from search.embedded.words import MORE_MAX, RARE, TEXT_MAX
from search.engine import COUNTED_MOST, EVERYTHING, Answer, Counts, Filters, Found, Key, Unavailable, asked_together
from search.ranking import Weights
from search.turns import turn

if TYPE_CHECKING:
    from search.elastic.near import Near
    from search.meaning.finder import Meaning

log = logging.getLogger(__name__)

MARKS_AT_ONCE = 5_000
# In this time every node has heard of an index that was just made (seconds).
HEARD_WITHIN = 5.0
# Counted exactly up to here; beyond, a page says "about".
COUNTED = 10_000
# What the order of what was found depends on.
COLUMNS = [{"field": "at", "format": "epoch_second"}, "solved", "votes", "products"]
# Words that nothing holds, and those in so few documents that they may be slips, with what is near and commoner.
_NEAR = {"max_edits": 1, "prefix_length": 1, "min_word_length": SHORTEST, "size": 1, "sort": "frequency"}
SLIPS = {
    "absent": {**_NEAR, "suggest_mode": "missing"},
    "rare": {**_NEAR, "suggest_mode": "popular", "max_term_freq": RARE},
}
# Of ways to take words apart, as many are tried.
CUTS_MAX = 200


class Elastic:
    """The engine over one cluster; see `search.engine.Engine`. Safe to use from several threads."""

    def __init__(
        self,
        address: Address,
        *,
        weights: Weights = ranking.WEIGHTS,
        now: Callable[[], datetime] = timezone.now,
        meaning: Meaning | None = None,
    ) -> None:
        self.weights = weights
        self.now = now
        # By name: it stands on an extra, which most installations do without.
        self.near: Near | None = import_string("search.elastic.near.Near")(meaning) if meaning else None
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
        product: int | None = None,
    ) -> Answer:
        asked = words.asked(text, lang=lang, typing=typing)
        if not asked:
            return Answer([], 0)
        # The same words go to the same copy, whose scores may differ a little from another's: so pages fit together.
        search = partial(
            self._best, lang=lang, filters=filters, without=without, product=product, limit=limit, copy=copy_of(text)
        )
        scored = self._scored(asked, lang)
        doubtful = words.doubtful(text, asked.start, lang)
        held = queries.holding(asked, all_of=True)
        best = search(text, held, scored, tuple(doubtful))
        slips = best.slips
        instead = {word: slip.text for word, slip in slips.items() if slip.text}
        if together := [word for word, slip in slips.items() if not slip.text]:
            instead |= self._apart(together)
        said = {doubtful[word]: other for word, other in instead.items() if slips[word].absent}
        meant = analysis.replaced(text, said) if said else ""
        if instead:
            others = {doubtful[word]: other for word, other in instead.items()}
            asked = words.asked(text, lang=lang, typing=typing, instead=others)
            held, scored = queries.holding(asked, all_of=True), self._scored(asked, lang)
            best = search(meant or text, held, scored)
        if best.strict >= ranking.FEW:
            return Answer(ranking.certain(best.found[: best.strict]), best.strict, False, meant)
        # Of a long text, half of its words by chance stand in what says something else: only the order tells then.
        few = max(asked.needed.values(), default=0) <= queries.EXACT
        first = search(meant or text, None, scored, within=[held]).found if best.strict and few else []
        found = ranking.joined(first, best.found)[:limit]
        return Answer(found, best.total, bool(found) and not best.strict, meant, any_of=True)

    def counts(
        self, text: str, *, lang: str, filters: Filters, without: Collection[Key] = (), any_of: bool = False
    ) -> Counts:
        asked = words.asked(text, lang=lang)
        if not asked:
            return Counts()
        held = queries.holding(asked, all_of=not any_of)
        fields = {"kinds": "kind", "products": "products", "topics": "topic"}
        searches = MultiSearch(using=self.client)
        for own, names in asked_together(filters).items():
            query = Q("bool", filter=[held, *queries.narrowed(own)], must_not=queries.hidden(without))
            search = self._search(query)[:0].params(preference=copy_of(text)).extra(track_total_hits=False)
            for name in names:
                if name == "solved":
                    search.aggs.bucket(name, "filter", term={"solved": True})
                else:
                    search.aggs.bucket(name, "terms", field=fields[name], size=COUNTED_MOST)
            searches = searches.add(search)
        with asking():
            answers = [each.to_dict()["aggregations"] for each in searches.execute()]
        found = {name: answer for each in answers for name, answer in each.items()}
        by = {name: {each["key"]: each["doc_count"] for each in found[name]["buckets"]} for name in fields}
        return Counts(
            kinds=by["kinds"], products=by["products"], topics=by["topics"], solved=found["solved"]["doc_count"]
        )

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
        asked = words.asked(title, lang=lang)
        if not asked:
            return Answer([], 0)
        weights = self.weights
        scored = self._scored(asked, lang)
        telling = self._telling(body, copy_of(title))
        scored += queries.more(telling, lang=lang, title=weights.more_title, body=weights.more_body)
        best = self._best(
            title, None, scored, question=True, lang=lang,
            filters=filters, without=without, product=product, limit=limit, copy=copy_of(title),
        )  # fmt: skip
        return Answer(best.found, len(best.found))

    def _telling(self, text: str, copy: str) -> dict[str, list[str]]:
        """The terms of a longer text that say what it is about, by language: often in it, and seldom elsewhere.

        Asked for by themselves: a `more_like_this` would be a query within the query, which takes twice as long.
        """
        if not text.strip():
            return {}
        said = {f"words_{group}": analysis.prepare(text[: 2 * TEXT_MAX], group) for group in analysis.LANGUAGES}
        with asking():
            answer = self.client.termvectors(
                index=self.indices.alias, doc=said, fields=list(said), preference=copy, realtime=False,
                term_statistics=True, field_statistics=False, positions=False, offsets=False,
                filter={"max_num_terms": MORE_MAX, "min_doc_freq": 1, "min_term_freq": 1},
            )  # fmt: skip
        found = answer["term_vectors"]
        return {group: list(found.get(f"words_{group}", {}).get("terms", ())) for group in analysis.LANGUAGES}

    def _scored(self, asked: words.Asked, lang: str) -> list[Query]:
        return queries.scored(asked, lang=lang, title=self.weights.title, body=self.weights.body)

    def _best(
        self,
        title: str,
        held: Query | None,
        scored: list[Query],
        doubtful: Sequence[str] = (),
        *,
        within: Sequence[Query] = (),
        question: bool = False,
        lang: str,
        filters: Filters,
        without: Collection[Key],
        product: int | None,
        limit: int,
        copy: str,
    ) -> Best:
        """What holds any of the words in its final order, and which of the doubtful words may be slips.

        As in the embedded engine, one question for each window of `search.ranking`; all go in one request. How many
        hold enough is counted where it is said what that is.
        """
        now = self.now()
        windows = ranking.windows(now, self.weights)
        words_of = queries.plain(scored)
        asked = Together(self.client, self.indices.alias, copy)
        for since, most in windows:
            search = self._ask()[: most if since else most + limit].source(["spaced"])
            search = search.extra(docvalue_fields=COLUMNS, track_total_hits=COUNTED if held and not since else False)
            if doubtful and since is None:
                for name, options in SLIPS.items():
                    search = search.suggest(name, " ".join(doubtful), term={"field": "spelled", **options})
            narrowed = [*within, *queries.narrowed(filters, since)]
            asked.add(search, queries.any_of(words_of, narrowed, queries.hidden(without)))
        # Long words that nothing near was found for are asked after by themselves: they may be several in one.
        long = [word for word in doubtful if len(word) >= 2 * SHORTEST]
        if held:
            strict = Q("bool", filter=[held, *queries.narrowed(filters)], must_not=queries.hidden(without))
            for query, counted in ((strict, COUNTED), *((Q("term", spelled=word), True) for word in long)):
                asked.add(self._search(query)[:0].extra(track_total_hits=counted))
        near: list[Search[Any]] = []
        with asking():
            if self.near and self.weights.meaning and not within and self.near.knows(lang) and self._has_meaning():
                base = self._ask().extra(docvalue_fields=COLUMNS, track_total_hits=False)
                near = self.near.questions(base, title, windows=windows, filters=filters, without=without)
            for each in near:
                asked.add(each)
            answers = asked.answers()
        by_meaning = [hit for answer in answers[len(answers) - len(near) :] for hit in answer["hits"]["hits"]]
        answers = answers[: len(answers) - len(near)]
        counts = [each["hits"]["total"]["value"] for each in answers[len(windows) :]]
        enough, total = (counts.pop(0), answers[0]["hits"]["total"]["value"]) if held else (0, 0)
        most, first = windows[0][1], answers[0]["hits"]["hits"]
        best = [*first[:most], *(hit for answer in answers[1 : len(windows)] for hit in answer["hits"]["hits"])]
        ranked = ranking.ranked(candidates(best, product), now=now, weights=self.weights)
        if ranked:
            head = ranked[: ranking.COMPARED]
            texts = [each.place.get("spaced", "") for each in head]
            typed = analysis.spaced(title)
            ranked[: len(head)] = ranking.compared(
                head, texts, title=typed, now=now, weights=self.weights, question=question
            )
        # Elasticsearch makes a score of one and the cosine, halved.
        nearest = [
            ranking.by_meaning(each, cosine, self.weights)
            for each in candidates(by_meaning, product)
            if (cosine := 2 * each.score - 1) >= ranking.LEAST_NEAR
        ]
        ranked = ranking.fused(ranked, ranking.ranked(nearest, now=now, weights=self.weights), question=question)
        seen = {each.key for each in ranked}
        later = (each for each in candidates(first[most:], product) if each.key not in seen)
        found = [Found(each.key, each.score, each.sure) for each in (*ranked, *later)]
        absent = [word for word, count in zip(long, counts, strict=True) if not count]
        return Best(found[:limit], enough, total, slips_of(answers[0].get("suggest", {}), absent))

    def _apart(self, unknown: list[str]) -> dict[str, str]:
        """Words that were run together in these, where both are known and stand in one document."""
        cuts = [(word, *cut) for word in unknown for cut in words.cuts(word)][:CUTS_MAX]
        if not cuts:
            return {}
        both = {
            str(number): Q("bool", filter=[Q("term", spelled=head), Q("term", spelled=tail)])
            for number, (_, head, _, tail) in enumerate(cuts)
        }
        search = self._search(Q("match_all"))[:0]
        search.aggs.bucket("cuts", "filters", filters=both)
        with asking():
            buckets = search.execute().to_dict()["aggregations"]["cuts"]["buckets"]
        best: dict[str, tuple[int, str]] = {}
        for number, (word, *pieces) in enumerate(cuts):
            held = buckets[str(number)]["doc_count"]
            best[word] = max(best.get(word, (0, "")), (held, " ".join(filter(None, pieces))))
        return {word: text for word, (count, text) in best.items() if count}

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
        return self._ask().query(query)

    def _has_meaning(self) -> bool:
        return bool(self.near and self.near.there(self.client, self.indices.alias))

    def _ask(self) -> Search[Any]:
        search: Search[Any] = Search(using=self.client, index=self.indices.alias)
        return search.source(False).params(**WHOLE)

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
                self._into_following(targets.following, documents, deletions, version)
            except Away as error:
                # It would lack this for ever, so it is not to be used.
                log.warning("What is being made of %s is given up: %s", self.indices.alias, error)
                self.indices.give_up(targets.following)
                if not targets.current:
                    raise
        if targets.current:
            self._bulk(targets.current, documents, deletions, version)

    def _into_following(self, index: str, documents: list[Document], deletions: Collection[Key], version: int) -> None:
        """Write into the index that is being made. A node may hear of it a moment later than the one that named it.

        Nor is a node believed that says it is not being made: that one may not have heard either.
        """
        until = time.monotonic() + HEARD_WITHIN
        while True:
            try:
                return self._bulk(index, documents, deletions, version)
            except NotThere:
                if time.monotonic() > until:
                    raise
            time.sleep(0.05)

    def rebuild(self, documents: Iterable[Document]) -> None:
        # Before the first one is read: so whatever is written meanwhile has a later turn, and stays.
        version = turn()
        with self.indices.made() as name:
            patient = self.client.options(request_timeout=BUILDS_WITHIN)
            self._send(patient, self._puts(documents, name, version), False)
        self._another = False

    def _bulk(self, index: str, documents: list[Document], deletions: Collection[Key], version: int) -> None:
        actions = [*self._puts(documents, index, version), *schema.take_out(deletions, index, version)]
        # Searches see it before it counts as done: what was taken out would else be counted for a second yet.
        self._send(self.writing, actions, True)

    def _puts(self, documents: Iterable[Document], index: str, version: int) -> Iterator[dict[str, Any]]:
        if self.near is None:
            return (schema.put(document, index, version, {}) for document in documents)
        with asking():
            self.near.declare(self.writing, index)
        return (schema.put(each, index, version, more) for each, more in self.near.vectors(documents))

    def _send(self, client: Any, actions: Iterable[dict[str, Any]], refresh: bool) -> None:
        """As `bulk.sent`, and remember it when what is there is another database's. Raises Unavailable then."""
        if (overtaken := bulk.sent(client, actions, refresh)) and overtaken > turn():
            self._another = True
            raise Unavailable("the index was written from another database, or from a later state of this one")
