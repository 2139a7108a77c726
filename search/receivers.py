"""What search does when an editor has taught it something: every process hears of it, and the record does."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from search.actions.teaching import taught
from search.models import Pin, Synonyms


def connect() -> None:
    """Called once, by the app's `ready()`."""
    for model in (Synonyms, Pin):
        post_save.connect(on_kept, sender=model)
        post_delete.connect(on_deleted, sender=model)


def on_kept(instance: Synonyms | Pin, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        taught(row=instance, verb="added" if created else "changed", now=timezone.now())


def on_deleted(instance: Synonyms | Pin, **kwargs: Any) -> None:
    taught(row=instance, verb="deleted", now=timezone.now())
