"""`manage.py import_threads FILE`: threads from an export, as a stream, as often as one likes."""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from argparse import ArgumentParser
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from accounts.viewer import Viewer
from community.actions.importing import Imported, Origin, import_batch, known_keys
from community.imports import ReadThread, Unusable, leave_interrupts, read_line, read_lines

BATCH_POSTS = 1_500
# A line longer than this is not a thread, and reading it whole could exhaust memory. Bytes.
LINE_MOST = 32 * 1024 * 1024


class Command(BaseCommand):
    help = "Import threads from a file of one JSON object a line, plain or gzipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--source", default="import", help="name of where the threads come from")
        parser.add_argument("--licence", default="", help="licence of the text, where a line names none")
        parser.add_argument("--url", default="", help="address of a thread there, with {id} for its key")
        parser.add_argument("--with-credits", action="store_true", help="accepted answers earn credits")
        parser.add_argument("--escalate", action="store_true", help="promise a person where nobody answered")
        parser.add_argument("--rejects", type=Path, help="where unusable lines go, with the reason")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        run = _Run(options, now=timezone.now())
        try:
            with _open(options["file"]) as (stream, size):
                run.read(stream, size)
        except KeyboardInterrupt:
            run.interrupted = True
        except (OSError, EOFError) as error:
            run.failed = str(error) or type(error).__name__
        finally:
            run.close()
        summary = run.summary()
        if options["json"]:
            self.stdout.write(json.dumps(summary))
        else:
            for line in run.words(summary):
                self.stdout.write(line)
        if run.failed:
            raise CommandError(
                f"{options['file']}: {run.failed}. What was read before is imported; run it again to go on."
            )
        if run.interrupted:
            raise CommandError("Interrupted. Run it again to go on where it stopped.", returncode=130)


