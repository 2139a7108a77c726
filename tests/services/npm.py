"""Programs of npm's registry that tests and benchmarks use, each of one version, kept outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


class Missing(Exception):
    """Which service is not there, in words."""


def installed(package: str, version: str, within: str) -> Path:
    """The path within the package, which is installed on first use. Raises Missing."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "entraide"
    folder = home / f"{package}-{version}"
    found = folder / "node_modules" / package / within
    if found.exists():
        return found
    npm = shutil.which("npm")
    if npm is None:
        raise Missing(f"{package} is not installed, and neither is npm, which would bring it (npm)")
    folder.mkdir(parents=True, exist_ok=True)
    # A package's own scripts would fetch more than the package.
    words = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run([*words, f"{package}@{version}"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode or not found.exists():
        raise Missing(f"{package} could not be installed by npm: {done.stderr.strip()[-300:]}")
    return found
