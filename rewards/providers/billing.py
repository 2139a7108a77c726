"""The company's own billing: a signed webhook that takes a credit off a customer's bill.

`POST url` brings one payment, `GET url/<key>` asks about it, `GET url/customers/<payee>` whether somebody is known.
Each carries `Entraide-Timestamp` (seconds) and `Entraide-Signature` (hex HMAC-SHA256 over the timestamp, the method,
the path and the body, with line ends between); the first also `Idempotency-Key`. An answer repeats the key:
`{"key": …, "state": "accepted" | "paid" | "refused" | "returned" | "unknown", "reference": …, "reason": …}`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import datetime
from urllib.parse import quote, urlsplit

from rewards.models import PayoutAccount
from rewards.providers import http
from rewards.providers.base import ABSENT, PAID, REFUSED, RETURNED, SENT, Answer, Batch, Unanswered

_OUTCOMES = {"accepted": SENT, "paid": PAID, "refused": REFUSED, "returned": RETURNED, "unknown": ABSENT}


def signature(secret: str, timestamp: str, method: str, path: str, body: bytes) -> str:
    """What `Entraide-Signature` must be."""
    signed = f"{timestamp}\n{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class Billing:
    batch_size = 1
    polls = True
    checks_ahead = True

    def __init__(self, *, url: str, secret: str) -> None:
        self._url, self._secret = url.rstrip("/"), secret

    def send(self, batch: Batch, now: datetime) -> list[Answer]:
        (order,) = batch.orders
        given = {
            "key": order.key, "customer": order.payee, "amount_minor": order.value, "currency": order.currency,
        }  # fmt: skip
        body = json.dumps(given, separators=(",", ":"), sort_keys=True).encode()
        reply = self._call("POST", "", body, {"Idempotency-Key": order.key, "Content-Type": "application/json"})
        answer = _read(reply, order.key)
        if answer.outcome == ABSENT:
            raise Unanswered("it was sent, and is said to be unknown")
        return [answer]

    def ask(self, batch: Batch, now: datetime) -> list[Answer]:
        (order,) = batch.orders
        return [_read(self._call("GET", f"/{order.key}"), order.key)]

    def check(self, payee: str) -> str:
        reply = self._call("GET", f"/customers/{quote(payee, safe='')}")
        status = http.text(reply.body, "status")
        if reply.status != 200 or status not in PayoutAccount.Status.values:
            raise Unanswered(f"it answers {reply.status}")
        return status

    def _call(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> http.Reply:
        url, timestamp = f"{self._url}{path}", str(int(time.time()))
        signed = {
            "Entraide-Timestamp": timestamp,
            "Entraide-Signature": signature(self._secret, timestamp, method, urlsplit(url).path, body),
        }
        return http.call(method, url, data=body or None, headers={**signed, **(headers or {})})


def _read(reply: http.Reply, key: str) -> Answer:
    outcome = _OUTCOMES.get(http.text(reply.body, "state"))
    # A word that is about no payment, or another one, is no answer to this.
    if http.text(reply.body, "key") != key or outcome is None or reply.status >= 500:
        raise Unanswered(f"it answers {reply.status}, and nothing about this payment")
    return Answer(key, outcome, http.text(reply.body, "reference")[:120], http.text(reply.body, "reason"))
