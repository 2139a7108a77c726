"""Signing statements of contribution, and telling whether one is what was signed. On plain values.

The key follows from the installation's secret, so that every machine of it signs with the same and none has to be
kept. Signed is the statement as JSON in one fixed form: anybody with the public key can verify it without asking us.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALGORITHM = "Ed25519"
# What else is derived from the secret has another name.
_NAME = b"entraide: statements of contribution"
# Nothing that is taken for something else, read aloud or typed.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 3, 4


def private_key(secret: str) -> Ed25519PrivateKey:
    """The installation's key."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_NAME).derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_of(key: Ed25519PrivateKey) -> str:
    """Its public part, in hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


def written(statement: dict[str, Any]) -> str:
    """The one form in which a statement is signed."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def signature_of(said: str, key: Ed25519PrivateKey) -> str:
    """Of a statement as it is `written`."""
    return b64encode(key.sign(said.encode())).decode()


def is_signed(said: str, signature: str, public: str) -> bool:
    """Whether this very text was signed with the key of that public part."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            b64decode(signature, validate=True), said.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def new_code() -> str:
    """By which a statement is found: about 59 bits that nobody guesses."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def read_code(typed: str) -> str:
    """A code as it was made, however it was typed; "" for what is none."""
    letters = [letter for letter in typed.upper() if letter not in " -–\t\r\n"]
    if len(letters) != _GROUPS * _GROUP or any(letter not in _LETTERS for letter in letters):
        return ""
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, _GROUPS * _GROUP, _GROUP))
