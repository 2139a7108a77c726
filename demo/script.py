"""The demo's content as plain values: who said what, and how long ago."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("en", "fr")
_SPAN = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def span(text: str) -> timedelta:
    """`"1d 2h 30m"` as a duration. Raises ValueError for anything else."""
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip():
        raise ValueError(f"no duration: {text!r}")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})


def read(name: str) -> dict[str, Any]:
    """One file of content."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def threads() -> list[dict[str, Any]]:
    """Every thread with the language it is written in."""
    return [{"lang": lang, **thread} for lang in LANGUAGES for thread in read(f"threads.{lang}")["thread"]]
