"""The steps of preparing that need Django, in one process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from io import StringIO

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

gc.disable()
django.setup()

from accounts.actions.demo import PASSWORD, PEOPLE  # noqa: E402
from accounts.actions.first_operator import issue_link  # noqa: E402
from accounts.backends import DEMO_DOMAIN  # noqa: E402
from accounts.jobs import Job  # noqa: E402
from accounts.models import User  # noqa: E402
from core.processes import keep_what_is_loaded  # noqa: E402
from search import engines  # noqa: E402

keep_what_is_loaded()


def run() -> Iterator[str]:
    """Do what is missing, saying so. Safe to run again at any time."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "Preparing the database …"
        call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO and not User.objects.exists() and "demo" in get_commands():
        yield "Loading the demo community …"
        call_command("demo", "load", stdout=StringIO())
    if not engines.embedded().ready():
        yield "Building the search index …"
        # A cluster's is made by the writer, while pages are served from this one.
        call_command("search", "rebuild", engine=engines.EMBEDDED, stdout=StringIO(), stderr=StringIO())
    yield "Collecting the static files …"
    call_command("collectstatic", interactive=False, verbosity=0)


def migrations_applied() -> int | None:
    """How many migrations the database has, for the next start to compare; None where that asks for Django."""
    if connection.vendor != "sqlite":
        return None
    return MigrationRecorder.Migration.objects.using("default").count()


def needs_operator() -> bool:
    """Whether nobody runs the site yet."""
    return not settings.DEMO and not User.objects.filter(groups__name=Job.OPERATOR).exists()


def sign_ins() -> list[str]:
    """How to sign in: the demo's people, or the link that makes the first operator."""
    if needs_operator():
        return [
            f"Nobody runs this site yet. Make the first operator: {settings.PUBLIC_URL}{issue_link(timezone.now())}"
        ]
    if not settings.DEMO:
        return []
    names = ", ".join(f"{who}@{DEMO_DOMAIN}" for who in PEOPLE)
    return [f"Demo sign-ins: {names}; password: {PASSWORD}"]
