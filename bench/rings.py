"""Which credits of arranged acceptances are held before they settle, and how many honest ones with them.

    python -m bench.rings                                   plants rings into the real threads and measures
    python -m bench.rings --threads FILE --out held.jsonl   says of a file what would be held

The product's own detection runs each night over what is known by then; an acceptance that it holds in one of the nights
before it settles (14 days) counts as held. The file has the form of `threads.jsonl.gz`; its threads and answers may
also carry `device`, `network`, `account_created` and, a thread, `accepted_at`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bench import site
from rewards.detection import Accepted, Finding, Network
from rewards.likeness import Likeness
from rewards.limits import Limits

SETTLES = timedelta(days=14)
NIGHT = timedelta(days=1)
BUSIEST = 10


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [json.loads(line) for line in file]


# -- the nights -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    thread: dict[str, Any]
    answer: dict[str, Any] | None = None
    accepted: Accepted | None = None


def _when(text: str | None) -> datetime | None:
    found = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    return found.replace(tzinfo=None) if found else None


def _shared(one: dict[str, Any], other: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset({one.get(name)} & {other.get(name)} - {None, ""})


_TAG = re.compile(r"<[^>]+>")


def words(html: str) -> list[str]:
    return _TAG.sub(" ", html or "").lower().split()


def events(threads: list[dict[str, Any]]) -> list[Event]:
    """All that happens, in its order."""
    found = []
    alike = _alikeness(threads)
    for thread in threads:
        at = _when(thread["created"])
        assert at
        found.append(Event(at, thread))
        for answer in thread["answers"]:
            told = _when(answer["created"])
            assert told
            found.append(Event(told, thread, answer))
            if answer["id"] == thread["solution"] and answer["author"] != thread["author"]:
                when = _when(thread.get("accepted_at")) or told
                accepted = Accepted(
                    answer["id"], thread["id"], thread["author"], answer["author"], at, told, when,
                    title_only=len(words(thread["html"])) < 3,
                    alike=alike.get(answer["id"], 0.0),
                    asker_since=_when(thread.get("account_created")),
                    helper_since=_when(answer.get("account_created")),
                    devices=_shared(thread, answer, "device"),
                    networks=_shared(thread, answer, "network"),
                )  # fmt: skip
                found.append(Event(when, thread, answer, accepted))
    found.sort(key=lambda event: event.at)
    return found


def _alikeness(threads: list[dict[str, Any]]) -> dict[int, float]:
    """How much of each accepted answer stands in an earlier one, of whomever."""
    answers = sorted(
        ((answer["created"], answer["id"], answer["html"]) for thread in threads for answer in thread["answers"]),
        key=lambda each: each[0],
    )
    accepted = {thread["solution"] for thread in threads}
    known = Likeness()
    found = {}
    for _, number, html in answers:
        share = known.read(number, " ".join(words(html)))
        if number in accepted:
            found[number] = share
    return found


def held(threads: list[dict[str, Any]], limits: Limits) -> dict[int, tuple[bool, Finding]]:
    """For each accepted answer that may earn, whether some night held it, and the strongest finding."""
    network = Network(limits)
    waiting: dict[int, datetime] = {}
    found: dict[int, tuple[bool, Finding]] = {}
    happened = events(threads)
    if not happened:
        return found
    night, at = happened[0].at + NIGHT, 0
    with tqdm(total=len(happened), desc="nights", disable=None, leave=False) as bar:
        while at < len(happened) or waiting:
            while at < len(happened) and happened[at].at < night:
                _tell(network, happened[at], waiting)
                at += 1
                bar.update()
            for number, finding in network.assess(waiting).items():
                before = found.get(number)
                if before is None or finding.score > before[1].score:
                    found[number] = (finding.is_held(limits), finding)
            waiting = {number: accepted for number, accepted in waiting.items() if accepted + SETTLES > night}
            night += NIGHT
    return found


def _tell(network: Network, event: Event, waiting: dict[int, datetime]) -> None:
    if event.accepted:
        network.accept(event.accepted)
        waiting[event.accepted.answer] = event.at
    elif event.answer is None:
        network.ask(event.thread["author"])
    elif event.answer["author"] != event.thread["author"]:
        network.answer(event.thread["id"], event.answer["author"])


# -- planting ---------------------------------------------------------------------------------------------

SHAPES = ("cycle", "star", "one-sided", "pairs", "mixed")


def planted(threads: list[dict[str, Any]], seed: int, rings: int) -> tuple[list[dict[str, Any]], set[int]]:
    """The threads with so many rings among them, and the answers that earn by them."""
    chance = random.Random(seed)
    first, last = (edge(_when(t["created"]) for t in threads) for edge in (min, max))
    bodies = [t["html"] for t in threads if len(words(t["html"])) > 15]
    replies = [a["html"] for t in threads for a in t["answers"] if len(words(a["html"])) > 10]
    number = 10**9
    made: list[dict[str, Any]] = []
    fake: set[int] = set()
    for ring in range(rings):
        members = [f"ring-{ring}-{k}" for k in range(chance.randint(2, 12))]
        shape = chance.choice(SHAPES)
        slow = chance.random() < 0.5
        credits = chance.randint(max(6, len(members)), 40)
        # The whole of a fast one is over in two weeks, of a slow one in a year.
        span = timedelta(days=chance.uniform(2, 14) if not slow else chance.uniform(60, 300))
        begins = first + (last - first - span - SETTLES) * chance.random()
        old = chance.random() < 0.3
        own_texts = chance.random() < 0.5
        disguised = chance.random() < 0.4
        canned = [chance.choice(replies) for _ in range(3)]
        for credit in range(credits):
            asker, helper = _two(shape, members, credit, chance)
            at = begins + span * ((credit + chance.random()) / credits)
            answered = at + timedelta(minutes=chance.uniform(2, 30) if not slow else chance.uniform(20, 3_000))
            decided = answered + timedelta(minutes=chance.uniform(1, 40) if not slow else chance.uniform(10, 4_000))
            number += 2
            since = (begins - timedelta(days=chance.uniform(200, 900) if old else chance.uniform(0, 5))).isoformat()
            answers = [
                {
                    "id": number + 1,
                    "created": answered.isoformat(),
                    "author": helper,
                    "html": chance.choice(replies) if own_texts else chance.choice(canned),
                    "account_created": since,
                }
            ]
            if disguised and chance.random() < 0.3:
                number += 2
                stranger = chance.choice(threads)
                if stranger["answers"]:
                    passing = {**stranger["answers"][0], "id": number, "created": (at + timedelta(hours=5)).isoformat()}
                    answers.append(passing)
            made.append(
                {
                    **chance.choice(threads),
                    "id": number,
                    "created": at.isoformat(),
                    "author": asker,
                    "html": chance.choice(bodies) if own_texts or chance.random() < 0.5 else "",
                    "solution": answers[0]["id"],
                    "accepted_at": decided.isoformat(),
                    "account_created": since,
                    "answers": answers,
                }
            )
            fake.add(answers[0]["id"])
        if disguised:
            made += _honest_looking(threads, members, begins, span, number, chance)
            number += 1_000
    return _with_their_answers(threads, made), fake


def _two(shape: str, members: list[str], credit: int, chance: random.Random) -> tuple[str, str]:
    """Who asks and who helps."""
    if shape == "cycle":
        at = credit % len(members)
        return members[at], members[(at + 1) % len(members)]
    if shape == "star":
        return members[1 + credit % (len(members) - 1)], members[0]
    if shape == "one-sided":
        half = max(1, len(members) // 2)
        return chance.choice(members[:half]), chance.choice(members[half:])
    if shape == "pairs":
        at = 2 * (credit % max(1, len(members) // 2))
        return members[at], members[(at + 1) % len(members)]
    asker, helper = chance.sample(members, 2)
    return asker, helper


def _honest_looking(
    threads: list[dict[str, Any]], members: list[str], begins: datetime, span: timedelta, number: int,
    chance: random.Random,
) -> list[dict[str, Any]]:  # fmt: skip
    """Answers of theirs to questions of others, as copies to be put beside those; nobody accepts them."""
    near = [t for t in threads if begins <= (_when(t["created"]) or begins) <= begins + span + timedelta(days=20)]
    found = []
    for member in members:
        for _ in range(chance.randint(0, 4)):
            if near:
                thread = chance.choice(near)
                number += 1
                at = (_when(thread["created"]) or begins) + timedelta(hours=chance.uniform(1, 40))
                found.append(
                    {"to": thread["id"], "id": number, "created": at.isoformat(), "author": member, "html": ""}
                )
    return found


def _with_their_answers(threads: list[dict[str, Any]], made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    extra = defaultdict(list)
    for each in made:
        if "to" in each:
            extra[each["to"]].append(each)
    real = [{**t, "answers": [*t["answers"], *extra[t["id"]]]} if t["id"] in extra else t for t in threads]
    return [*real, *(each for each in made if "to" not in each)]


def figures(threads: list[dict[str, Any]], fake: set[int], limits: Limits) -> dict[str, float]:
    """Shares of a hundred."""
    found = held(threads, limits)
    caught = {number for number, (is_held, _) in found.items() if is_held}
    honest = set(found) - fake
    helpers = Counter(answer["author"] for t in threads for answer in t["answers"] if answer["id"] in honest)
    busiest = {name for name, _ in helpers.most_common(BUSIEST)}
    theirs = {a["id"] for t in threads for a in t["answers"] if a["id"] in honest and a["author"] in busiest}
    desk = caught - theirs
    return {
        "planted credits": len(fake),
        "of these held, %": round(100 * len(caught & fake) / len(fake), 2),
        "honest credits": len(honest),
        "honest ones held, %": round(100 * len(caught & honest) / len(honest), 2),
        "honest ones held, the ten busiest helpers apart, %": round(
            100 * len(desk - fake) / max(1, len(honest - theirs)), 2
        ),
        "precision at the desk, %": round(100 * len(caught & fake) / max(1, len(caught)), 2),
        "precision, the ten busiest helpers apart, %": round(100 * len(desk & fake) / max(1, len(desk)), 2),
    }


def lines(threads: list[dict[str, Any]], limits: Limits) -> Iterator[dict[str, Any]]:
    """What is said of each accepted answer of a file."""
    found = held(threads, limits)
    for thread in threads:
        for answer in thread["answers"]:
            if answer["id"] == thread["solution"]:
                is_held, finding = found.get(answer["id"], (False, None))
                reasons = [reason.sign for reason in finding.reasons if reason.weight > 0] if finding else []
                score = round(finding.score, 3) if finding else 0.0
                yield {"answer": answer["id"], "held": is_held, "score": score, "reasons": reasons}


def main() -> None:
    parser = argparse.ArgumentParser(description="Which credits of arranged acceptances are held.")
    parser.add_argument("--threads", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rings", type=int, default=40)
    given = parser.parse_args()
    if given.threads:
        with given.out.open("w") if given.out else sys.stdout as file:
            for line in lines(read(given.threads), Limits()):
                file.write(json.dumps(line) + "\n")
        return
    folder = site.data_folder()
    if folder is None:
        print("rings: no data given (DATA=folder), skipped")
        return
    real = read(folder / "threads.jsonl.gz")
    values = {}
    for name, limits in (("all signs", Limits()), ("without what was written", Limits(texts=False))):
        threads, fake = planted(real, given.seed, given.rings)
        values[name] = figures(threads, fake, limits)
        site.table(f"rings, {name}", [(k, str(v)) for k, v in values[name].items()], name="rings", values=values)


if __name__ == "__main__":
    main()
