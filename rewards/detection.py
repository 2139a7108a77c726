"""Which accepted answers look as if asker and helper were one person, or arranged it: on plain values.

Every sign is weighed by how much it would surprise among honest people, in nats (natural logarithm of odds), and what
is surprising enough goes to a person's desk before it settles. Nothing here decides; see `rewards.rules` for that.

The signs of money: who is accepted far more often than helpers are; who accepts all that one helper says; the same two
again and again; help that comes back in a circle (strongly connected groups, by networkx); answers nobody else tried.
The signs of texts and devices only add to those. The busiest helpers meet everybody, so that what is measured is always
measured against how much somebody does.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import networkx as nx

from rewards.limits import Limits

STANDARD = Limits()
# How often an answer is accepted, and a question ends with an accepted answer, where nobody arranges anything; and how
# often those of the best helpers are.
ACCEPTED = 0.15
ACCEPTED_OF_KNOWN = 0.5
SOLVED = 0.2
# A helper whom so many different askers accepted is known: a group that arranges it is smaller.
KNOWN = 15
# No one sign counts for more.
MOST = 8.0
# What else a pair would meet by chance, however rarely the helper is accepted.
CHANCE = 0.02
QUICKLY = timedelta(minutes=10), timedelta(hours=1)
NEW = timedelta(days=30)
# From where on two answers are near-identical.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Accepted:
    """An acceptance, and what is known around it. Members by any name; devices and networks as hashes."""

    answer: int
    thread: int
    asker: Hashable
    helper: Hashable
    asked_at: datetime
    answered_at: datetime
    accepted_at: datetime
    # Of the question: nothing but a title.
    title_only: bool = False
    # How much of this answer stands in another one, 0 to 1.
    alike: float = 0.0
    asker_since: datetime | None = None
    helper_since: datetime | None = None
    devices: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()


class Reason(NamedTuple):
    """One sign: its name, how much it counts, and the figures that show it."""

    sign: str
    weight: float
    facts: Mapping[str, int | float]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one acceptance: the sum of its signs in nats, the strongest first."""

    answer: int
    score: float
    reasons: tuple[Reason, ...]

    def is_held(self, limits: Limits) -> bool:
        return self.score >= limits.held


