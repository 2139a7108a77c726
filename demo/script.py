"""The demo's content as plain values: who said what, and when."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.hours import Hours

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("en", "fr")
# Where the demo's people live.
ZONE = ZoneInfo("Europe/Paris")
_SPAN = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_AT = re.compile(r"(\d+)d (\d\d):(\d\d)")
_STEP = timedelta(minutes=15)


def span(text: str) -> timedelta:
    """`"1d 2h 30m"` as a duration. Raises ValueError for anything else."""
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip():
        raise ValueError(f"no duration: {text!r}")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})


def moment(text: str, now: datetime, hours: Hours) -> datetime:
    """A time before `now`, in UTC: `"5h"` ago, `"12d 18:40"` by the clock on that day, or `"desk 10h"`.

    The last counts the hours in which the desk was open, so that what is due at the desk is due at any hour and on
    any day of the week. Raises ValueError for anything else.
    """
    if text.startswith("desk "):
        return _desk_time_ago(span(text.removeprefix("desk ")), now, hours)
    if found := _AT.fullmatch(text):
        days, hour, minute = map(int, found.groups())
        if not days:
            raise ValueError(f"this may lie in the future: {text!r}")
        day = now.astimezone(ZONE).date() - timedelta(days=days)
        return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)
    return now - span(text)


def _desk_time_ago(opened: timedelta, now: datetime, hours: Hours) -> datetime:
    """The latest quarter of an hour since which the desk was open for so long."""
    at = now
    while hours.business_between(at, now) < opened:
        at -= _STEP
    return at


def read(name: str) -> dict[str, Any]:
    """One file of content."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def threads() -> list[dict[str, Any]]:
    """Every thread with the language it is written in: its file's, unless it says so itself."""
    return [
        {"lang": path.stem.rpartition(".")[2], **thread}
        for path in sorted((CONTENT / "threads").glob("*.toml"))
        for thread in read(f"threads/{path.stem}")["thread"]
    ]


def articles() -> list[dict[str, Any]]:
    """Every help article, with its section."""
    return [
        {"section": content["section"], **article}
        for path in sorted((CONTENT / "articles").glob("*.toml"))
        for content in [read(f"articles/{path.stem}")]
        for article in content["article"]
    ]
