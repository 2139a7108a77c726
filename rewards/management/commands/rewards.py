"""`manage.py rewards settle` settles what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from core.times import iso_time
from rewards.actions.settling import settle_due
from rewards.ledger import booked_on
from rewards.models import Hold


class Command(BaseCommand):
    help = "The rewards programme's periodic work."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        settle = jobs.add_parser("settle", help="settle the pending credits whose hold is over")
        settle.add_argument("--now", type=iso_time, help="as of this time (ISO), not the clock's")

    def handle(self, *args: Any, job: str, now: datetime | None = None, **options: Any) -> None:
        now = now or timezone.now()
        with tqdm(total=Hold.objects.due(booked_on(now)).count(), unit=" awards", disable=None) as bar:
            settled = settle_due(now=now, progress=bar.update)
        self.stdout.write(f"settled: {settled}")
