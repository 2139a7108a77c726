"""`manage.py demo load`: fill an empty site with the demo community."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from core.errors import Refused
from demo.actions.loading import load


class Command(BaseCommand):
    help = "The demo community: a small mobile operator, in French and English."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["load"])
        parser.add_argument("--now", type=datetime.fromisoformat, default=None, help="tell the story up to this time")

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or timezone.now()
        with tqdm(desc="Demo community", unit="", file=sys.stderr, disable=None, mininterval=0.3) as bar:
            try:
                load(now=now, progress=lambda _what: bar.update())
            except Refused as error:
                raise CommandError(str(error.reason)) from None
