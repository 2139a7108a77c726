"""Opening hours and business time in words, in the page's language."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.hours import Hours, Interval
from core.text import listed

# From this hour of the reader's clock on it is "tonight".
EVENING = 18


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
                % {"days": _days(day, last), "times": listed([_times(i) for i in hours.week[day]])}
            )
        day = last + 1
    return "; ".join(said)


def _days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    if last == first + 1:
        return listed([str(WEEKDAYS[first]), str(WEEKDAYS[last])])
    return _("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}


def _times(interval: Interval) -> str:
    opens, closes = (_time(time(minutes // 60 % 24, minutes % 60)) for minutes in interval)
    return _("%(opens)s to %(closes)s") % {"opens": opens, "closes": closes}


def _time(at: time) -> str:
    if at.minute:
        return formats.time_format(at, "TIME_FORMAT")
    # Translators: how Django's date format writes a full hour, like "9:00" in English, "9 h" in French.
    return formats.time_format(at, pgettext("full hour", "G:i"))


def duration(span: timedelta) -> str:
    """Business time, like "4 h 18" or "12 min", not broken over lines; longer than two working days in hours alone."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 60:
        said = ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    elif minutes >= 16 * 60:
        said = _("%(hours)d h") % {"hours": minutes // 60}
    else:
        said = _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def desk_state(hours: Hours, now: datetime) -> str:
    """Who answers at this moment, in a sentence: members always, the desk until or from when."""
    closes = hours.closes_at(now)
    if hours.is_open(now) and closes is not None:
        return _("Members answer at any hour; the desk is open until %(time)s.") % {"time": clock(closes)}
    opens, today = timezone.localtime(hours.next_opening(now)), timezone.localtime(now)
    days = (opens.date() - today.date()).days
    values = {"time": clock(opens), "day": WEEKDAYS[opens.weekday()]}
    if days == 0:
        return _("Members answer at any hour; the desk opens at %(time)s.") % values
    if days > 1:
        return _("Members answer at any hour; the desk opens on %(day)s at %(time)s.") % values
    if today.hour >= EVENING:
        return _("Members answer tonight; the desk opens tomorrow at %(time)s.") % values
    return _("Members answer at any hour; the desk opens tomorrow at %(time)s.") % values


def clock(at: datetime) -> str:
    """The hour by the reader's clock: "18:00"."""
    return _time(timezone.localtime(at).time())
