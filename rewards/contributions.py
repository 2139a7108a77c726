"""Statements of contribution: what one says, and whether one that somebody brings is true."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Member
from rewards import signing
from rewards.ledger import booked_on
from rewards.levels import LEVELS, level_of
from rewards.merits import Merits
from rewards.models import Contribution, SigningKey

# The form of what is signed: another form gets another number.
FORM = 1
# A document that somebody brings, in characters.
MOST = 8_000


def statement(member: Member, merits: Merits, *, code: str, issuer: str, now: datetime) -> dict[str, Any]:
    """What is signed: plain values in no language."""
    level = level_of(merits.accepted)
    return {
        "form": FORM,
        "code": code,
        "issuer": issuer,
        "issuer_url": settings.PUBLIC_URL,
        "name": member.shown_name,
        "member_since": member.created_at.date().isoformat(),
        "stated_on": booked_on(now).isoformat(),
        "accepted_answers": merits.accepted,
        "people_helped": merits.people,
        "articles": merits.articles,
        "level": level.number if level else 0,
        "levels": len(LEVELS),
    }


def document(made: Contribution) -> dict[str, Any]:
    """What its member downloads and hands on."""
    return {
        "statement": json.loads(made.said),
        "signature": made.signature,
        "algorithm": signing.ALGORITHM,
        "public_key": made.key.public,
        "verify": settings.PUBLIC_URL + reverse("rewards:verify_code", args=[made.code]),
    }


class Verdict(StrEnum):
    """What is said of a statement that somebody brings."""

    VALID = "valid"
    # Its member took it back, or left.
    REVOKED = "revoked"
    # Nothing of that code was ever made here.
    UNKNOWN = "unknown"
    # Not what was signed here.
    CHANGED = "changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict, and what was signed: only ever where it is valid."""

    verdict: Verdict
    statement: dict[str, Any] = field(default_factory=dict)
    code: str = ""


def verify_code(typed: str) -> Verified:
    """Whether a statement of this code stands. One query."""
    code = signing.read_code(typed)
    if not code:
        return Verified(Verdict.UNKNOWN)
    made = Contribution.objects.select_related("key").filter(code=code).first()
    if made is None:
        return Verified(Verdict.UNKNOWN)
    if made.revoked_at is not None:
        return Verified(Verdict.REVOKED, code=code)
    # Whoever could write to the database could not sign.
    if not signing.is_signed(made.said, made.signature, made.key.public):
        return Verified(Verdict.CHANGED, code=code)
    return Verified(Verdict.VALID, json.loads(made.said), code)


def verify_document(text: str) -> Verified:
    """Whether a document is what was signed here, word by word, and still stands. Two queries."""
    try:
        given: Any = json.loads(text) if len(text) <= MOST else None
        said = signing.written(given["statement"])
        code, signature, public = given["statement"]["code"], given["signature"], given["public_key"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Verified(Verdict.UNREADABLE)
    if not all(isinstance(each, str) for each in (code, signature, public)):
        return Verified(Verdict.UNREADABLE)
    # A key that somebody else made signs anything; compared here, since no database takes every letter of JSON.
    if public not in {key.public for key in public_keys()} or not signing.is_signed(said, signature, public):
        return Verified(Verdict.CHANGED)
    return verify_code(code)


def public_keys() -> list[SigningKey]:
    """With which statements were signed here, the latest first."""
    return list(SigningKey.objects.order_by("-since", "-pk"))


def own_contributions(member_id: int) -> list[Contribution]:
    """Those of a member that stand, the latest first."""
    return list(Contribution.objects.standing().filter(member_id=member_id).order_by("-pk"))
