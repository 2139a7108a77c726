"""The order by meaning beside Tantivy's: what is near a question, of what may be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from tqdm import tqdm

from search.documents import SOURCES, Document
from search.embedded import schema
from search.engine import Key
from search.meaning.finder import Meaning
from search.meaning.store import Name, Store


class Near:
    """The vectors of a folder's indices, each beside its index."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self._opened: tuple[Path, Store] | None = None

    def knows(self, lang: str) -> bool:
        return self.meaning.knows(lang)

    def nearest(
        self,
        generation: Path,
        text: str,
        *,
        windows: Iterable[tuple[datetime | None, int]],
        until: datetime | None,
    ) -> dict[Key, float]:
        """How near each is that is nearest to a text, as a cosine. Some may be no longer there, or not to be found."""
        kinds = {schema.code(kind): kind for kind in SOURCES}
        found = self._store(generation).nearest(
            self.meaning.ask(text),
            windows=[(None if since is None else int(since.timestamp()), most) for since, most in windows],
            until=None if until is None else int(until.timestamp()),
        )
        return {Key(kinds[each.kind], each.object_id): each.cosine for each in found if each.kind in kinds}

    def write(self, generation: Path, documents: Iterable[Document], deletions: Iterable[Key]) -> None:
        """What `Engine.write` writes."""
        store = self._store(generation)
        there = [each for each in documents if self._is_for(each)]
        if there:
            store.add([_name(each) for each in there], self.meaning.all([each.title for each in there]))
        store.remove(Name(schema.code(kind), object_id) for kind, object_id in deletions)

    def noting(self, documents: Iterable[Document], titles: dict[Name, str]) -> Iterator[Document]:
        """The same documents; what there is to encode of them is put down on the way."""
        for document in documents:
            if self._is_for(document):
                titles[_name(document)] = document.title
            yield document

    def fill(self, generation: Path, titles: dict[Name, str]) -> dict[Name, str]:
        """Write those that were encoded before, which is done in a moment; the rest is given back."""
        kept = self.meaning.kept(list(dict.fromkeys(titles.values())))
        there = [name for name, title in titles.items() if title in kept]
        self._store(generation).add(there, self.meaning.read([kept[titles[name]] for name in there]))
        return {name: title for name, title in titles.items() if title not in kept}

    def follow(self, generation: Path, titles: dict[Name, str], *, progress: bool) -> None:
        """Encode the rest, while the index is in use: what was written meanwhile stays."""
        store = self._store(generation)
        of: dict[str, list[Name]] = {}
        for name, title in titles.items():
            of.setdefault(title, []).append(name)
        with tqdm(total=len(of), desc="meaning", unit="", disable=not progress or not of) as bar:
            for some, vectors in self.meaning.made(of):
                names = [(name, row) for row, title in enumerate(some) for name in of[title]]
                store.add([name for name, _ in names], vectors[[row for _, row in names]], new_only=True)
                bar.update(len(some))

    def look_again(self) -> None:
        """Open the vectors again at the next question."""
        self._opened = None

    def _is_for(self, document: Document) -> bool:
        return bool(document.title.strip()) and self.meaning.knows(document.lang)

    def _store(self, generation: Path) -> Store:
        opened = self._opened
        if opened is None or opened[0] != generation:
            # By the encoder's name: vectors of another say nothing to this one's.
            opened = self._opened = generation, Store(generation / f"vectors-{self.meaning.name}", self.meaning.width)
        return opened[1]


def _name(document: Document) -> Name:
    at = int(document.at.timestamp()) if document.at and not document.lasting else None
    return Name(schema.code(document.kind), document.object_id, at)
