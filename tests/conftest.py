"""What all tests share: people of every kind, a product, and threads made through the real actions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from community.models import Product, Topic
from core import brand, shelf
from core.processes import keep_what_is_loaded
from search import counting, editorial
from tests.services import databases

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)  # a Tuesday, 11:00 in Paris


def pytest_collection_finish() -> None:
    """As the product's own processes do: looking for garbage in what stays to the end is a tenth of a run."""
    keep_what_is_loaded()


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """With the runner's migrated database there is one to keep; it goes with the runner's server or folder."""
    return "TEST_TEMPLATE" in os.environ or bool(request.config.getoption("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """pytest-django's own makes no database when no test of a run bears its mark, and some bring transactions along."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
        brand.table()
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    if template := os.environ.get("TEST_TEMPLATE"):
        with django_db_blocker.unblock():
            databases.copy_template(template)


LONG = ("browser", "elasticsearch", "supervisor")
# So do these, which are told a whole demo, take migrations back, or try thousands of things.
LONG_FILES = ("tests/demo/", "tests/rewards/test_properties", "tests/rewards/test_migrations", "tests/access/")
LONG_FILES += (
    "tests/bad_input/test_addresses",
    "tests/attacks/",
    "tests/search/test_forgiving",
    "tests/search/test_writer",
)
# The running product; the pictures of every page; the cluster, whose nodes some tests stop.
TOGETHER = ("tests/browser", "tests/looks", "tests/search/engines")


class ByFile(LoadScopeScheduling):
    """Tests of a file run in one worker, and those of a folder in one where they share what takes long to begin."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)  # after pytest-django's order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """What takes longest begins first, so that nobody waits for it at the end."""
    yield

    def turn(item: pytest.Item) -> int:
        marked = (at for at, name in enumerate(LONG) if item.get_closest_marker(name))
        return next(marked, len(LONG) + (not item.nodeid.startswith(LONG_FILES)))

    items.sort(key=turn)


@pytest.fixture(autouse=True)
def _nothing_left_over() -> Iterator[None]:
    """Neither what is kept in the cache nor the language that the last page was in: a request leaves it on.

    But the brands stay read, as in a process that has been up for a while, so that a page costs the same in any order.
    """
    cache.clear()
    for kept in shelf.ALL:
        kept.clear()
    if read := brand._kept:
        cache.set(brand._MARK, read[0], None)
    translation.activate("en")
    # What a test taught search goes with its transaction.
    editorial.look_again()
    counting._waiting.take()
    yield
    brand._kept = read
    brand.look_again()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_viewer(db: None) -> Callable[..., Viewer]:
    """`make_viewer("Camille", Job.CUSTOMER)`: a person who can sign in, as their viewer."""

    def make(name: str = "Camille", *jobs: Job, verified: bool = True, **member: Any) -> Viewer:
        number = User.objects.count() + 1
        user = User.objects.create_user(
            f"{name.lower().replace(' ', '.')}{number}@example.org",
            "a long password",
            email_verified_at=NOW if verified else None,
        )
        user.groups.set(Group.objects.get_or_create(name=job.value)[0] for job in jobs or (Job.CUSTOMER,))
        Member.objects.create(user=user, name=name, created_at=NOW, **member)
        return Viewer.of(User.objects.get_queryset().with_viewer().get(pk=user.pk))

    return make


@pytest.fixture
def customer(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Camille Roy")


@pytest.fixture
def helper(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Nadia Benali")


@pytest.fixture
def moderator(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Mo Derator", Job.MODERATOR)


@pytest.fixture
def agent(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Amira Agent", Job.AGENT, is_team=True)


@pytest.fixture
def operator(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer("Olga Operator", Job.OPERATOR, is_team=True)


@pytest.fixture
def product(db: None) -> Product:
    made = Product.objects.create(slug="plan-20", names={"en": "20 GB plan", "fr": "Forfait 20 Go"})
    made.path = f"/{made.pk}/"
    made.save()
    return made


@pytest.fixture
def topic(product: Product) -> Topic:
    return Topic.objects.create(product=product, slug="data", names={"en": "Mobile data", "fr": "Internet mobile"})


@pytest.fixture
def sign_in(client: Any) -> Callable[[Viewer], Any]:
    """`sign_in(customer)` gives the test client, signed in as that person."""

    def enter(viewer: Viewer) -> Any:
        assert viewer.member and viewer.member.user
        client.force_login(viewer.member.user, backend="accounts.backends.Backend")
        return client

    return enter


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A committed database that other processes and threads can share; gives its DATABASE_URL."""
    with django_db_blocker.unblock(), databases.copied(tmp_path, f"own{os.getpid()}"):
        yield databases.url()
