"""`manage.py community sweep` closes threads whose asker went silent; `community reconcile` mends counters."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from community.actions.lifecycle import close_silent
from community.actions.reconciling import reconcile
from core.times import iso_time


class Command(BaseCommand):
    help = "The community's periodic work: close what nobody confirmed, mend counters that drifted."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        sweep = jobs.add_parser("sweep", help="close answered threads whose asker has been silent for long")
        mend = jobs.add_parser("reconcile", help="count everything anew and mend what differs")
        for job in (sweep, mend):
            job.add_argument("--now", type=iso_time, help="as of this time (ISO), not the clock's")

    def handle(self, *args: Any, job: str, now: datetime | None = None, **options: Any) -> None:
        now = now or timezone.now()
        if job == "sweep":
            self.stdout.write(f"closed unconfirmed: {close_silent(now=now)}")
            return
        with tqdm(unit=" rows", disable=not sys.stderr.isatty()) as bar:
            drifts = reconcile(now=now, progress=bar.update)
        for drift in drifts:
            self.stdout.write(f"{drift.model} {drift.pk}: {drift.field} was {drift.told}, is {drift.counted}")
        self.stdout.write(f"mended: {len(drifts)}")
