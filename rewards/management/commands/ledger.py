"""`manage.py ledger verify` proves the books; `ledger export` writes them out."""

from __future__ import annotations

import csv
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from rewards.models import Entry
from rewards.rules import CREDIT
from rewards.verify import rows_to_check, verify

COLUMNS = (
    "transfer", "booked_on", "created_at", "kind", "reason", "key", "account", "member", "amount", "balance_after",
    "rules", "subject", "post", "thread", "reverses",
)  # fmt: skip


class Command(BaseCommand):
    help = "The books of the rewards programme: prove them, or write them out for a bookkeeper."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        check = jobs.add_parser("verify", help="check every transfer, balance and guard; exits 1 when one is wrong")
        check.add_argument("--json", action="store_true", help="print the result as JSON")
        export = jobs.add_parser("export", help="every entry as a line of CSV, amounts in credits")
        export.add_argument("--out", type=Path, help="write to this file, not to the screen")

    def handle(self, *args: Any, job: str, **options: Any) -> None:
        if job == "verify":
            self._verify(options["json"])
        else:
            self._export(options["out"])

    def _verify(self, as_json: bool) -> None:
        started = time.monotonic()
        with tqdm(total=rows_to_check(), unit=" rows", disable=None) as bar:
            report = verify(bar.update)
        seconds = time.monotonic() - started
        if as_json:
            self.stdout.write(json.dumps({"ok": report.ok, **asdict(report), "seconds": round(seconds, 2)}))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.check}: {fault.where}: {fault.what}")
            if report.fault_count > len(report.faults):
                self.stdout.write(f"and {report.fault_count - len(report.faults)} more")
            self.stdout.write(
                f"{report.transfers} transfers, {report.entries} entries, {report.accounts} accounts: "
                + ("all is well" if report.ok else f"{report.fault_count} wrong")
            )
        if not report.ok:
            sys.exit(1)

    def _export(self, out: Path | None) -> None:
        if out is None:
            write(self.stdout)
            return
        try:
            with out.open("w", newline="", encoding="utf-8") as file:
                write(file)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error


def write(file: Any | TextIO) -> None:
    """One line an entry, oldest first. Amounts in credits with three decimals; nobody is named."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    entries = Entry.objects.select_related("account", "transfer").order_by("pk")
    for entry in tqdm(entries.iterator(chunk_size=2_000), total=entries.count(), unit=" entries", disable=None):
        transfer = entry.transfer
        writer.writerow(
            [
                transfer.pk,
                transfer.booked_on.isoformat(),
                transfer.created_at.isoformat(),
                transfer.kind,
                transfer.reason,
                transfer.key,
                entry.account.kind,
                entry.account.member_id or "",
                in_credits(entry.amount),
                "" if entry.balance_after is None else in_credits(entry.balance_after),
                transfer.version_id or "",
                f"{transfer.subject_type} {transfer.subject_id}" if transfer.subject_id else "",
                transfer.post_id or "",
                transfer.thread_id or "",
                transfer.reverses_id or "",
            ]
        )


def in_credits(amount: int) -> str:
    """Exact, with a plain minus sign, for machines: "-40.000"."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // CREDIT}.{abs(amount) % CREDIT:03d}"
