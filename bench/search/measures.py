"""What is measured: how good what is found is, how long it takes, and when nothing is said."""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from tqdm import tqdm

from bench.search.engines import MOST, Bench
from bench.search.sets import Asked, Set
from search import analysis, ranking

# A corpus of as many documents is what latency is told of.
LARGE = 50_000
# What the ask form shows, and of so many queries of each other set what it shows wrongly.
SUGGESTED = 5
STRANGERS = 100
# What the data sets know of; they tell nothing of votes and of what is solved.
SIGNALS = {True: ("recency", "product", "pieces"), False: ("pieces",)}


def ndcg(ranked: list[int], wanted: dict[int, int]) -> float:
    """0 to 1, of the first ten."""
    gained = sum(wanted.get(each, 0) / math.log2(place + 2) for place, each in enumerate(ranked[:MOST]))
    best = sum(g / math.log2(place + 2) for place, g in enumerate(sorted(wanted.values(), reverse=True)[:MOST]))
    return gained / best if best else 0.0


def recall(ranked: list[int], wanted: dict[int, int]) -> float:
    return len(set(ranked[:MOST]) & set(wanted)) / len(wanted) if wanted else 0.0


def mrr(ranked: list[int], wanted: dict[int, int]) -> float:
    return next((1 / (place + 1) for place, each in enumerate(ranked[:MOST]) if each in wanted), 0.0)


def slipped(text: str, lang: str, chance: random.Random) -> str:
    """The text with one slip in a word that carries meaning: a letter dropped, doubled, changed or swapped."""
    pieces = text.split(" ")
    whole = [
        at for at, word in enumerate(pieces)
        if len(word) >= 4 and word.isalpha() and analysis.term_of(word, analysis.group_of(lang))
    ]  # fmt: skip
    if not whole:
        return text
    at = chance.choice(whole)
    word, place = pieces[at], chance.randrange(1, len(pieces[at]) - 1)
    pieces[at] = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    return " ".join(pieces)


def _first(count: int) -> Callable[[Asked], str]:
    return lambda asked: " ".join(asked.title.split()[:count])


def _title(asked: Asked) -> str:
    return asked.title


def _submitted(asked: Asked) -> str:
    return f"{asked.title} {asked.body}"


SHAPES: dict[str, Callable[[Asked], str]] = {"title": _title, "p3": _first(3), "p5": _first(5), "p8": _first(8)}


def quality(bench: Bench, of: Set, variant: str) -> list[dict[str, Any]]:
    """The figures of one set as the engine is set now."""
    rows = []
    measures = {"ndcg@10": ndcg, "recall@10": recall} if of.dated else {"mrr@10": mrr}
    shapes = list(SHAPES.items() if of.dated else [("", _title)])
    if of.dated:
        shapes.append(("submit", _submitted))
    if variant in ("lexical", "semantic"):
        chance = random.Random(11)
        typed = {id(asked): slipped(asked.title, of.lang, chance) for asked in of.asked}
        shapes.append(("title, one slip" if of.dated else "one slip", lambda asked: typed[id(asked)]))
    for shape, text in shapes:
        found = []
        for asked in tqdm(of.asked, desc=f"{of.name} {variant} {shape}", leave=False, disable=None):
            if variant == "bm25":
                found.append(bench.plain(text(asked), asked, lang=of.lang))
            elif shape == "submit":
                found.append(bench.submit(asked, lang=of.lang, as_of=True))
            else:
                found.append(bench.ask(text(asked), asked, lang=of.lang, as_of=True))
        for name, measure in measures.items():
            value = statistics.mean(measure(each, asked.wanted) for each, asked in zip(found, of.asked, strict=True))
            rows.append({"variant": variant, "measure": f"{name} {shape}".strip(), "value": round(100 * value, 2)})
    return rows


def latency(bench: Bench, of: Set, variant: str) -> list[dict[str, Any]]:
    """Milliseconds at the 50th and 95th of a hundred, over the whole corpus."""
    rows = []
    asked_in = {
        "title": lambda asked: bench.ask(asked.title, asked, lang=of.lang, as_of=False),
        "p5": lambda asked: bench.ask(SHAPES["p5"](asked), asked, lang=of.lang, as_of=False),
        "submit": lambda asked: bench.submit(asked, lang=of.lang, as_of=False),
    }
    bench.engine.now = lambda: bench.last
    # As one finds it that has been up for a while: Java compiles what was asked a thousand times.
    for ask in asked_in.values():
        for asked in of.asked:
            ask(asked)
    for shape, ask in asked_in.items():
        times = []
        for asked in of.asked:
            start = time.perf_counter()
            ask(asked)
            times.append((time.perf_counter() - start) * 1000)
        hundredths = statistics.quantiles(times, n=100)
        rows += [
            {"variant": variant, "measure": f"p50_ms {shape}", "value": round(hundredths[49], 2)},
            {"variant": variant, "measure": f"p95_ms {shape}", "value": round(hundredths[94], 2)},
        ]
    return rows


def silence(bench: Bench, of: Set, others: Sequence[Set], variant: str) -> list[dict[str, Any]]:
    """Of a hundred: where something is suggested though nothing is about it (questions of sets with another corpus),
    and where what answers a question is among the best but kept back."""
    wrongly, kept = [], []
    for other in others:
        for asked in random.Random(3).sample(other.asked, min(STRANGERS, len(other.asked))):
            stranger = Asked(asked.title, asked.body, {})
            found = bench.similar(stranger, lang=other.lang, as_of=False, limit=SUGGESTED)
            wrongly.append(any(each.sure >= ranking.SURE for each in found))
    for asked in of.asked:
        found = bench.similar(asked, lang=of.lang, as_of=True, limit=SUGGESTED)
        right = [each.sure for each in found if each.key.object_id in asked.wanted]
        if right:
            kept.append(max(right) < ranking.SURE)
    return [
        {"variant": variant, "measure": name, "value": round(100 * statistics.mean(each), 1)}
        for name, each in (("suggested wrongly", wrongly), ("right one kept back", kept))
        if each
    ]


def measured(of: Set, bench: Bench, others: Sequence[Set], engine: str) -> list[dict[str, Any]]:
    """All rows of one set, the engine's own first."""
    rows = [
        {"variant": "lexical", "measure": "build_s", "value": round(bench.built, 1)},
        {"variant": "lexical", "measure": "bytes", "value": bench.bytes()},
        {"variant": "semantic", "measure": "vectors_s", "value": round(bench.encoded, 1)},
        {"variant": "semantic", "measure": "vectors_made_anew", "value": bench.anew},
        *quality(bench, of, "bm25"),
    ]
    for variant, weights in (("lexical", ranking.without("meaning")), ("semantic", ranking.WEIGHTS)):
        bench.weigh(weights)
        rows += quality(bench, of, variant)
        rows += silence(bench, of, others, variant)
        if len(of.rows) >= LARGE:
            rows += latency(bench, of, variant)
    for signal in SIGNALS[of.dated]:
        bench.weigh(ranking.without("meaning", signal))
        rows += quality(bench, of, f"lexical without {signal}")
        bench.weigh(ranking.without(signal))
        rows += quality(bench, of, f"semantic without {signal}")
    bench.weigh(ranking.WEIGHTS)
    return [{"set": of.name, "engine": engine, **row} for row in rows]
