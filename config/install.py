"""Puts the locked dependencies into `.venv` and goes on in it. Stands on the standard library alone.

`python3 config/install.py requirements.txt -m config.run`: what follows the file is given to the environment's
Python, which takes this process's place. A second call with an unchanged file installs nothing.

uv does it in a tenth of pip's time. Where it cannot be had, or does not reach what pip is set to reach, pip does it.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
UV = BASE_DIR / "requirements-uv.txt"
LOCKED = ["--quiet", "--require-hashes", "--only-binary", ":all:", "-r"]
# Where pip is told of other places than the usual one, uv is not asked: it reads none of pip's settings.
ELSEWHERE = re.compile(r"\.(extra-)?index-url=|\.no-index=|\.proxy=")


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
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if not _by_uv(pip, file) and _run([*pip, "install", *LOCKED, str(file)]):
        sys.exit("The dependencies could not be installed; pip says why above.")
    stamp.write_text(wanted)


def _by_uv(pip: list[str], file: Path) -> bool:
    """Whether uv installed it. What it says when it cannot is not shown: pip tries next."""
    settings = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if settings.returncode or ELSEWHERE.search(settings.stdout):
        return False
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), *LOCKED, str(file)]
    # What is compiled now, by all processors, need not be at the start; a hard link would tie .venv to uv's cache.
    usual = {"UV_COMPILE_BYTECODE": "1", "UV_LINK_MODE": "copy", "UV_HTTP_RETRIES": "1", "UV_HTTP_CONNECT_TIMEOUT": "5"}
    if certificates := os.environ.get("PIP_CERT"):
        usual["SSL_CERT_FILE"] = certificates
    try:
        if _run([*pip, "install", *LOCKED, str(UV)], quietly=True):
            return False
        return not _run(uv, quietly=True, environment=usual | os.environ)
    except OSError:  # no program in it for this machine
        return False


def _run(command: list[str], *, quietly: bool = False, environment: dict[str, str] | None = None) -> int:
    """Run a command to its end, and end it when this process is told to end."""
    said = subprocess.DEVNULL if quietly else None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment)
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
