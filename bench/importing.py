"""How fast `import_threads` is, on an empty SQLite database, and how long a second run takes."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from bench import site


def _write_what_waits() -> None:
    """Run the index's writer until its outbox is empty, as it is on a site that has been up for a while."""
    database = Path(site.environment()["ENTRAIDE_DATA"]) / "entraide.sqlite3"
    writer = subprocess.Popen(
        [sys.executable, "manage.py", "search", "writer"], cwd=site.ROOT, env=os.environ | site.environment()
    )
    try:
        with sqlite3.connect(database) as rows:
            while rows.execute("SELECT count(*) FROM search_change").fetchone()[0]:
                time.sleep(0.5)
    finally:
        writer.terminate()
        writer.wait(30)


def main() -> None:
    folder = site.data_folder()
    assert folder is not None
    shutil.rmtree(Path(site.environment()["ENTRAIDE_DATA"]), ignore_errors=True)
    site.manage("migrate", "--verbosity", "0")
    first = json.loads(site.manage("import_threads", str(folder / "threads.jsonl.gz"), "--json").stdout)
    again = json.loads(site.manage("import_threads", str(folder / "threads.jsonl.gz"), "--json").stdout)
    site.table(
        "Import of real threads (SQLite)",
        [
            ("threads, posts, members", f"{first['threads']:,}, {first['posts']:,}, {first['members']:,}"),
            ("seconds", f"{first['seconds']}"),
            ("posts per second", f"{first['posts_per_second']:,}"),
            ("lines rejected", f"{first['rejected']}"),
            ("run again: new threads, seconds", f"{again['threads']}, {again['seconds']}"),
        ],
        name="import",
        values={"first": first, "again": again},
    )
    # What the other benches stand on: an index with nothing left to write, and static files.
    site.manage("search", "rebuild")
    _write_what_waits()
    site.manage("collectstatic", "--noinput", "--verbosity", "0")


if __name__ == "__main__":
    main()
