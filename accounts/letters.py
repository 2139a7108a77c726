"""The mails about an account: what allauth has to say, as the product's letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.letters import Letter

WHY = gettext_lazy("You get this mail because somebody gave this address here.")
SECURITY = gettext_lazy("You get this mail because each change to the way you sign in is told.")
NOT_YOU = gettext_lazy("Was it not you? Then do nothing.")


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of the button, the name in the context of the address it leads to, and what stands below."""

    action: str | Promise
    url: str
    after: str | Promise = NOT_YOU


# By the last part of allauth's prefix. All others tell that something about the account has changed.
KINDS = {
    "email_confirmation": Kind(gettext_lazy("Confirm this address"), "activate_url"),
    "email_confirmation_signup": Kind(gettext_lazy("Confirm this address"), "activate_url"),
    "password_reset_key": Kind(
        gettext_lazy("Choose a new password"),
        "password_reset_url",
        gettext_lazy("Was it not you? Then do nothing: your password stays as it is."),
    ),
    "account_already_exists": Kind(gettext_lazy("Choose a new password"), "password_reset_url"),
    "unknown_account": Kind(gettext_lazy("Sign up"), "signup_url"),
}


def letter_of(prefix: str, context: Mapping[str, Any]) -> Letter:
    """The letter for one of allauth's mails ("account/email/password_changed"), in the language that is active."""
    kind = KINDS.get(prefix.rsplit("/", 1)[-1])
    return Letter(
        subject=" ".join(render_to_string(f"{prefix}_subject.txt", dict(context)).split()),
        greeting=_("Hello,"),
        body=render_to_string(f"{prefix}_message.txt", dict(context)).strip(),
        # Whoever took the account over may have changed the password: the way out is a new one.
        action=str(kind.action) if kind else _("Choose a new password"),
        url=str(context[kind.url]) if kind else f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
        after=str(kind.after) if kind else "",
        why=str(WHY if kind else SECURITY),
    )
