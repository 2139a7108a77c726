"""Questions at the desk, made through the real actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from accounts.viewer import Viewer
from care import queries
from care.models import Calendar, Target
from community.actions.asking import ask
from community.models import Product, Thread, Topic


@pytest.fixture(autouse=True)
def _fresh_levels() -> Iterator[None]:
    queries.forget_levels()
    yield
    queries.forget_levels()


@pytest.fixture
def asked(customer: Viewer, product: Product, topic: Topic, now: datetime) -> Callable[..., Thread]:
    """`asked(at=…, by=…)`: a question of the customer's."""

    def make(by: Viewer = customer, at: datetime = now, title: str = "No network at all", **more: Any) -> Thread:
        given = {"product": product, "topic": topic, "details": "It says no service.", "lang": "en"} | more
        return ask(by=by, title=title, now=at, **given)

    return make


@pytest.fixture
def calendar(db: None) -> Calendar:
    """The desk's own; made anew where an earlier test emptied the tables."""
    target = Target.objects.filter(is_default=True).select_related("calendar").first()
    return target.calendar if target else _first_target().calendar


def _first_target() -> Target:
    return Target.objects.create(is_default=True, calendar=Calendar.objects.create(name="Desk"))


@pytest.fixture
def thread(asked: Callable[..., Thread]) -> Thread:
    return asked()