class Network:
    """Who asked, who answered and who accepted whom, as far as it is told. Members are any hashable names."""

    def __init__(self, limits: Limits = STANDARD) -> None:
        self.limits = limits
        self.asked: Counter[Hashable] = Counter()
        self.answered: Counter[Hashable] = Counter()
        self._helpers: dict[int, set[Hashable]] = {}
        self._of: dict[int, Accepted] = {}
        # From asker to helper, an edge for each acceptance.
        self._graph: nx.MultiDiGraph[Hashable] = nx.MultiDiGraph()

    # -- what is told -----------------------------------------------------------------------------

    def ask(self, member: Hashable) -> None:
        self.asked[member] += 1

    def answer(self, thread: int, member: Hashable) -> None:
        """Somebody answers a thread of another one; however often, it counts once."""
        helpers = self._helpers.setdefault(thread, set())
        if member not in helpers:
            helpers.add(member)
            self.answered[member] += 1

    def accept(self, accepted: Accepted) -> None:
        self._of[accepted.answer] = accepted
        self._graph.add_edge(accepted.asker, accepted.helper, key=accepted.answer)

    def revoke(self, answer: int) -> None:
        """An acceptance is taken back; nothing happens to one that is not known."""
        if known := self._of.pop(answer, None):
            self._graph.remove_edge(known.asker, known.helper, key=answer)

    # -- what it says -----------------------------------------------------------------------------

    def assess(self, answers: Iterable[int]) -> dict[int, Finding]:
        """A finding for each of these acceptances that is known, by its answer."""
        wanted = [self._of[answer] for answer in answers if answer in self._of]
        circles = self._circles()
        signs: dict[int, list[Reason]] = {}

        def of(accepted: Accepted) -> list[Reason]:
            if accepted.answer not in signs:
                signs[accepted.answer] = list(self._signs(accepted, circles))
            return signs[accepted.answer]

        found = {}
        for accepted in wanted:
            reasons = [*of(accepted), *self._beside(accepted, of)]
            reasons.sort(key=lambda reason: -reason.weight)
            found[accepted.answer] = Finding(accepted.answer, _sum(reasons), tuple(reasons))
        return found

    def groups(self, answers: Iterable[int]) -> dict[int, frozenset[Hashable]]:
        """By answer, who hangs together by these acceptances. Who is known meets everybody and joins no two groups."""
        among = [self._of[answer] for answer in answers if answer in self._of]
        near: nx.Graph[Hashable] = nx.Graph()
        for accepted in among:
            unknown = [each for each in (accepted.asker, accepted.helper) if not self._is_known(each)]
            near.add_nodes_from(unknown)
            if len(unknown) > 1:
                near.add_edge(*unknown)
        of = {member: frozenset(group) for group in nx.connected_components(near) for member in group}
        return {
            accepted.answer: frozenset({accepted.asker, accepted.helper}).union(
                of.get(accepted.asker, ()), of.get(accepted.helper, ())
            )
            for accepted in among
        }

    def _signs(self, accepted: Accepted, circles: Mapping[Hashable, int]) -> Iterator[Reason]:
        limits, graph = self.limits, self._graph
        asker, helper = accepted.asker, accepted.helper
        times, tried = graph.in_degree(helper), max(self.answered[helper], graph.in_degree(helper))
        known = self._is_known(helper)
        often = surprise(times, tried, ACCEPTED_OF_KNOWN if known else ACCEPTED)
        yield Reason("accepted_often", often, {"accepted": times, "answered": tried})
        both, solved = graph.number_of_edges(asker, helper), graph.out_degree(asker)
        if both > 1:
            share = max(times / max(len(self._of), 1), CHANCE)
            # Whoever helps many meets somebody twice.
            weight = surprise(both - 1, solved - 1, share) * (0.5 if known else 1.0)
            yield Reason("same_two_again", weight, {"times": both, "solved": solved})
        if not known:
            questions = max(self.asked[asker], solved)
            to_unknown = sum(not self._is_known(other) for _, other in graph.out_edges(asker))
            weight = surprise(to_unknown - 1, questions - 1, SOLVED)
            yield Reason("accepts_all", weight, {"solved": to_unknown, "asked": questions})
        if circles.get(asker, -1) == circles.get(helper, -2) or graph.has_edge(helper, asker):
            yield Reason("circle", limits.circle, {})
        elif not known and not self._is_known(asker) and (graph.in_degree(asker) or graph.out_degree(helper)):
            yield Reason("passed_on", limits.passed_on, {"asker_earned": graph.in_degree(asker)})
        others = len(self._helpers.get(accepted.thread, set()) - {helper})
        yield Reason("nobody_else_tried", limits.not_alone if others else limits.alone, {"others": others})
        answering = accepted.answered_at - accepted.asked_at
        deciding = accepted.accepted_at - accepted.answered_at
        if answering <= QUICKLY[0] and timedelta() < deciding <= QUICKLY[1]:
            facts = {"seconds_to_answer": answering.total_seconds(), "seconds_to_accept": deciding.total_seconds()}
            yield Reason("quick", limits.quick, facts)
        since = [each for each in (accepted.asker_since, accepted.helper_since) if each]
        new = sum(accepted.accepted_at - each <= NEW for each in since)
        if new:
            yield Reason("new_accounts", new * limits.new, {"accounts": new})
        if accepted.devices:
            yield Reason("same_device", limits.device, {"devices": len(accepted.devices)})
        elif accepted.networks:
            yield Reason("same_network", limits.network, {"networks": len(accepted.networks)})
        if limits.texts and not known:
            if accepted.title_only:
                yield Reason("title_only", limits.title_only, {})
            if accepted.alike >= ALIKE:
                yield Reason("near_identical", limits.alike, {"alike": accepted.alike})

    def _beside(self, accepted: Accepted, of: Callable[[Accepted], list[Reason]]) -> Iterator[Reason]:
        """That most of what else this helper earned, or this asker accepted, would be held by itself."""
        for member, edges in (
            (accepted.helper, self._graph.in_edges(accepted.helper, keys=True)),
            (accepted.asker, self._graph.out_edges(accepted.asker, keys=True)),
        ):
            others = [key for *_, key in edges if key != accepted.answer]
            if not others or len(others) > 10 * KNOWN or self._is_known(member):
                continue
            held = sum(_sum(of(self._of[key])) >= self.limits.held for key in others)
            if 2 * held >= len(others):
                yield Reason("beside_held", self.limits.beside, {"held": held, "of": len(others)})
                return

    def _is_known(self, member: Hashable) -> bool:
        """Whether so many different members accepted this one that a group cannot be all of them."""
        return self._graph.has_node(member) and len(self._graph.pred[member]) >= KNOWN

    def _unknown(self) -> nx.MultiDiGraph[Hashable]:
        return self._graph.subgraph(member for member in self._graph if not self._is_known(member))

    def _circles(self) -> dict[Hashable, int]:
        """Members who help one another in a circle, by its number. Those who are known meet everybody."""
        groups = nx.strongly_connected_components(self._unknown())
        return {member: number for number, group in enumerate(groups) if len(group) > 1 for member in group}


def _sum(reasons: Iterable[Reason]) -> float:
    return sum(reason.weight for reason in reasons)


@lru_cache(maxsize=100_000)
def surprise(times: int, tries: int, chance: float) -> float:
    """How much it surprises in nats, at most MOST, that of so many tries at least so many come out.

    From the binomial distribution, for `chance` each. 0 for what happens anyway.
    """
    if times <= 0 or times <= tries * chance:
        return 0.0
    likely = (
        sum(math.comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(times)) if tries < 400 else 0
    )
    if tries >= 400:
        # Beyond, by the normal distribution: of those, chance tells little anyway.
        far = (times - 0.5 - tries * chance) / math.sqrt(tries * chance * (1 - chance))
        return min(MOST, -math.log(max(0.5 * math.erfc(far / math.sqrt(2)), 1e-9)))
    return min(MOST, -math.log(max(1 - likely, 1e-9)))
