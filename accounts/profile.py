"""What a member may be called, speak and live in: decided on plain values."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import DEFAULT_TIME_ZONE
from core.errors import Invalid
from core.text import clean_line, shows

NAME_MAX = 60


@cache
def zones() -> frozenset[str]:
    """The time zones that this machine knows."""
    return frozenset(available_timezones())


def check_name(name: str) -> str:
    """The cleaned name. Raises Invalid."""
    name = clean_line(name)
    if not shows(name):
        raise Invalid({"name": _("Say what others should call you. It need not be your real name.")})
    if len(name) > NAME_MAX:
        raise Invalid({"name": _("At most 60 characters, please.")})
    if "@" in name:
        # Pages show names to everybody.
        raise Invalid({"name": _("Choose a name, not an address: everybody can read it.")})
    return name


def check_language(code: str) -> str:
    """A language that pages are served in. Raises Invalid."""
    if code not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("Choose one of the languages in the list.")})
    return code


def check_time_zone(name: str) -> str:
    """A time zone by its IANA name. Raises Invalid."""
    if name not in zones():
        raise Invalid({"time_zone": _("Choose one of the time zones in the list.")})
    return name


def likely_time_zone(name: str) -> str:
    """What a browser said it lives in, or the default for what nobody can correct."""
    return name if name in zones() else DEFAULT_TIME_ZONE
