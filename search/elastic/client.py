"""The client, from the settings, and its failures in the engine's words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from search.engine import Unavailable

log = logging.getLogger(__name__)

# Seconds that one node may take for a search before another is asked; a page waits for three of them at most.
READS_WITHIN = 1.0
READ_RETRIES = 2
# The writer can wait, but says every few seconds that it lives.
WRITES_WITHIN = 10.0
WRITE_RETRIES = 1
# A rebuild has nobody waiting.
BUILDS_WITHIN = 120.0


class Away(Unavailable):
    """The cluster does not answer now, or cannot do what was asked: to be tried again later."""


class Misconfigured(ValueError):
    """The settings say nothing that a client can be made of."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster is, and who asks it. `url` is one or several hosts with commas between."""

    url: str
    api_key: str = ""
    ca: str = ""
    prefix: str = "entraide"

    def hosts(self) -> tuple[list[str], tuple[str, str] | None]:
        """Hosts without, and the user and password that one of them names. Raises Misconfigured."""
        found, user = [], None
        for given in filter(None, (each.strip() for each in self.url.split(","))):
            parts = urlsplit(given)
            try:
                port = parts.port or 9200
            except ValueError as error:
                raise Misconfigured(f"ELASTICSEARCH_URL: {error}") from error
            if parts.scheme not in ("http", "https") or not parts.hostname:
                # Not the address itself: it may hold a password.
                raise Misconfigured("ELASTICSEARCH_URL takes http:// or https:// addresses with commas between")
            if parts.username:
                user = (unquote(parts.username), unquote(parts.password or ""))
            name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            found.append(f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}")
        if not found:
            raise Misconfigured("ELASTICSEARCH_URL names no host")
        return found, user


def connected(address: Address) -> Elasticsearch:
    """A client with the patience of a reader. Connects to nothing yet. Raises Misconfigured."""
    hosts, user = address.hosts()
    who: dict[str, object] = {}
    if address.api_key:
        who["api_key"] = address.api_key
    elif user:
        who["basic_auth"] = user
    if address.ca:
        who["ca_certs"] = address.ca
    return Elasticsearch(
        hosts,
        request_timeout=READS_WITHIN,
        max_retries=READ_RETRIES,
        retry_on_timeout=True,
        # A node that was away is tried again soon: a restart takes half a minute.
        max_dead_node_backoff=10.0,
        **who,  # type: ignore[arg-type]
    )


@contextmanager
def asking() -> Iterator[None]:
    """What the client raises, as Unavailable where the index is missing and as Away otherwise."""
    try:
        yield
    except NotFoundError as error:
        raise Unavailable(f"the cluster has no index: {error.message}") from error
    except BadRequestError as error:
        # Nobody's typing leads here; so it is a fault of ours, and searching goes on without this engine.
        log.error("Elasticsearch refused a request: %s", error)
        raise Away(f"the cluster refused: {error.message}") from error
    except (ApiError, TransportError) as error:
        raise Away(f"the cluster does not answer: {type(error).__name__}: {str(error)[:200]}") from error
