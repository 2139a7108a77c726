"""Calls to a provider: short, small, to where it is configured and nowhere else."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import requests

from core import outgoing
from rewards.providers.base import Unanswered, clean

# The longest that a whole answer may take, and the most that is read of one.
SECONDS = 30.0
BYTES = 4 * 1024 * 1024
# To connect, and between two pieces of an answer.
TIMEOUT = outgoing.TIMEOUT


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: dict[str, Any]


def call(method: str, url: str, *, seconds: float = SECONDS, **options: Any) -> Reply:
    """One request and its answer, a JSON object. Raises Unanswered for anything else; redirects are not followed."""
    until = time.monotonic() + seconds
    try:
        with (
            outgoing.session() as session,
            session.request(method, url, allow_redirects=False, stream=True, timeout=TIMEOUT, **options) as response,
        ):
            read = b""
            for piece in response.iter_content(65_536):
                read += piece
                if len(read) > BYTES:
                    raise Unanswered("the answer is too long")
                if time.monotonic() > until:
                    raise Unanswered("the answer took too long")
            body = json.loads(read)
    except requests.RequestException as error:
        # Its words may hold the address; its kind says enough.
        raise Unanswered(type(error).__name__) from error
    except (ValueError, RecursionError) as error:
        # The second is JSON in which one bracket opens after another.
        raise Unanswered("the answer is no JSON") from error
    if not isinstance(body, dict):
        raise Unanswered("the answer is no JSON object")
    return Reply(response.status_code, body)


def text(body: dict[str, Any], *names: str) -> str:
    """A text within a reply, as it can be kept; "" where there is none."""
    found: Any = body
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return clean(found, 200) if isinstance(found, str) else ""
