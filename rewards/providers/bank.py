"""The bank: a file that an operator downloads and brings there, and the bank's answer as a file that comes back."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from rewards.providers.base import PAID, REFUSED, RETURNED, SENT, Answer, Batch, Order, Unanswered, clean

COLUMNS = ("reference", "payee", "amount", "currency")
ANSWER_COLUMNS = ("reference", "state")
# Lines of an answer that are read.
LINES = 20_000


class Bank:
    """Nothing goes out: what is sent stands in the file from then on, and only the answer says more."""

    batch_size = 250
    polls = False
    checks_ahead = False

    def send(self, batch: Batch, now: datetime) -> list[Answer]:
        return [Answer(order.key, SENT) for order in batch.orders]

    def ask(self, batch: Batch, now: datetime) -> list[Answer]:
        # It was marked before a crash, and the file is read from those marks.
        return self.send(batch, now)

    def check(self, payee: str) -> str:
        raise Unanswered("it looks when it pays")


def file_of(orders: Iterable[Order]) -> str:
    """One line a payment. The reference is the payment's own: a bank that sees it twice pays it once."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for order in orders:
        writer.writerow((order.key, order.payee, order.decimal, order.currency))
    return out.getvalue()


def answers_in(content: bytes) -> Iterator[Answer]:
    """What the bank says of each payment: columns `reference`, `state` (paid, refused or returned), and if it likes
    `bank_reference` and `reason`. Raises Unanswered, naming the line that cannot be read.
    """
    text = _decoded(content)
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    try:
        if not set(ANSWER_COLUMNS) <= set(rows.fieldnames or ()):
            raise Unanswered("1")
        for number, row in enumerate(rows, start=2):
            outcome = (row["state"] or "").strip().lower()
            if outcome not in (PAID, REFUSED, RETURNED) or number > LINES:
                raise Unanswered(str(number))
            yield Answer(
                # As it was given, though a bank writes it large or with its dashes.
                clean(row["reference"] or "", 60).lower().replace("-", ""),
                outcome,
                clean(row.get("bank_reference") or "", 120),
                clean(row.get("reason") or "", 200),
            )
    except csv.Error as error:
        raise Unanswered(str(rows.reader.line_num)) from error


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 that says so, or what is left: what counts is written in ASCII. Ends of lines of any kind."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
