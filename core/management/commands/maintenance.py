"""`manage.py maintenance on [--minutes N] | off`: close the site to readers, and open it again."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from core.maintenance import Switch


class Command(BaseCommand):
    help = "Close the site to everybody (503, with a page that says so), or open it again."
    # The database may be what is worked on.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=("on", "off"))
        parser.add_argument("--minutes", type=int, help="How long it should take; the page says until when.")

    def handle(self, *args: Any, state: str, minutes: int | None, **options: Any) -> None:
        switch = Switch(settings.DATA)
        if state == "off":
            switch.turn_off()
            self.stdout.write("The site is open.")
            return
        until = timezone.now() + timedelta(minutes=minutes) if minutes else None
        switch.turn_on(until)
        self.stdout.write("The site is closed: every page answers 503. `maintenance off` opens it again.")
