"""What is told must not outlive what it tells of."""

import pytest

from notifications.notify import notify


def test_telling_needs_a_transaction(now):
    # Without the database that other tests have: theirs is a transaction.
    with pytest.raises(RuntimeError):
        notify(members=[], kind="x", path="", key="k", now=now)
