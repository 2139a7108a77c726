"""Which processes of a product that a test started still run, and waiting for what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def of(data: Path) -> dict[int, str]:
    """The processes whose data folder this is, with their command lines; a zombie is none."""
    wanted = f"ENTRAIDE_DATA={data}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue  # it ended while we looked
    return found


def until(true: Callable[[], object], seconds: float = 60, why: str = "it did not happen in time") -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why
        time.sleep(0.05)