class _open:
    """The bytes of a file, unpacked, and its size on disk (None for standard input)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> tuple[tuple[BinaryIO, BinaryIO], int | None]:
        raw: BinaryIO
        if self.name == "-":
            raw, size = sys.stdin.buffer, None
        else:
            path = Path(self.name)
            raw, size = path.open("rb"), path.stat().st_size
        self.raw = raw
        packed = raw.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined]
        return (gzip.open(raw) if packed else raw, raw), size  # type: ignore[return-value]

    def __exit__(self, *error: object) -> None:
        if self.name != "-":
            self.raw.close()


class _Run:
    def __init__(self, options: dict[str, Any], *, now: datetime) -> None:
        self.options = options
        self.now = now
        self.origin = Origin(source=options["source"], licence=options["licence"], url=options["url"])
        self.total = Imported()
        self.lines = self.rejected = 0
        self.interrupted = False
        self.failed = ""
        self.started = time.monotonic()
        self.rejects_path: Path = options["rejects"] or settings.DATA / "rejects" / (
            f"{Path(options['file']).name if options['file'] != '-' else 'stdin'}.rejects.jsonl"
        )
        self.rejects: Any = None

    def read(self, streams: tuple[BinaryIO, BinaryIO], size: int | None) -> None:
        """Batches go through other processes, where HTML is converted, and come back in order to be written here."""
        stream, raw = streams
        converting: deque[Future[list[tuple[int, str, ReadThread | str]]]] = deque()
        others = max(1, (os.cpu_count() or 1) - 1)
        pool = ProcessPoolExecutor(others, mp_context=get_context("spawn"), initializer=leave_interrupts)
        bar = tqdm(total=size, unit="B", unit_scale=True, file=sys.stderr, disable=None, mininterval=0.5)
        try:
            for rows in self._batches(stream):
                converting.append(pool.submit(read_lines, rows, now=self.now))
                while len(converting) > others + 1:
                    self._take(converting.popleft().result())
                if size:
                    bar.update(raw.tell() - bar.n)
                bar.set_postfix_str(f"{self.total.threads} threads, {self.rejected} rejected")
            while converting:
                self._take(converting.popleft().result())
        finally:
            pool.shutdown(cancel_futures=True)
            bar.close()

    def _batches(self, stream: BinaryIO) -> Iterator[list[tuple[int, str]]]:
        """Lines that are new here, some posts at a time: converting known threads again would cost as much as new."""
        batch: dict[str, tuple[int, str]] = {}
        posts = 0
        for number, text in self._lines(stream):
            try:
                line = read_line(text)
            except Unusable as error:
                self._reject(number, text, str(error))
                continue
            if line.external_id in batch:
                self.total.known += 1
                continue
            batch[line.external_id] = (number, text)
            posts += line.posts
            if posts >= BATCH_POSTS:
                yield self._new(batch)
                batch, posts = {}, 0
        yield self._new(batch)

    def _new(self, batch: dict[str, tuple[int, str]]) -> list[tuple[int, str]]:
        known = known_keys(batch, origin=self.origin)
        self.total.known += len(known)
        return [row for key, row in batch.items() if key not in known]

    def _lines(self, stream: BinaryIO) -> Iterator[tuple[int, str]]:
        """Each line with its number; blank ones are passed over, ones too long or not UTF-8 rejected."""
        while line := stream.readline(LINE_MOST + 1):
            self.lines += 1
            if len(line) > LINE_MOST:
                self._reject(self.lines, line[:200].decode(errors="replace"), "longer than 32 MB")
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LINE_MOST)
                continue
            if not line.strip():
                continue
            try:
                yield self.lines, line.decode("utf-8-sig" if self.lines == 1 else "utf-8")
            except UnicodeDecodeError:
                self._reject(self.lines, line.decode(errors="replace"), "not UTF-8")

    def _take(self, rows: list[tuple[int, str, ReadThread | str]]) -> None:
        new: list[tuple[int, str, ReadThread]] = []
        for number, text, read in rows:
            if isinstance(read, str):
                self._reject(number, text, read)
            else:
                new.append((number, text, read))
        self._write(new)

    def _write(self, batch: list[tuple[int, str, ReadThread]]) -> None:
        if not batch:
            return
        try:
            self._import([thread for _, _, thread in batch])
        except (DatabaseError, ValueError) as error:
            if len(batch) == 1:
                number, line, _thread = batch[0]
                self._reject(number, line, f"the database refused it: {error}")
                return
            # One thread of these is the culprit: the others must not wait for it.
            for row in batch:
                self._write([row])

    def _import(self, threads: list[ReadThread]) -> None:
        done = import_batch(
            threads=threads,
            origin=self.origin,
            by=Viewer.system(),
            now=self.now,
            with_credits=self.options["with_credits"],
            escalate=self.options["escalate"],
        )
        for name in ("threads", "posts", "members", "acceptances", "known"):
            setattr(self.total, name, getattr(self.total, name) + getattr(done, name))

    def _reject(self, number: int, line: str, reason: str) -> None:
        self.rejected += 1
        if self.rejects is None:
            self.rejects_path.parent.mkdir(parents=True, exist_ok=True)
            self.rejects = self.rejects_path.open("w", encoding="utf-8", errors="replace")
        row = {"line": number, "reason": reason, "text": line.rstrip("\n")}
        self.rejects.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        if self.rejects is not None:
            self.rejects.close()

    def summary(self) -> dict[str, Any]:
        seconds = time.monotonic() - self.started
        return {
            "lines": self.lines,
            "threads": self.total.threads,
            "posts": self.total.posts,
            "members": self.total.members,
            "acceptances": self.total.acceptances,
            "known": self.total.known,
            "rejected": self.rejected,
            "rejects": str(self.rejects_path) if self.rejected else None,
            "seconds": round(seconds, 2),
            "posts_per_second": round(self.total.posts / seconds) if seconds else None,
        }

    def words(self, summary: dict[str, Any]) -> Iterator[str]:
        yield (
            f"{summary['threads']} threads with {summary['posts']} posts by {summary['members']} new members imported "
            f"in {summary['seconds']} s ({summary['posts_per_second']} posts/s); "
            f"{summary['acceptances']} accepted answers."
        )
        if summary["known"]:
            yield f"{summary['known']} were here already and stayed as they are."
        if summary["rejected"]:
            yield f"{summary['rejected']} lines could not be used; each is in {summary['rejects']} with its reason."
            with self.rejects_path.open(encoding="utf-8") as rejects:
                for _, line in zip(range(5), rejects, strict=False):
                    row = json.loads(line)
                    yield f"  line {row['line']}: {row['reason'][:160]}"
