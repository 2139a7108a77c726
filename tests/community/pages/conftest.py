"""Threads to look at, made through the real actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from community.actions.asking import ask
from community.models import Thread


@pytest.fixture
def make_thread(customer: Any, product: Any, topic: Any, now: Any) -> Callable[..., Thread]:
    """`make_thread("Title", by=…, minutes=5)`: a question, posted so many minutes after the tests' time."""

    def make(title: str = "No data since I moved", *, by: Any = None, minutes: int = 0, **given: Any) -> Thread:
        asked = {"details": "Nothing loads.", "product": product, "topic": topic, "lang": "en"} | given
        return ask(by=by or customer, title=title, now=now + timedelta(minutes=minutes), **asked)

    return make


@pytest.fixture
def thread(make_thread: Callable[..., Thread]) -> Thread:
    return make_thread()
