"""`manage.py kb publish-scheduled [--now ISO-TIME]`: what editors timed goes live, or expires."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kb.clock import as_of


class Command(BaseCommand):
    help = "Publish the articles whose time has come, and take down those whose time is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", choices=["publish-scheduled"])
        parser.add_argument("--now", default="", help="When it is said to have happened (default: now)")

    def handle(self, *args: Any, job: str, now: str, **options: Any) -> None:
        """Wagtail asks the clock itself for what is due; `--now` is what readers' notices and events say."""
        with as_of(self._time(now)):
            call_command("publish_scheduled", stdout=self.stdout)

    def _time(self, text: str) -> datetime:
        if not text:
            return timezone.now()
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"--now: {text!r} is no ISO time.") from error
        return at if at.tzinfo else timezone.make_aware(at)
