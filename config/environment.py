"""The environment, read in one place and nowhere else.

Every value has a default that makes `make run` work on a laptop; the names are those that
operators set, and `docs/architecture.md` lists them.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

SIGN_IN_AT = {
    "google": "https://accounts.google.com",
    "github": "https://github.com",
    "apple": "https://appleid.apple.com",
    "microsoft": "https://login.microsoftonline.com",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, with types."""

    data: Path
    host: str
    port: int
    url: str
    # How many proxies of one's own stand before it: each adds the address it was asked from to X-Forwarded-For.
    proxies: int
    # Further names that it answers to, each a site that may wear a brand of its own.
    hosts: tuple[str, ...]
    demo: bool
    debug: bool
    database_url: str
    # Hosts with commas between, each with http:// or https:// and, if need be, user:password@.
    elasticsearch_url: str
    elasticsearch_api_key: str
    # The file of the authority that signed the cluster's certificate; "" for those that the system trusts.
    elasticsearch_ca: str
    # What the names of its indices begin with: two installations on one cluster need two.
    elasticsearch_index: str
    # A folder with a sentence encoder, which needs the extra `semantic`; "": searches go by words alone.
    search_encoder: str
    # The languages that it was taught; "*" for one that was taught many.
    search_encoder_languages: tuple[str, ...]
    # Where what it made is kept across rebuilds.
    search_vectors: Path
    redis_url: str
    email_url: str
    email_from: str
    secret_key: str
    # Which part of the product this process is (web, worker, indexer); "" for commands. Set by config.parts.
    part: str
    # Whoever pays members, by name; what is not configured is empty.
    payouts: dict[str, dict[str, str]]
    social: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Whether the public address is https, which turns on secure cookies and HSTS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def sign_in_origins(self) -> list[str]:
        """Where the browser is sent to sign in, for each outside sign-in that is switched on."""
        origins = []
        for name, given in self.social.items():
            at = urlsplit(given["server_url"] or SIGN_IN_AT.get(name, ""))
            if at.netloc:
                origins.append(f"{at.scheme}://{at.netloc}")
        return origins


def _caches() -> Path:
    """Where programs keep what they can make anew."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "entraide"


def _secret_key(data: Path, given: str) -> str:
    """The key from the environment, or one made on the first start and kept in the data folder."""
    if given:
        return given
    path = data / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    data.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(64)
    path.touch(mode=0o600)
    path.write_text(key)
    return key


def read() -> Environment:
    """Read the environment.

    Raises OSError when the data folder cannot be written and no secret key was given.
    """
    env = environ.Env()
    data = Path(env.str("ENTRAIDE_DATA", default=str(BASE_DIR / "var"))).expanduser().resolve()
    host = env.str("HOST", default="127.0.0.1")
    port = env.int("PORT", default=8000)
    social: dict[str, dict[str, str]] = {}
    for name in ("google", "github", "apple", "microsoft", "openid_connect"):
        prefix = f"SOCIAL_{name.upper()}"
        client_id = env.str(f"{prefix}_CLIENT_ID", default="")
        if client_id:
            social[name] = {
                "client_id": client_id,
                "secret": env.str(f"{prefix}_SECRET", default=""),
                "server_url": env.str(f"{prefix}_SERVER_URL", default=""),
                "name": env.str(f"{prefix}_NAME", default=""),
            }
    return Environment(
        data=data,
        host=host,
        port=port,
        url=env.str("ENTRAIDE_URL", default=f"http://{host}:{port}").rstrip("/"),
        proxies=env.int("PROXIES", default=0),
        hosts=tuple(env.list("ENTRAIDE_HOSTS", default=[])),
        demo=env.bool("ENTRAIDE_DEMO", default=True),
        debug=env.bool("ENTRAIDE_DEBUG", default=False),
        database_url=env.str("DATABASE_URL", default=f"sqlite:///{data / 'entraide.sqlite3'}"),
        elasticsearch_url=env.str("ELASTICSEARCH_URL", default=""),
        elasticsearch_api_key=env.str("ELASTICSEARCH_API_KEY", default=""),
        elasticsearch_ca=env.str("ELASTICSEARCH_CA", default=""),
        elasticsearch_index=env.str("ELASTICSEARCH_INDEX", default="entraide"),
        search_encoder=env.str("SEARCH_ENCODER", default=""),
        search_encoder_languages=tuple(env.list("SEARCH_ENCODER_LANGUAGES", default=["en"])),
        search_vectors=Path(env.str("SEARCH_VECTORS", default="") or _caches() / "vectors").expanduser(),
        redis_url=env.str("REDIS_URL", default=""),
        email_url=env.str("EMAIL_URL", default=""),
        email_from=env.str("EMAIL_FROM", default="Entraide <bonjour@entraide.example>"),
        secret_key=_secret_key(data, env.str("SECRET_KEY", default="")),
        part=env.str("ENTRAIDE_PART", default=""),
        payouts={
            "billing": {
                "url": env.str("PAYOUTS_BILLING_URL", default=""),
                "secret": env.str("PAYOUTS_BILLING_SECRET", default=""),
            },
            "paypal": {
                "url": env.str("PAYOUTS_PAYPAL_URL", default="https://api-m.paypal.com"),
                "client_id": env.str("PAYOUTS_PAYPAL_CLIENT_ID", default=""),
                "secret": env.str("PAYOUTS_PAYPAL_SECRET", default=""),
            },
        },
        social=social,
    )
