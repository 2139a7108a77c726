"""The demo's mail, read from the folder that the file backend writes."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

# The names that Django's file backend gives; nothing else in the folder is shown.
_NAME = re.compile(r"\d{8}-\d{6}-\d+")
# What it writes after each mail of one connection.
_END = b"\n" + b"-" * 79 + b"\n"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: the file it lies in, its place there, and what it says."""

    name: str
    number: int
    to: str
    subject: str
    sent_at: datetime | None
    text: str
    html: str


def newest() -> list[Mail]:
    """The mails of the newest files, newest first; at most `SHOWN`."""
    folder = _folder()
    if folder is None or not folder.is_dir():
        return []
    names = sorted((path.stem for path in folder.glob("*.log") if _NAME.fullmatch(path.stem)), reverse=True)
    mails: list[Mail] = []
    for name in names[:SHOWN]:
        mails.extend(reversed(_read(folder / f"{name}.log")))
    return mails[:SHOWN]


def find(name: str, number: int) -> Mail | None:
    """One mail, or None."""
    folder = _folder()
    if folder is None or not _NAME.fullmatch(name):
        return None
    path = folder / f"{name}.log"
    mails = _read(path) if path.is_file() else []
    return mails[number] if number < len(mails) else None


def _folder() -> Path | None:
    given = getattr(settings, "EMAIL_FILE_PATH", None)
    return Path(given) if given else None


def _read(path: Path) -> list[Mail]:
    parts = path.read_bytes().split(_END)
    return [_mail(path.stem, number, part) for number, part in enumerate(parts) if part.strip()]


def _mail(name: str, number: int, raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain",))
    drawn = message.get_body(preferencelist=("html",))
    date = message["Date"]
    return Mail(
        name=name,
        number=number,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        # Django writes "-0000", which Python reads as a time without a zone; it is UTC.
        sent_at=parsedate_to_datetime(str(date)).replace(tzinfo=UTC) if date else None,
        text=body.get_content() if body else "",
        html=drawn.get_content() if drawn else "",
    )
