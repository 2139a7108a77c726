"""An OpenID Connect provider on this machine: says of whoever comes what a test tells it to say."""

from __future__ import annotations

import contextlib
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "entraide-tests", "a secret of the tests"


class Provider:
    """What it says (`claims`), and what it was asked: one answer for each code, as the standard has it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self.refuses = False
        self.asked: list[dict[str, str]] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, Any]] = {}

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes next."""
        self.asked.append(query)
        back = {"state": query["state"]}
        if self.refuses:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe()
            self._codes[back["code"]] = dict(self.claims)
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code; None for a code used before, or a client that does not know its secret."""
        claims = self._codes.pop(form.get("code", ""), None)
        if claims is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return None
        now = int(time.time())
        said = claims | {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 60}
        signed = jwt.encode(said, self._key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": json.dumps(claims), "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    """Within it the provider answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            if at.path == "/.well-known/openid-configuration":
                self._say(provider.configuration())
            elif at.path == "/keys":
                self._say(provider.keys())
            elif at.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(at.query).items()}))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif at.path == "/userinfo":
                self._say(json.loads(self.headers["Authorization"].removeprefix("Bearer ")))
            else:
                self._say({}, 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            tokens = provider.token({k: v[0] for k, v in parse_qs(body).items()})
            self._say(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def _say(self, what: dict[str, Any], code: int = 200) -> None:
            said = json.dumps(what).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
