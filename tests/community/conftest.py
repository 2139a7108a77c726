"""A thread with an answer, for all of the community's tests."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.viewer import Viewer
from community.actions.answering import answer
from community.actions.asking import ask
from community.models import Post, Product, Thread


@pytest.fixture
def thread(customer: Viewer, product: Product, now: datetime) -> Thread:
    return ask(
        by=customer, title="No data abroad", details="My phone shows no data in Spain.", product=product, topic=None,
        lang="en", now=now,
    )  # fmt: skip


@pytest.fixture
def answered(thread: Thread, helper: Viewer, now: datetime) -> Post:
    """The first answer of `thread`, by somebody else."""
    return answer(thread=thread, by=helper, body="Turn on **roaming** in the settings.", now=now)
