"""What happens when two do the same at the same moment, on a database where each commits for itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier
from threading import Thread as Worker

from django.contrib.auth.models import Group
from django.db import connection

from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from care.actions import cases
from care.actions.sweep import sweep
from care.models import Case
from community.actions.asking import ask
from community.models import Product
from core.errors import Refused
from notifications.models import Notification
from tests.conftest import NOW

DUE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def person(name: str, job: Job) -> Viewer:
    user = User.objects.create_user(f"{name}@example.org", "a long password", email_verified_at=NOW)
    user.groups.add(Group.objects.get_or_create(name=job.value)[0])
    Member.objects.create(user=user, name=name, is_team=job is Job.AGENT, created_at=NOW)
    return Viewer.of(user)


def questions(count: int) -> None:
    product = Product.objects.create(slug="plan", names={"en": "Plan"})
    asker = person("asker", Job.CUSTOMER)
    for number in range(count):
        ask(by=asker, title=f"Question {number}", details="Why?", product=product, topic=None, lang="en", now=NOW)


def together(*works: Callable[[], object]) -> list[object]:
    """Run them at the same moment; what each gave, or the Refused it raised."""
    start, said = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(20)
            said.append(work())
        except Refused as refused:
            said.append(refused)
        finally:
            connection.close()

    workers = [Worker(target=run, args=(work,)) for work in works]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(said) == len(works)
    return said


def test_of_agents_who_take_a_case_at_the_same_moment_one_wins_and_the_others_hear_who(own_database: str) -> None:
    questions(1)
    agents = [person(f"agent{number}", Job.AGENT) for number in range(4)]
    sweep(now=DUE)
    case = Case.objects.get()

    def taker(by: Viewer) -> Callable[[], object]:
        return lambda: cases.take(case=case, by=by, now=DUE)

    said = together(*[taker(by) for by in agents])
    winner = Case.objects.select_related("taken_by").get().taken_by
    refusals = [each for each in said if isinstance(each, Refused)]
    assert len(refusals) == 3
    assert all(str(winner) in str(refused.reason) for refused in refusals)
    assert Notification.objects.filter(kind="case_taken").count() == 1


def test_two_sweeps_at_the_same_moment_open_each_case_once(own_database: str) -> None:
    questions(4)
    person("agent", Job.AGENT)
    opened = together(lambda: sweep(now=DUE), lambda: sweep(now=DUE))
    assert sum(int(str(count)) for count in opened) == 4
    assert Case.objects.current().count() == 4
    assert Notification.objects.filter(kind="case_opened").count() == 4
