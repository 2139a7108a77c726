"""Every mail is a letter: a line, what happened, one button, why it came. Told twice, as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from core import brand
from core.text import one_line


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in the language that is active. All of it plain text: the templates escape it."""

    subject: str
    greeting: str
    # Paragraphs are parted by empty lines.
    body: str
    # The one thing to do: what the button says, and the full address it leads to.
    action: str
    url: str
    # Why this person gets it, in a sentence.
    why: str
    # Said under the button, such as what to do when it was not them.
    after: str = ""
    # Where it can be stopped, or what else there is: words and full address.
    links: tuple[tuple[str, str], ...] = field(default_factory=tuple)

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]

    @property
    def preheader(self) -> str:
        """What a list of mails shows beside the subject: how it begins, on one line."""
        words = " ".join(self.body.split())
        return words if len(words) <= 120 else words[:119].rsplit(" ", 1)[0] + "…"


def message(letter: Letter, *, to: str, headers: Mapping[str, str] | None = None) -> EmailMultiAlternatives:
    """The mail, as text with HTML beside it. Sends nothing."""
    worn = brand.current()
    context = {
        "letter": letter,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "site_name": worn.name,
        "colour": worn.drawn,
        "home_url": f"{settings.PUBLIC_URL}/{translation.get_language() or settings.LANGUAGE_CODE}/",
    }
    mail = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=render_to_string("mail/letter.txt", context).strip() + "\n",
        from_email=worn.sender,
        to=[to],
        # So that no absence notice answers.
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    mail.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    return mail
