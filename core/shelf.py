"""Finished pages in the memory of a web process, by what was asked for; the one unasked for longest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar

from django.conf import settings


class Page(Protocol):
    """What can be kept. It is given out while the stamp that it was made under is still the one that counts."""

    @property
    def stamp(self) -> Hashable: ...

    @property
    def size(self) -> int:
        """About how many bytes it takes."""


P = TypeVar("P", bound=Page)


ALL: list[Shelf[Any]] = []


class Shelf(Generic[P]):
    """Safe to use from several threads. The setting that `most` names says how many bytes it may take; 0 keeps none."""

    def __init__(self, most: str) -> None:
        ALL.append(self)
        self._most = most
        self._pages: OrderedDict[Hashable, P] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def is_off(self) -> bool:
        return not settings.ENTRAIDE[self._most]

    def get(self, key: Hashable, stamp: Hashable) -> P | None:
        with self._lock:
            found = self._pages.get(key)
            if found is None or found.stamp != stamp:
                return None
            self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: P) -> None:
        most = settings.ENTRAIDE[self._most]
        with self._lock:
            before = self._pages.pop(key, None)
            self._bytes += page.size - (before.size if before else 0)
            self._pages[key] = page
            while self._bytes > most:
                _key, oldest = self._pages.popitem(last=False)
                self._bytes -= oldest.size

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes = 0
