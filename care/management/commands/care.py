"""`manage.py care sweep [--now ISO-TIME]`: promises that have run out become cases (and silence, an end)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from care.actions.sweep import close_silent, sweep


class Command(BaseCommand):
    help = "Open a case for every thread whose promise has run out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", choices=["sweep"])
        parser.add_argument("--now", default="", help="As of this time: 2026-03-10T14:00:00+01:00 (default: now)")

    def handle(self, *args: Any, job: str, now: str, **options: Any) -> None:
        at = self._time(now)
        opened, closed = sweep(now=at), close_silent(now=at)
        self.stdout.write(f"Cases opened: {opened}; closed after silence: {closed}")

    def _time(self, text: str) -> datetime:
        if not text:
            return timezone.now()
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"--now: {text!r} is no ISO time.") from error
        return at if at.tzinfo else timezone.make_aware(at)
