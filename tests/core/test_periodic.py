"""Jobs that run by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django_q.models import Schedule

from core import periodic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 10, 2, tzinfo=UTC)


def test_declared_jobs_become_the_stored_schedule_and_removed_ones_leave_it(monkeypatch):
    monkeypatch.setattr(periodic, "JOBS", {})
    periodic.periodic("a", cron="*/5 * * * *", command=["core", "reconcile"])
    periodic.periodic("b", cron="0 3 * * *", command=["core", "reconcile"])
    periodic.sync(NOW)
    assert Schedule.objects.get(name="a").next_run == NOW + timedelta(minutes=3)
    monkeypatch.setattr(periodic, "JOBS", {})
    periodic.periodic("a", cron="*/10 * * * *", command=["core", "reconcile"])
    periodic.sync(NOW)
    assert list(Schedule.objects.values_list("name", "cron")) == [("a", "*/10 * * * *")]


def test_every_declared_command_takes_a_time():
    call_command("search", "rebuild")
    for job in periodic.JOBS.values():
        call_command(*job.command, "--now", "2026-03-10T10:00:00Z")


def test_a_cron_line_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="no cron line"):
        periodic.periodic("x", cron="every day", command=["core", "reconcile"])
