"""Closing the whole site for a while: one file in the data folder says so, and until when."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

NAME = "maintenance"


class Switch:
    """`Switch(folder)`: on while the file is there. All processes see it at once; it outlives a restart."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def is_on(self) -> bool:
        return self.path.exists()

    def until(self) -> datetime | None:
        """When it should be over, if somebody said so."""
        with contextlib.suppress(OSError, ValueError):
            return datetime.fromisoformat(self.path.read_text().strip())
        return None

    def turn_on(self, until: datetime | None) -> None:
        self.path.write_text(until.isoformat() if until else "")

    def turn_off(self) -> None:
        self.path.unlink(missing_ok=True)
