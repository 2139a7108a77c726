"""From where on a person looks at a credit, and how much each sign counts: plain values, apart from what reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a person looks (nats), and how much each sign counts. An operator may set others."""

    held: float = 4.2
    circle: float = 6.0
    passed_on: float = 3.0
    alone: float = 0.5
    not_alone: float = -1.5
    quick: float = 0.7
    new: float = 0.4
    title_only: float = 1.0
    alike: float = 1.5
    device: float = 6.0
    network: float = 2.5
    beside: float = 3.0
    # Whether what was written is looked at.
    texts: bool = True
