"""Cash in the form of PayPal Payouts: a batch under a `sender_batch_id`, then the state of each of its items.

A batch that is sent again within thirty days under the same `sender_batch_id` is refused with a link to the first:
so sending it again is how a batch without an answer is asked about, and after that time only a person asks.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from rewards.providers import http
from rewards.providers.base import PAID, REFUSED, RETURNED, SENT, Answer, Batch, Unanswered

# Thirty days are promised; the clocks of two need not agree.
RESEND = timedelta(days=28)
# The longest that all pages of one batch may take.
LOOK_SECONDS = 60.0
_PAGE = 500
_OUTCOMES = {
    "SUCCESS": PAID,
    "FAILED": REFUSED,
    "BLOCKED": REFUSED,
    "DENIED": REFUSED,
    "CANCELED": REFUSED,
    "RETURNED": RETURNED,
    "REFUNDED": RETURNED,
    "REVERSED": RETURNED,
}


class PayPal:
    batch_size = 250
    polls = True
    checks_ahead = False

    def __init__(self, *, url: str, client_id: str, secret: str) -> None:
        self._url, self._client = url.rstrip("/"), (client_id, secret)

    def send(self, batch: Batch, now: datetime) -> list[Answer]:
        if now - batch.first_sent_at > RESEND:
            raise Unanswered("it was sent too long ago to be sent again: ask PayPal, and upload its answer")
        reply = self._call("POST", "/v1/payments/payouts", json=_body(batch))
        reference = http.text(reply.body, "batch_header", "payout_batch_id") if reply.status == 201 else ""
        if reference:
            return [Answer(order.key, SENT, batch_reference=reference[:120]) for order in batch.orders]
        if first := _first(reply.body):
            return self._look(first, batch)
        raise Unanswered(f"it answers {reply.status} {http.text(reply.body, 'name')}")

    def ask(self, batch: Batch, now: datetime) -> list[Answer]:
        return self._look(batch.reference, batch) if batch.reference else self.send(batch, now)

    def check(self, payee: str) -> str:
        raise Unanswered("it looks when it pays")

    def _look(self, reference: str, batch: Batch) -> list[Answer]:
        wanted = {order.key for order in batch.orders}
        found: dict[str, Answer] = {}
        page, pages, until = 1, 1, time.monotonic() + LOOK_SECONDS
        while page <= pages:
            if time.monotonic() > until:
                raise Unanswered("its pages took too long")
            asked = f"?page={page}&page_size={_PAGE}&total_required=true"
            reply = self._call("GET", f"/v1/payments/payouts/{quote(reference, safe='')}{asked}")
            if reply.status != 200 or http.text(reply.body, "batch_header", "payout_batch_id") != reference:
                raise Unanswered(f"it answers {reply.status} {http.text(reply.body, 'name')}")
            for answer in _items(reply.body, reference):
                if answer.key in wanted:
                    found[answer.key] = answer
            if http.text(reply.body, "batch_header", "batch_status") in ("DENIED", "CANCELED"):
                words = http.text(reply.body, "batch_header", "batch_status")
                for key in wanted - found.keys():
                    found[key] = Answer(key, REFUSED, "", words, reference)
            total = reply.body.get("total_pages", 1)
            pages = total if isinstance(total, int) and 0 < total <= 100 else 1
            page += 1
        # An item that is not listed yet is on its way.
        return [found.get(order.key) or Answer(order.key, SENT, batch_reference=reference) for order in batch.orders]

    def _call(self, method: str, path: str, **options: Any) -> http.Reply:
        token = http.call(
            "POST", f"{self._url}/v1/oauth2/token", auth=self._client, data={"grant_type": "client_credentials"}
        )
        bearer = http.text(token.body, "access_token") if token.status == 200 else ""
        if not bearer:
            raise Unanswered(f"it gives no access: {token.status}")
        return http.call(method, f"{self._url}{path}", headers={"Authorization": f"Bearer {bearer}"}, **options)


def _body(batch: Batch) -> dict[str, Any]:
    return {
        "sender_batch_header": {"sender_batch_id": batch.key, "recipient_type": "EMAIL"},
        "items": [
            {
                "recipient_type": "EMAIL",
                "receiver": order.payee,
                "sender_item_id": order.key,
                "amount": {"value": order.decimal, "currency": order.currency},
            }
            for order in batch.orders
        ],
    }


def _items(body: dict[str, Any], reference: str) -> list[Answer]:
    items = body.get("items")
    return [
        Answer(
            http.text(item, "payout_item", "sender_item_id"),
            _OUTCOMES.get(http.text(item, "transaction_status"), SENT),
            http.text(item, "payout_item_id")[:120],
            http.text(item, "errors", "name") or http.text(item, "errors", "message"),
            reference,
        )
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]


def _first(body: dict[str, Any]) -> str:
    """The batch that was sent before under the same key, from the link that the refusal holds; "" for none."""
    details = body.get("details")
    links = body.get("links")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and "SENDER_BATCH_ID" in http.text(detail, "field").upper():
            links = detail.get("link") or detail.get("links") or links
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict):
            _before, found, rest = http.text(link, "href").partition("/v1/payments/payouts/")
            if found:
                return rest.partition("?")[0].strip("/")
    return ""
