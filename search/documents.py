"""What the index holds, and how apps declare it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from accounts.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. Text is plain; the index keeps no markup."""

    kind: str
    object_id: int
    lang: str
    title: str
    body: str
    product_id: int | None = None
    topic_id: int | None = None
    # Ancestors of the product with itself, so that a filter by a parent finds its children.
    product_ids: tuple[int, ...] = ()
    solved: bool = False
    votes: int = 0
    at: datetime | None = None
    # Kept up to date by somebody: age says nothing against it.
    lasting: bool = False
    # The words that solve it, where one can tell them from the rest of the body.
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as the database has it now: what a page may show of it."""

    kind: str
    object_id: int
    url: str
    title: str
    lang: str
    text: str
    solved: bool
    state: str = ""
    at: datetime | None = None
    product: str = ""
    extra: dict[str, object] = field(default_factory=dict)


class Source(Protocol):
    """An app's documents of one kind."""

    kind: str

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        """Those of `ids` that may be in the index (public, not removed); the rest are taken out of it."""

    def ids(self) -> Iterator[int]:
        """The keys of everything that may be in the index, in ascending order, as a stream."""

    def shown(self, ids: Sequence[int], viewer: Viewer) -> dict[int, Shown]:
        """Those of `ids` that this viewer may see now, in one query."""

    def at(self, path: str) -> int | None:
        """The key of what may be in the index and has this address on the site, with its language; None for others."""


SOURCES: dict[str, Source] = {}


def declare(source: Source) -> None:
    """Called once by each app's `ready()`."""
    SOURCES[source.kind] = source


@dataclass(frozen=True, slots=True)
class Choice:
    """A product that a search can be narrowed to, with its name in the page's language."""

    id: int
    slug: str
    name: str
    depth: int = 0
    # How many results there would be; None where that is not known.
    count: int | None = None

    @property
    def indented(self) -> str:
        """The name as a list of one column shows it under its parent."""
        return "– " * self.depth + self.name


class Choices(Protocol):
    """What reads the products in the order of their tree."""

    def __call__(self) -> Sequence[Choice]: ...


def _none() -> Sequence[Choice]:
    return ()


PRODUCTS: dict[str, Choices] = {"read": _none}


def declare_products(read: Choices) -> None:
    """Called once, by the app that owns the products."""
    PRODUCTS["read"] = read


class Topics(Protocol):
    """What reads the topics of a product, by its key."""

    def __call__(self, product: int) -> Sequence[Choice]: ...


def _no_topics(product: int) -> Sequence[Choice]:
    return ()


TOPICS: dict[str, Topics] = {"read": _no_topics}


def declare_topics(read: Topics) -> None:
    """Called once, by the app that owns the topics."""
    TOPICS["read"] = read
