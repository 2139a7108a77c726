"""One process at a time makes a cluster's index, of all that share its database."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from search.embedded.folder import Busy
from search.rebuild import _CLUSTER_NUMBER, _alone_on_the_database
from tests.services import databases


@pytest.mark.django_db
def test_a_rebuild_is_refused_while_one_runs_on_another_machine(django_assert_num_queries: Any) -> None:
    """An SQLite database is never shared between machines: there the lock in the data folder is enough."""
    if connection.vendor == "sqlite":
        with django_assert_num_queries(0), _alone_on_the_database(), _alone_on_the_database():
            return
    with psycopg.connect(databases.url(), autocommit=True) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [_CLUSTER_NUMBER])
        with pytest.raises(Busy), _alone_on_the_database():
            pass
        elsewhere.execute("SELECT pg_advisory_unlock(%s)", [_CLUSTER_NUMBER])
        with _alone_on_the_database():
            assert not elsewhere.execute("SELECT pg_try_advisory_lock(%s)", [_CLUSTER_NUMBER]).fetchone()[0]
        assert elsewhere.execute("SELECT pg_try_advisory_lock(%s)", [_CLUSTER_NUMBER]).fetchone()[0]
