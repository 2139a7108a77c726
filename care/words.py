"""Opening hours and business time in words, in the page's language."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.hours import Hours, Interval


def opening_hours(hours: Hours) -> str:
    """Like "Monday to Friday, 9:00 to 12:30 and 13:30 to 18:00; Saturday, 9:00 to 12:00"."""
    said: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and hours.week[last + 1] == hours.week[day]:
            last += 1
        if hours.week[day]:
            said.append(
                _("%(days)s, %(times)s")
                % {"days": _days(day, last), "times": _and([_times(i) for i in hours.week[day]])}
            )
        day = last + 1
    return "; ".join(said)


def _days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    if last == first + 1:
        return _and([str(WEEKDAYS[first]), str(WEEKDAYS[last])])
    return _("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}


def _times(interval: Interval) -> str:
    opens, closes = (_time(time(minutes // 60 % 24, minutes % 60)) for minutes in interval)
    return _("%(opens)s to %(closes)s") % {"opens": opens, "closes": closes}


def _time(at: time) -> str:
    if at.minute:
        return formats.time_format(at, "TIME_FORMAT")
    # Translators: how Django's date format writes a full hour, like "9:00" in English, "9 h" in French.
    return formats.time_format(at, pgettext("full hour", "G:i"))


def _and(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return _("%(these)s and %(last)s") % {"these": ", ".join(parts[:-1]), "last": parts[-1]}


def duration(span: timedelta) -> str:
    """Business time, like "4 h 18" or "12 min"; longer than two working days in hours alone."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    if minutes >= 16 * 60:
        return _("%(hours)d h") % {"hours": minutes // 60}
    return _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
