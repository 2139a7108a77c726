"""`make check`: everything that can be known of the code without running it. All checks run; any failure is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polib

BASE_DIR = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PARTS = (
    "accounts",
    "care",
    "community",
    "config",
    "core",
    "demo",
    "events",
    "kb",
    "notifications",
    "rewards",
    "search",
)
LOCALES = ("fr",)


def main() -> int:
    os.chdir(BASE_DIR)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    checks: dict[str, Callable[[], bool]] = {
        "lint": lambda: _run(BIN / "ruff", "check", "--quiet", "."),
        "format": lambda: _run(BIN / "ruff", "format", "--check", "--quiet", "."),
        "types": lambda: _run(BIN / "mypy"),
        "imports": lambda: _run(BIN / "lint-imports", "--no-cache"),
        "migrations": lambda: _run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"),
        "templates": lambda: _run(BIN / "djlint", "--lint", "--quiet", "."),
        "catalogues": _catalogues,
    }
    failed = []

    def run(*names: str) -> None:
        for name in names:
            print(f"{name} …\n", end="", flush=True)  # at once, as two write here
            if not checks[name]():
                failed.append(name)

    # Reading the types takes as long as all others.
    with ThreadPoolExecutor() as side:
        types = side.submit(run, "types")
        run(*(name for name in checks if name != "types"))
        types.result()
    print(f"failed: {', '.join(failed)}" if failed else "all checks pass")
    return 1 if failed else 0


def _run(*words: object, cwd: Path = BASE_DIR) -> bool:
    """Run a command; its output is shown only when it fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


def _catalogues() -> bool:
    """Whether each catalogue has every string of the sources, translated, and compiles."""
    if shutil.which("xgettext") is None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            print("gettext is not installed")
            return False
        print("left out: gettext is not installed")
        return True
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in (*PARTS, "templates", "locale"):
            if (BASE_DIR / name).exists():
                shutil.copytree(BASE_DIR / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        shutil.copy(BASE_DIR / "manage.py", copy)
        locales = [word for code in LOCALES for word in ("-l", code)]
        if not _run(sys.executable, "manage.py", "makemessages", "--no-obsolete", "--no-wrap", *locales, cwd=copy):
            return False
        for code in LOCALES:
            path = Path("locale") / code / "LC_MESSAGES" / "django.po"
            if not (BASE_DIR / path).exists():
                problems.append(f"{path} is missing")
                continue
            problems += _compare(path, polib.pofile(str(BASE_DIR / path)), polib.pofile(str(copy / path)))
            polib.pofile(str(BASE_DIR / path)).save_as_mofile(str((BASE_DIR / path).with_suffix(".mo")))
    for problem in problems[:40]:
        print(problem)
    if len(problems) > 40:
        print(f"… and {len(problems) - 40} more")
    return not problems


def _compare(path: Path, kept: polib.POFile, made: polib.POFile) -> list[str]:
    """What is wrong with a catalogue, beside the one that the sources would make now."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in kept if not entry.obsolete}
    wanted = {(entry.msgctxt, entry.msgid) for entry in made if not entry.obsolete}
    problems = [f"{path}: not in the catalogue: {msgid!r}" for _c, msgid in sorted(wanted - known.keys(), key=str)]
    problems += [f"{path}: no longer used: {msgid!r}" for _c, msgid in sorted(known.keys() - wanted, key=str)]
    for entry in known.values():
        if entry.fuzzy:
            problems.append(f"{path}: to be looked at again (fuzzy): {entry.msgid!r}")
        elif not entry.translated():
            problems.append(f"{path}: not translated: {entry.msgid!r}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
