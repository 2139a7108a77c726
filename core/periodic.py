"""Jobs that run by the clock. Each is a management command that takes `--now`, so it can be tried for any day.

An app declares its jobs in its `ready()`. The worker writes them to django-q2's schedule when it starts; the
scheduler enqueues an ordinary task when one is due, so that a failing job is retried, dead-lettered and shown
like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from croniter import croniter
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from core.tasks import enqueue, task

STARTER = "core.periodic.start"


@dataclass(frozen=True, slots=True)
class Job:
    """A management command (its words) that runs by `cron` (five fields, UTC)."""

    name: str
    cron: str
    command: tuple[str, ...]


JOBS: dict[str, Job] = {}


def periodic(name: str, *, cron: str, command: list[str]) -> None:
    """Declare a job: `periodic("care sweep", cron="*/5 * * * *", command=["care", "sweep"])`.

    Call it from an app's `ready()`. `command` is given `--now` by the runner. Raises ValueError for a cron
    line that cannot be read, or a name that is taken by another command.
    """
    if not croniter.is_valid(cron):
        raise ValueError(f"{name}: {cron!r} is no cron line")
    job = Job(name, cron, tuple(command))
    if JOBS.setdefault(name, job) != job:
        raise ValueError(f"{name} is declared twice")


def sync(now: datetime) -> None:
    """Make the stored schedule that of the declared jobs: new ones added, changed ones moved, others removed."""
    with transaction.atomic():
        ours = Schedule.objects.select_for_update().filter(func=STARTER)
        stored = {row.name: row.cron for row in ours.order_by("pk")}
        ours.filter(
            name__in=[name for name, cron in stored.items() if name not in JOBS or JOBS[name].cron != cron]
        ).delete()
        # In bulk, since a row's own save() would count from the clock.
        Schedule.objects.bulk_create(
            Schedule(
                name=job.name,
                func=STARTER,
                args=repr((job.name,)),
                schedule_type=Schedule.CRON,
                cron=job.cron,
                repeats=-1,
                next_run=croniter(job.cron, now).get_next(datetime),
            )
            for job in JOBS.values()
            if stored.get(job.name) != job.cron
        )


def start(name: str) -> None:
    """What the scheduler calls: enqueue the job, unless one of it still waits."""
    if name in JOBS:
        enqueue(run_job, key=f"periodic:{name}", name=name, now=timezone.now().astimezone(UTC).isoformat())


@task(attempts=3)
def run_job(*, name: str, now: str) -> None:
    """Run one job's command as of `now` (ISO)."""
    job = JOBS.get(name)
    if job is not None:
        call_command(*job.command, "--now", now)
