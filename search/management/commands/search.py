"""`manage.py search`: look something up, rebuild the index, check it, run its writer."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone
from tqdm import tqdm

from accounts.viewer import Viewer
from core.processes import die_with_parent
from core.times import iso_time
from search import counting, engines, find, writer
from search.check import Drift, check
from search.documents import SOURCES
from search.embedded.folder import Busy
from search.engine import Unavailable
from search.rebuild import rebuild, rebuild_cluster

# How a document of an engine can differ from the database's.
HOWS = ("missing", "stale", "extra")


class Command(BaseCommand):
    help = "The search index: ask it, make it anew, compare it with the database, keep it up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        query = jobs.add_parser("query", help="what somebody who is not signed in finds")
        query.add_argument("text")
        query.add_argument("--kind", action="append", choices=sorted(SOURCES), help="only this kind; may be repeated")
        query.add_argument("--product", type=int, help="only this product (its key) and those under it")
        query.add_argument("--solved", action="store_true", help="only what is solved")
        query.add_argument("--lang", default="en", help="the reader's language")
        query.add_argument("--page", type=int, default=1)
        query.add_argument("--json", action="store_true", dest="as_json")
        made = jobs.add_parser("rebuild", help="make the index anew beside the one in use, then swap")
        made.add_argument("--quiet", action="store_true", help="without a progress bar")
        made.add_argument("--engine", choices=[engines.EMBEDDED, engines.ELASTICSEARCH], help="only this one's")
        compared = jobs.add_parser("check", help="find what is missing, stale or too much; fails when something is")
        compared.add_argument("--mend", action="store_true", help="and have the writer put it right")
        compared.add_argument("--now", type=iso_time, help="accepted as by every periodic job; changes nothing here")
        compared.add_argument("--json", action="store_true", dest="as_json")
        forgotten = jobs.add_parser(
            "forget", help="take out counts of searches that are too rare or too old to be kept"
        )
        forgotten.add_argument("--now", type=iso_time, default=None, help="as of then (default: now)")
        jobs.add_parser("writer", help="write what changes to the index until stopped; only one may run")

    def handle(self, *args: Any, job: str, **options: Any) -> None:
        folder = Path(settings.SEARCH_INDEX_DIR)
        try:
            if job == "query":
                self._query(**options)
            elif job == "rebuild":
                self._rebuild(folder, progress=not options["quiet"] and sys.stderr.isatty(), only=options["engine"])
            elif job == "check":
                self._check(**options)
            elif job == "forget":
                phrases, counts = counting.forget(options["now"] or timezone.now())
                self.stdout.write(f"{phrases} phrases and {counts} counts forgotten")
            else:
                self._write(folder)
        except Unavailable as error:
            raise CommandError(f"The index cannot be used ({error}). Make it anew: manage.py search rebuild") from error
        except Busy as error:
            raise CommandError(f"Another process holds the {error} lock of {folder}: only one may run.") from error

    def _rebuild(self, folder: Path, *, progress: bool, only: str | None) -> None:
        cluster = engines.elastic()
        if only == engines.ELASTICSEARCH and cluster is None:
            raise CommandError("No cluster is set: ELASTICSEARCH_URL is empty.")
        if only != engines.ELASTICSEARCH:
            self.stdout.write(f"{rebuild(folder, progress=progress)} documents")
        if cluster and only != engines.EMBEDDED:
            try:
                made = rebuild_cluster(cluster, folder, progress=progress)
            except Unavailable as error:
                raise CommandError(f"The cluster's index could not be made: {error}") from error
            self.stdout.write(f"{made} documents on the cluster")

    def _query(self, *, text: str, as_json: bool, **options: Any) -> None:
        results = find.query(
            text=text,
            viewer=Viewer(),
            kinds=options["kind"],
            product=options["product"],
            solved=options["solved"] or None,
            lang=options["lang"],
            page=options["page"],
        )
        rows = [
            {
                "kind": hit.shown.kind,
                "id": hit.shown.object_id,
                "title": hit.shown.title,
                "lang": hit.shown.lang,
                "solved": hit.shown.solved,
                "url": hit.shown.url,
                "score": round(hit.score, 3),
                "snippet": str(hit.snippet),
            }
            for hit in results.hits
        ]
        if as_json:
            found = {"total": results.total, "about": results.about, "loosened": results.loosened, "hits": rows}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row['score']:>8}  {row['kind']:<8} {row['title']}  {row['url']}")
        self.stdout.write(f"{len(rows)} of {'many' if results.total is None else results.total}")

    def _check(self, *, mend: bool, as_json: bool, now: datetime | None = None, **options: Any) -> None:
        found: dict[str, Drift] = {}
        with tqdm(desc="documents", unit="", disable=None) as bar:
            for name, engine in engines.each().items():
                found[name] = check(engine, mend=mend, seen=bar.update)
        if as_json:
            self.stdout.write(json.dumps(_as_json(found, mend)))
        else:
            for name, drift in found.items():
                said = ", ".join(f"{how}: {len(getattr(drift, how))}" for how in HOWS)
                said = f"{name}: {said}" if len(found) > 1 else said
                self.stdout.write(f"{said}; handed to the writer" if drift and mend else said)
        if any(found.values()) and not mend:
            sys.exit(1)

    def _write(self, folder: Path) -> None:
        die_with_parent()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, _stop)
        try:
            writer.run(folder)
        except SystemExit:
            connections.close_all()
            # Nothing is left to do, and taking the interpreter down would cost seconds on a busy machine.
            os._exit(0)


def _as_json(found: dict[str, Drift], mended: bool) -> dict[str, object]:
    """Keys that differ in any engine, and where there are several, those of each."""
    of = {
        name: {how: [f"{kind}:{pk}" for kind, pk in getattr(drift, how)] for how in HOWS}
        for name, drift in found.items()
    }
    said: dict[str, object] = {how: list(dict.fromkeys(chain(*(each[how] for each in of.values())))) for how in HOWS}
    said["mended"] = mended
    if len(of) > 1:
        said["engines"] = of
    return said


def _stop(number: int, frame: object) -> None:
    """At once, wherever it is: what was not committed stays in the outbox."""
    raise SystemExit(0)
