"""`manage.py ledger verify` proves the books, `ledger export` writes them out, `ledger seal` seals what is new."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from core.times import iso_time
from rewards import export
from rewards.actions.sealing import seal_new, unsealed_count
from rewards.verify import rows_to_check, verify


class Command(BaseCommand):
    help = "The books of the rewards programme: prove them, seal them, or write them out for a bookkeeper."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        check = jobs.add_parser("verify", help="check every transfer, balance, lot, seal and guard; exits 1 on a fault")
        check.add_argument("--json", action="store_true", help="print the result as JSON")
        check.add_argument(
            "--seal", type=_known, metavar="NUMBER:DIGEST", help="a seal's digest as it was written down elsewhere"
        )
        write = jobs.add_parser("export", help="every entry as a line of CSV, amounts in credits")
        write.add_argument("--out", type=Path, help="write to this file, not to the screen")
        seal = jobs.add_parser("seal", help="seal the transfers that are not sealed yet")
        seal.add_argument("--now", type=iso_time, help="as of this time (ISO), not the clock's")

    def handle(self, *args: Any, job: str, **options: Any) -> None:
        if job == "verify":
            self._verify(options["json"], options.get("seal"))
        elif job == "seal":
            self._seal(options.get("now") or timezone.now())
        else:
            self._export(options["out"])

    def _verify(self, as_json: bool, known: tuple[int, str] | None) -> None:
        started = time.monotonic()
        with tqdm(total=rows_to_check(), unit=" rows", disable=None) as bar:
            report = verify(bar.update, known=known)
        seconds = time.monotonic() - started
        if as_json:
            self.stdout.write(json.dumps({"ok": report.ok, **asdict(report), "seconds": round(seconds, 2)}))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.check}: {fault.where}: {fault.what}")
            if report.fault_count > len(report.faults):
                self.stdout.write(f"and {report.fault_count - len(report.faults)} more")
            self.stdout.write(
                f"{report.transfers} transfers ({report.sealed} sealed), {report.entries} entries, "
                f"{report.accounts} accounts, {report.lots} lots: "
                + ("all is well" if report.ok else f"{report.fault_count} wrong")
            )
            if report.seals:
                self.stdout.write(f"last seal: {report.seals}:{report.digest}")
        if not report.ok:
            sys.exit(1)

    def _seal(self, now: datetime) -> None:
        with tqdm(total=unsealed_count(), unit=" transfers", disable=None) as bar:
            made = seal_new(now=now, progress=bar.update)
        self.stdout.write(f"sealed: {sum(seal.count for seal in made)}")
        if made:
            self.stdout.write(f"last seal: {made[-1].number}:{made[-1].digest}")

    def _export(self, out: Path | None) -> None:
        if out is None:
            export.write(self.stdout)
            return
        try:
            with out.open("w", newline="", encoding="utf-8") as file:
                export.write(file)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error


def _known(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is no seal, as 12:9f86d0… with 64 digits is")
    return int(number), digest
