"""What a person typed into a form, with what was wrong with it: shown again until it is right."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.errors import Invalid, Refused, TooMany

# Fields that hold what somebody wrote, beside those that they chose.
WORDS = ("title", "details", "body", "text", "reason")


@dataclass(slots=True)
class Entry:
    """The text of each field as typed, and the words to show by field ("" for the whole form)."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str | Promise] = field(default_factory=dict)
    # True when the text comes from a draft or from before signing in.
    kept: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str], fields: Iterable[str], *, kept: bool = False) -> Entry:
        """The named fields of a POST or of a kept draft; whatever is missing is empty."""
        values = {name: str(given.get(name, "") or "") for name in fields}
        values["token"] = values.get("token") or new_token()
        return cls(values, kept=kept and any(values.get(name) for name in WORDS))

    def refuse(self, error: Refused | Invalid | TooMany) -> None:
        """Show why an action said no, or until when it does."""
        if isinstance(error, TooMany):
            at = date_format(localtime(error.until), "TIME_FORMAT")
            self.errors[""] = _("That was a lot in a short time. What you wrote is kept: send it at %(at)s.") % {
                "at": at
            }
        elif isinstance(error, Invalid):
            self.errors.update(error.errors)
        else:
            self.errors[""] = error.reason


def new_token() -> str:
    """Names one form: sent twice, it makes one post."""
    return secrets.token_urlsafe(18)
