"""The installation that is measured: its own data folder, with the real threads imported once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"


def data_folder() -> Path | None:
    """Where the real threads are, or None."""
    folder = Path(os.environ.get("DATA") or ROOT.parent / "shared" / "data")
    return folder if (folder / "threads.jsonl.gz").exists() else None


def environment() -> dict[str, str]:
    """A data folder of the bench's own, and no demo, so that the real threads are all there is."""
    return {
        "ENTRAIDE_DATA": os.environ.get("BENCH_DATA") or str(OUT / "site"),
        "ENTRAIDE_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def manage(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a management command on the measured installation. Raises CalledProcessError."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=os.environ | environment(), check=True, text=True, stdout=subprocess.PIPE, **more,
    )  # fmt: skip


def table(title: str, rows: list[tuple[str, str]], *, name: str, values: dict[str, Any]) -> None:
    """Print figures as a table and keep them as JSON."""
    width = max(len(row[0]) for row in rows)
    print(f"\n{title}")
    for label, value in rows:
        print(f"  {label:<{width}}  {value}")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(values, indent=2) + "\n")
