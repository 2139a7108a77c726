"""What every search engine does, in plain values.

An engine finds keys and scores. It never decides what somebody may see: `search.find` asks the
database about each key before anything is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from search.documents import Document


class Unavailable(Exception):
    """The index is missing, cannot be read, or was made by another version."""


class Key(NamedTuple):
    """A document's name across kinds."""

    kind: str
    object_id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What to narrow a search to. None leaves a filter open; a product includes those under it.

    `until` leaves out what was written then or later, and what has no date.
    """

    kinds: tuple[str, ...] | None = None
    product: int | None = None
    topic: int | None = None
    solved: bool | None = None
    until: datetime | None = None


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many would match for each choice of one filter, with all others as they are.

    By kind, by key of a product (those under it count too) and of a topic; and how many of these are solved.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[int, int] = field(default_factory=dict)
    topics: Mapping[int, int] = field(default_factory=dict)
    solved: int = 0


# As many choices of one filter are counted.
COUNTED_MOST = 1_000


def left_open(filters: Filters) -> dict[str, Filters]:
    """For each of the counts, the filters with its own left open. A topic belongs to a product."""
    return {
        "kinds": replace(filters, kinds=None),
        "products": replace(filters, product=None, topic=None),
        "topics": replace(filters, topic=None),
        "solved": replace(filters, solved=None),
    }


def asked_together(filters: Filters) -> dict[Filters, list[str]]:
    """The counts that leave the same filters open: one question to an engine. Without filters that is all of them."""
    together: dict[Filters, list[str]] = {}
    for name, own in left_open(filters).items():
        together.setdefault(own, []).append(name)
    return together


@dataclass(frozen=True, slots=True)
class Found:
    """A key with its score; scores compare only within one answer.

    `sure` compares across answers: whether this is worth showing to somebody who did not ask to see all that
    there is. `search.ranking.SURE` and `SURE_TYPED` say from where on.
    """

    key: Key
    score: float
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The best matches first, and how many match in all.

    `loosened` says that nothing held enough of the words, so that these hold only some. `meant` is what was
    searched for, where words that nothing holds were taken for others; "" where all stand as typed. `any_of`: those
    that hold any of the words are among them and counted, after those that hold enough.
    """

    found: list[Found]
    total: int
    loosened: bool = False
    meant: str = ""
    any_of: bool = False


class Engine(Protocol):
    """One index. All of these raise Unavailable when it cannot be used."""

    def write(self, documents: Iterable[Document], deletions: Collection[Key]) -> None:
        """Put these in (replacing what was there) and take those out; returns once both are kept safely.

        Writing the same twice changes nothing. Only the one writer process calls this.
        """

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Make a new index of these beside the one in use, and swap. Readers keep the old one meanwhile."""

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
        """Matches for anything that somebody typed; `typing` takes its last word for the start of one.

        What is on `product`, or on those under it, comes before the rest. In the order of `search.ranking`, the
        same whatever the limit. Never raises for what is in `text`. Keys in `without` are neither found nor counted.
        """

    def counts(
        self, text: str, *, lang: str, filters: Filters, without: Collection[Key] = (), any_of: bool = False
    ) -> Counts:
        """What choosing another filter would find for the same search: `text` as it was meant, `any_of` as it was."""

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
        """What is about the same as a question that is being written. Those on its product come first."""

    def marks(self, kind: str, low: int, high: int | None) -> Iterator[tuple[int, int]]:
        """`(object_id, mark)` of all documents of a kind with `low <= object_id`, and `< high` if given."""
