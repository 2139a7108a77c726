"""A shelf of notes to search, held in memory: what the database would say, under the test's control."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from accounts.viewer import Viewer
from search import documents, engines
from search.documents import Document, Shown
from search.embedded.index import Embedded
from search.rebuild import rebuild
from tests.services.servers import Missing


@dataclass
class Shelf:
    """A source. What is in `hidden` is for the team only."""

    kind: str
    notes: dict[int, Document] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)

    def put(self, pk: int, title: str, body: str = "", lang: str = "en", **more: Any) -> Document:
        self.notes[pk] = Document(self.kind, pk, lang, title, body, **more)
        return self.notes[pk]

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        return [self.notes[pk] for pk in ids if pk in self.notes and pk not in self.hidden]

    def ids(self) -> Iterator[int]:
        return iter(sorted(set(self.notes) - self.hidden))

    def at(self, path: str) -> int | None:
        kind, pk = path.strip("/").split("/") if path.count("/") == 3 else ("", "")
        return int(pk) if kind == self.kind and pk.isdigit() and int(pk) in set(self.ids()) else None

    def shown(self, ids: Sequence[int], viewer: Viewer) -> dict[int, Shown]:
        seen = {pk for pk in ids if pk in self.notes and (viewer.is_team or pk not in self.hidden)}
        return {
            pk: Shown(self.kind, pk, f"/{self.kind}/{pk}/", note.title, note.lang, note.body, note.solved)
            for pk, note in self.notes.items()
            if pk in seen
        }


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where this test's index lies; nothing is there yet."""
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    return settings.SEARCH_INDEX_DIR


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The only threads there are."""
    shelf = Shelf("thread")
    monkeypatch.setitem(documents.SOURCES, "thread", shelf)
    return shelf


@pytest.fixture
def articles(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The only articles there are."""
    shelf = Shelf("article")
    monkeypatch.setitem(documents.SOURCES, "article", shelf)
    return shelf


@pytest.fixture
def index(folder: Path, threads: Shelf, articles: Shelf, db: None) -> Any:
    """`index()` makes the index of what the shelves hold."""

    def make() -> Embedded:
        rebuild(folder, progress=False)
        engine = engines.current()
        assert isinstance(engine, Embedded)
        return engine

    return make


@pytest.fixture(scope="session")
def encoder() -> Path:
    """The folder of a real sentence encoder, fetched once a machine."""
    from tests.services.encoder import installed  # what makes it takes a second to load

    try:
        return installed()
    except Missing as reason:
        pytest.skip(str(reason))
