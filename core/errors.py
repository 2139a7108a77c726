"""The two ways an action says no. Both carry words that a person may read."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise


class Refused(Exception):
    """This person may not do this, or not now.

    `reason` is shown as it is; `code` is stable, for tests and the API.
    """

    def __init__(self, reason: str | Promise, *, code: str = "refused") -> None:
        super().__init__(str(code))
        self.reason = reason
        self.code = code


class Invalid(Exception):
    """What was given cannot be used: the words to show, by field name ("" for the whole)."""

    def __init__(self, errors: dict[str, str | Promise]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


class TooMany(Exception):
    """A rate limit was reached; `until` (UTC) is when to come back."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until
