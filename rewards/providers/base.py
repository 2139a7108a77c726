"""What the product asks of a provider, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# What becomes of a payment, in the words of `Payout.State`; ABSENT: the provider has never heard of it.
PAID, SENT, REFUSED, RETURNED, ABSENT = "paid", "sent", "refused", "returned", "absent"


@dataclass(frozen=True, slots=True)
class Order:
    """One payment. `value` in hundredths of the currency's unit; `key` is the same each time it is sent."""

    key: str
    payee: str
    value: int
    currency: str

    @property
    def decimal(self) -> str:
        """ "12.40"."""
        return f"{self.value // 100}.{self.value % 100:02d}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments that are sent together, under one key; `reference` is the provider's, "" until it is known."""

    key: str
    orders: Sequence[Order]
    first_sent_at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The provider's word on one payment."""

    key: str
    outcome: str
    reference: str = ""
    words: str = ""
    batch_reference: str = ""


class Unanswered(Exception):
    """No answer that can be understood: what was sent may have arrived or not. Says why, for the operator."""


def clean(text: str, most: int) -> str:
    """What somebody else wrote, as every database and page takes it: a text of one line, without control characters."""
    return "".join(letter for letter in text if letter.isprintable())[:most].strip()


class Adapter(Protocol):
    # Payments in one batch.
    batch_size: int
    # Whether it can be asked; else its answer comes as a file.
    polls: bool
    # Whether it says who somebody is before it pays them; else it looks only then.
    checks_ahead: bool

    def send(self, batch: Batch, now: datetime) -> list[Answer]:
        """Send a batch; what it says of each payment. Raises Unanswered: then it is asked before it is sent again."""

    def ask(self, batch: Batch, now: datetime) -> list[Answer]:
        """What has become of a batch that was sent, or may have been. Pays nothing a second time. Raises Unanswered."""

    def check(self, payee: str) -> str:
        """Whether it knows who this payee is: a `PayoutAccount.Status`. Raises Unanswered."""
