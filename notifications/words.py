"""What a notification says, made when it is read, in the reader's language and zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import select_template
from django.utils import timezone, translation

from accounts.models import Member
from core.text import one_line
from notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Words:
    """The plain text of one notification: a line, what follows it, and the full address it leads to."""

    subject: str
    body: str
    url: str


@contextmanager
def as_read_by(member: Member) -> Iterator[str]:
    """Speak this member's language and zone; gives the language's code."""
    served = dict(settings.LANGUAGES)
    language = member.language if member.language in served else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(member.time_zone):
        yield language


def subject_of(notification: Notification) -> str:
    """The one line that stands for it in lists, in the language that is active."""
    # One line whatever the data holds: it becomes a header of the mail.
    return one_line(_render(notification, "subject.txt"))


def words_of(notification: Notification, language: str) -> Words:
    """Everything it says, in the language that is active; `language` is its code, for the link."""
    return Words(
        subject=subject_of(notification),
        body=_render(notification, "txt").strip(),
        url=f"{settings.PUBLIC_URL}/{language}/{notification.path}",
    )


def _render(notification: Notification, ending: str) -> str:
    # A kind that a later version no longer has still has its row and its link.
    template = select_template([f"notifications/{notification.kind}.{ending}", f"notifications/other.{ending}"])
    values = {name: _value(name, value) for name, value in notification.data.items()}
    # Plain text: whoever shows it as HTML escapes it there, once.
    return template.template.render(Context(values, autoescape=False))  # type: ignore[attr-defined]


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
