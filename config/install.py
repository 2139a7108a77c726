"""Puts the locked dependencies into `.venv` and goes on in it. Stands on the standard library alone.

`python3 config/install.py requirements.txt -m config.run`: what follows the file is given to the environment's
Python, which takes this process's place. A second call with an unchanged file installs nothing.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Entraide needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    signal.signal(signal.SIGTERM, _stop)
    requirements, *then = sys.argv[1:]
    try:
        _install(BASE_DIR / requirements)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    if then:
        os.chdir(BASE_DIR)
        os.execv(PYTHON, [str(PYTHON), *then])


def _install(file: Path) -> None:
    stamp = VENV / f".installed-{file.stem}"
    wanted = hashlib.sha256(file.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        print("Making .venv …", flush=True)
        if _run([sys.executable, "-m", "venv", str(VENV)]):
            sys.exit("Python could not make .venv: on Debian and Ubuntu, install the package python3-venv.")
    print(f"Installing the dependencies locked in {file.name} …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(file)]):
        sys.exit("The dependencies could not be installed; pip says why above.")
    stamp.write_text(wanted)


def _run(command: list[str]) -> int:
    """Run a command to its end, and end it when this process is told to end."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
