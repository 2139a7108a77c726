"""How long `make run` takes until every part is usable: on a fresh clone, and the second time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import site
from tests.services import servers

LONGEST = 300  # seconds


def _start(folder: Path, port: int) -> tuple[float, float]:
    """Seconds until `/readyz` says 200, and until everything has stopped after SIGTERM."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("ENTRAIDE_DATA", "DJANGO_SETTINGS_MODULE")
    }
    environment |= {"PORT": str(port), "ENTRAIDE_DATA": str(folder / "var"), "ENTRAIDE_DEMO": "1"}
    began = time.monotonic()
    with (folder / "run.log").open("a") as log:
        process = subprocess.Popen(["make", "run"], cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            while time.monotonic() - began < LONGEST:
                if process.poll() is not None:
                    raise RuntimeError((folder / "run.log").read_text()[-2000:])
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                        if answer.status == 200:
                            break
                except (urllib.error.URLError, OSError):
                    pass
                time.sleep(0.05)
            ready = time.monotonic() - began
        finally:
            stopping = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    return ready, time.monotonic() - stopping


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="entraide-start-"))
    try:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(site.ROOT), str(clone)], check=True)
        port = servers.free_port()
        first, _stop = _start(clone, port)
        again = [_start(clone, port) for _ in range(3)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    second = sorted(ready for ready, _stop in again)[1]
    stop = max(stop for _ready, stop in again)
    site.table(
        "Start of a fresh clone, until /readyz says 200",
        [
            ("first start, s (installs, migrates, demo, index)", f"{first:.1f}"),
            ("second start, s (median of 3)", f"{second:.1f}"),
            ("stop by SIGTERM, s (longest of 3)", f"{stop:.1f}"),
        ],
        name="start",
        values={"first_s": round(first, 1), "second_s": round(second, 1), "stop_s": round(stop, 1)},
    )


if __name__ == "__main__":
    main()
