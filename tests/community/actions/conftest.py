"""What signals were sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from community import signals

WATCHED = [
    "thread_asked", "answer_posted", "answer_accepted", "acceptance_revoked", "not_solved", "thread_escalated",
    "thread_settled", "thread_reopened", "thread_moved", "post_removed", "post_restored",
    "idea_adopted", "idea_adoption_revoked",
]  # fmt: skip


@pytest.fixture
def heard() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Every signal of the community as (name, arguments), in the order sent."""
    got: list[tuple[str, dict[str, Any]]] = []
    receivers: list[tuple[Any, Callable[..., None]]] = []
    for name in WATCHED:

        def listen(sender: Any, _name: str = name, **arguments: Any) -> None:
            got.append((_name, arguments))

        signal = getattr(signals, name)
        signal.connect(listen, weak=False)
        receivers.append((signal, listen))
    yield got
    for signal, listen in receivers:
        signal.disconnect(listen)


@pytest.fixture
def names(heard: list[tuple[str, dict[str, Any]]]) -> Callable[[], list[str]]:
    """`names()`: the names of the signals heard since it was last asked."""

    def take() -> list[str]:
        taken = [name for name, _arguments in heard]
        heard.clear()
        return taken

    return take
