"""The indices of one installation, their names, and the change from one to the next.

    entraide-v3                       the name that is searched by: an alias of the index in use
    entraide-v3.next                  the same of one that is being made
    entraide-v3-20260310100000-3fa9   an index
    ….WRITES                          the name by which it is written to

While the next index is made, every write goes into both. Each carries a number (`search.turns`), and the higher
one stays, so that what is read from the database for the next index never replaces what changed meanwhile.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Index

from search.elastic import schema
from search.elastic.client import BUILDS_WITHIN, asking

log = logging.getLogger(__name__)

# How long copies may take to be made before the index is used without them (seconds).
COPIES_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Targets:
    """Where writes go now."""

    current: str | None
    following: str | None

    def each(self) -> list[str]:
        return [name for name in (self.current, self.following) if name]


class Indices:
    """Those whose names begin with a prefix, on one cluster."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self.client = client
        self.prefix = prefix
        self.alias = f"{prefix}-v{schema.VERSION}"
        self.following = f"{self.alias}.next"

    def targets(self) -> Targets:
        """The index in use and the one being made. Asks the cluster: another process may have begun."""
        found = self.client.indices.get(index=f"{self.alias}-*", features="aliases", expand_wildcards="all")
        of: dict[str, str] = {}
        for name, each in found.items():
            for alias in (self.alias, self.following):
                if alias in each.get("aliases", {}):
                    of[alias] = name
        return Targets(of.get(self.alias), of.get(self.following))

    @contextmanager
    def made(self) -> Iterator[str]:
        """An index to fill, which is put to use at the end. Whatever goes wrong, the one in use stays.

        One at a time: what an earlier one left behind is removed.
        """
        patient = self.client.options(request_timeout=BUILDS_WITHIN)
        with asking():
            if left := self.targets().following:
                patient.indices.delete(index=left)
            name = f"{self.alias}-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(2)}"
            index = Index(name, using=patient)
            index.document(schema.Entry)
            index.settings(**schema.LASTING, **schema.FILLING)
            index.aliases(**{schema.writes(name): {}, self.following: {}})
            index.create()
        try:
            yield name
            with asking():
                self._put_to_use(patient, name)
        except BaseException:
            self.give_up(name)
            raise
        with suppress(ApiError, TransportError):  # the next one tidies, too
            self.tidy()

    def give_up(self, name: str) -> None:
        """Remove an index that is being made, but never one that is in use. Does what it can.

        Without its name as the next one it cannot be put to use, in one step: whoever makes it stops.
        """
        patient = self.client.options(request_timeout=BUILDS_WITHIN)
        try:
            patient.indices.delete_alias(index=name, name=self.following)
            patient.indices.delete(index=name, ignore_unavailable=True)
        except NotFoundError:
            return  # in use already, or gone
        except (ApiError, TransportError) as error:
            log.warning("%s could not be removed; the next rebuild does: %s", name, error)

    def _put_to_use(self, patient: Elasticsearch, name: str) -> None:
        patient.indices.forcemerge(index=name, max_num_segments=1)
        patient.indices.put_settings(index=name, settings=schema.IN_USE)
        patient.indices.refresh(index=name)
        with suppress(ApiError):  # with a copy on another node where there is one; it serves without, too
            patient.cluster.health(index=name, wait_for_status="green", timeout=f"{COPIES_WITHIN}s")
        current = self.targets().current
        before = [{"remove": {"index": current, "alias": self.alias, "must_exist": True}}] if current else []
        actions: list[dict[str, Any]] = [
            *before,
            {"remove": {"index": name, "alias": self.following, "must_exist": True}},
            {"add": {"index": name, "alias": self.alias}},
        ]
        patient.indices.update_aliases(actions=actions)

    def tidy(self) -> None:
        """Remove indices that are not in use, and those of earlier versions."""
        found = self.client.indices.get(index=f"{self.prefix}-v*-*", features="aliases", expand_wildcards="all")
        for name, each in found.items():
            if not {self.alias, self.following} & each.get("aliases", {}).keys() and self._ours(name):
                self.client.indices.delete(index=name, ignore_unavailable=True)

    def _ours(self, name: str) -> bool:
        """Whether this version may remove it: a later version's are not its business."""
        version = name.removeprefix(f"{self.prefix}-v").split("-")[0]
        return version.isdigit() and int(version) <= schema.VERSION

    def remove_all(self, names: Iterable[str] = ()) -> None:
        """Remove these, by default every index of the prefix."""
        for name in list(names) or list(self.client.indices.get(index=f"{self.prefix}-v*-*", features="aliases")):
            self.client.indices.delete(index=name, ignore_unavailable=True)
