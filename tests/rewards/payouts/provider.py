"""A provider on this machine that speaks both forms, billing and PayPal, over HTTP, and behaves badly on demand."""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rewards.providers.billing import signature

SECRET = "shared with billing"
CLIENT, CLIENT_SECRET = "client", "of paypal"


class Provider:
    """Keeps what it was told to pay, by key: each key is paid once, as both forms promise.

    `behave` is how it answers the next calls that pay, by what is in order: "well", "hangs up" and "times out" (after
    it accepted), "deaf" (hangs up before), "rubbish", "nested" and "half" (no JSON that can be read), "error" (500
    after it accepted), "twice" (the answer, two times). After the last it answers well. `reason` is why it refuses;
    `refuse` holds payees that it refuses.
    """

    def __init__(self) -> None:
        self.behave: list[str] = []
        self.refuse: set[str] = set()
        self.statuses: dict[str, str] = {}
        # What became of each payment, by key: (payee, hundredths, outcome). Written at most once a key.
        self.paid: dict[str, tuple[str, int, str]] = {}
        self.batches: dict[str, tuple[str, list[str]]] = {}
        # Every call as it came: (method, path).
        self.calls: list[tuple[str, str]] = []
        self.sent: list[str] = []
        self.processing = False
        self.reason = "closed"
        self.lock = threading.Lock()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """From now on connections are refused; what it knows it keeps."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def next_behaviour(self) -> str:
        with self.lock:
            return self.behave.pop(0) if self.behave else "well"

    def pay(self, key: str, payee: str, value: int) -> str:
        with self.lock:
            self.sent.append(key)
            outcome = "refused" if payee in self.refuse else "accepted" if self.processing else "paid"
            return self.paid.setdefault(key, (payee, value, outcome))[2]

    def finish(self, outcome: str = "paid") -> None:
        """What was accepted gets its last word."""
        with self.lock:
            for key, (payee, value, state) in self.paid.items():
                if state == "accepted":
                    self.paid[key] = (payee, value, outcome)

    def total(self) -> int:
        return sum(value for _payee, value, outcome in self.paid.values() if outcome == "paid")


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve("GET", b"")

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, method: str, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path == "/kept":
            # For whoever looks from another process.
            with self.provider.lock:
                return self._answer(200, {"paid": self.provider.paid, "sent": self.provider.sent})
        self.provider.calls.append((method, path))
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/credits/none")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if path == "/v1/oauth2/token":
            wanted = "Basic " + base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
            ok = self.headers["Authorization"] == wanted and body == b"grant_type=client_credentials"
            return (
                self._answer(200, {"access_token": "token"}) if ok else self._answer(401, {"error": "invalid_client"})
            )
        if path.startswith("/v1/payments/payouts"):
            if self.headers["Authorization"] != "Bearer token":
                return self._answer(401, {"name": "AUTHENTICATION_FAILURE"})
            return self._paypal_batch(body) if method == "POST" else self._paypal_items(path.rsplit("/", 1)[1])
        timestamp = self.headers["Entraide-Timestamp"]
        if self.headers["Entraide-Signature"] != signature(SECRET, timestamp, method, path, body):
            return self._answer(401, {"error": "signature"})
        return self._billing_pay(json.loads(body)) if method == "POST" else self._billing_ask(path)

    def _billing_pay(self, given: dict[str, Any]) -> None:
        assert self.headers["Idempotency-Key"] == given["key"]
        self._behave(
            lambda: self._state(given["key"], self.provider.pay(given["key"], given["customer"], given["amount_minor"]))
        )

    def _billing_ask(self, path: str) -> None:
        if "/customers/" in path:
            return self._answer(200, {"status": self.provider.statuses.get(path.rsplit("/", 1)[1], "checked")})
        key = path.rsplit("/", 1)[1]
        found = self.provider.paid.get(key)
        return self._answer(200 if found else 404, self._state(key, found[2] if found else "unknown"))

    def _state(self, key: str, state: str) -> dict[str, Any]:
        return {
            "key": key,
            "state": state,
            "reference": f"B-{key[:8]}",
            "reason": self.provider.reason if state == "refused" else "",
        }

    def _paypal_batch(self, body: bytes) -> None:
        given = json.loads(body)
        key = given["sender_batch_header"]["sender_batch_id"]

        def accept() -> dict[str, Any]:
            with self.provider.lock:
                first = self.provider.batches.get(key)
            if first:
                self.status = 400
                link = f"{self.provider.url}/v1/payments/payouts/{first[0]}"
                detail = {
                    "field": "SENDER_BATCH_ID",
                    "issue": "already exists",
                    "link": [{"href": link, "rel": "self"}],
                }
                return {"name": "USER_BUSINESS_ERROR", "details": [detail]}
            reference = f"PB{len(self.provider.batches) + 1}"
            for item in given["items"]:
                units, _, cents = item["amount"]["value"].partition(".")
                self.provider.pay(item["sender_item_id"], item["receiver"], int(units) * 100 + int(cents))
            with self.provider.lock:
                self.provider.batches[key] = (reference, [item["sender_item_id"] for item in given["items"]])
            self.status = 201
            return {"batch_header": {"payout_batch_id": reference, "batch_status": "PENDING"}}

        self._behave(accept)

    def _paypal_items(self, reference: str) -> None:
        keys = next((keys for found, keys in self.provider.batches.values() if found == reference), [])
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        names = {"paid": "SUCCESS", "refused": "FAILED", "accepted": "PENDING", "returned": "RETURNED"}
        # Two on a page, so that there are pages.
        items = [
            {
                "payout_item_id": f"I-{key[:8]}",
                "transaction_status": names[self.provider.paid[key][2]],
                "payout_item": {"sender_item_id": key},
            }
            for key in keys[(page - 1) * 2 : page * 2]
        ]
        header = {"payout_batch_id": reference, "batch_status": "SUCCESS"}
        self._answer(200, {"batch_header": header, "items": items, "total_pages": -(-len(keys) // 2)})

    status = 200

    def _behave(self, accept: Any) -> None:
        how = self.provider.next_behaviour()
        self.status = 200
        if how == "deaf":
            return self._hang_up()
        answer = accept()
        if how == "hangs up":
            return self._hang_up()
        if how == "times out":
            time.sleep(1.2)
            return self._hang_up()
        if how == "error":
            return self._answer(500, {"key": "x"})
        if how == "rubbish":
            return self._raw(200, b"<html>Please sign in</html>")
        if how == "nested":
            return self._raw(200, b"[" * 200_000)
        if how == "half":
            return self._raw(200, json.dumps(answer).encode()[:-4])
        self._answer(self.status, answer)
        if how == "twice":
            self._answer(self.status, answer)
        return None

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._raw(status, json.dumps(body).encode())

    def _raw(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
