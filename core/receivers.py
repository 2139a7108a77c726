"""What core does when Wagtail's admin has written: each forgets what was kept of it."""

from __future__ import annotations

from typing import Any

from core import brand


def on_dressed(**kwargs: Any) -> None:
    """A brand, a site that wears one, or a picture that may be a logo."""
    brand.forget()
