"""`manage.py core worker` runs the background worker; `core reconcile` mends the queue; `core icons` draws."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core.pictures import draw_icons
from core.reconcile import reconcile
from core.times import iso_time
from core.worker import work


class Command(BaseCommand):
    help = "Background work: run it, or mend what a lost delivery left behind."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        jobs.add_parser("worker", help="run background tasks and periodic jobs until stopped")
        mend = jobs.add_parser("reconcile", help="deliver lost tasks again, give back lost runs, remove old ones")
        mend.add_argument("--now", type=iso_time, help="as of this time (ISO), not the clock's")
        jobs.add_parser("icons", help="draw the product's own icons anew, into static/")

    def handle(self, *args: Any, job: str, now: datetime | None = None, **options: Any) -> None:
        if job == "worker":
            work()
            return
        if job == "icons":
            draw_icons(Path(settings.STATICFILES_DIRS[0]))
            return
        mended = reconcile(now or timezone.now())
        self.stdout.write(
            f"given back: {mended.given_back}, delivered again: {mended.redelivered}, removed: {mended.pruned}"
        )
