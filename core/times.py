"""Times as people and programs write them on a command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time


def iso_time(text: str) -> datetime:
    """`2026-03-10T10:00:00Z` as a time in UTC; one without a zone is UTC. Raises ArgumentTypeError with the reason."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no ISO time, as 2026-03-10T10:00:00Z is") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def noon(day: date) -> str:
    """A day as an ISO time that is on that day nearly everywhere."""
    return datetime.combine(day, time(12), UTC).isoformat()
