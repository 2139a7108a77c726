"""A process killed while it books loses, doubles and halves nothing; `python -m bench.kills` kills a thousand."""

from __future__ import annotations

import pytest

from bench import killing
from community.actions.answering import answer
from community.models import Post
from rewards.models import Transfer


@pytest.fixture
def db(own_database: str) -> None:
    """Other processes work on a committed database."""


def test_a_process_killed_while_it_books_leaves_nothing_half_done(answered, make_viewer, now):
    others = [make_viewer("Olivier"), make_viewer("Sasha")]
    for number in range(4):
        thread = answered(f"Question {number}").thread
        for other in others:
            answer(thread=thread, by=other, body="Another way.", now=now)
    found = killing.kill(times=20)
    assert found.wrong == []
    assert sum(found.kills.values()) == 20
    assert Post.objects.count() == 16 and Transfer.objects.exists()
