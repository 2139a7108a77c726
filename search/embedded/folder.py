"""Where an index lies on disk, and who may write to it.

    index/
        current            -> v1-0f3a…        a link, replaced in one step
        v1-0f3a…/          Tantivy's files
        writer.lock        held by the one writer as long as it lives
        rebuild.lock       shared by the writer during a batch, alone by a rebuild

Locks are the kernel's: a process that dies lets go of them.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Raise it when the schema or the analysis changes: an index of another version counts as missing.
VERSION = 4


class Busy(Exception):
    """Another process holds the lock."""


def current(folder: Path) -> Path | None:
    """The generation in use, if there is one of this version."""
    try:
        name = os.readlink(folder / "current")  # noqa: PTH115 - its text is all that is needed, on every search
    except OSError:
        return None
    return folder / name if name.startswith(f"v{VERSION}-") else None


def fresh(folder: Path) -> Path:
    """An empty folder for a new generation."""
    made = folder / f"v{VERSION}-{secrets.token_hex(6)}"
    made.mkdir(parents=True)
    return made


def swap(folder: Path, generation: Path) -> None:
    """Put a finished generation to use, in one step."""
    link = folder / f"next-{secrets.token_hex(6)}"
    link.symlink_to(generation.name)
    link.replace(folder / "current")


def tidy(folder: Path) -> None:
    """Remove all generations but the one in use. Only while nobody writes; readers keep what they opened."""
    keep = current(folder)
    for path in folder.glob("v*-*"):
        if path != keep and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob("next-*"):
        path.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, name: str, *, shared: bool = False) -> Iterator[None]:
    """Hold `<name>.lock`. Raises Busy at once when another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(name) from error
        yield
    finally:
        os.close(handle)
