"""Server CPU and queries of the thread list and the thread page, beside a bare view in the same run.

Whole requests go through the WSGI handler with every middleware, in one thread; CPU time of the process is
counted, not the clock. The bare view is a function that returns a short response, without middleware.
"""

from __future__ import annotations

import gc
import logging
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import site

os.environ.update(site.environment())

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test.client import RequestFactory  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from accounts.actions.signup import make_member  # noqa: E402
from accounts.jobs import Job  # noqa: E402
from accounts.models import User  # noqa: E402
from community.models import Thread  # noqa: E402

ROUNDS = 300
urlpatterns = [path("bare/", lambda _request: HttpResponse("ok"))]


def reader(job: Job = Job.CUSTOMER) -> str:
    """The session key of somebody signed in, who follows nothing and owns nothing."""
    now = datetime.now(UTC)
    user = User.objects.filter(email=f"{job}@example.org").first()
    if user is None:
        user = User.objects.create_user(f"{job}@example.org", "no password", email_verified_at=now)
        make_member(user=user, name="Bench", language="en", time_zone="Europe/Paris", now=now)
        user.groups.add(Group.objects.get(name=job.value))
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def asks(handler: WSGIHandler, address: str, session: str = "") -> Callable[[], int]:
    """A function that makes one whole request and returns the size of its body."""
    extra: dict[str, Any] = {"HTTP_HOST": settings.PUBLIC_HOST}
    if session:
        extra["HTTP_COOKIE"] = f"{settings.SESSION_COOKIE_NAME}={session}"
    factory = RequestFactory()

    def ask() -> int:
        environ = factory.get(address, **extra).environ
        status: list[str] = []
        response = handler(environ, lambda given, _headers: status.append(given))
        size = sum(len(part) for part in response)
        response.close()
        if not status[0].startswith("200"):
            raise RuntimeError(f"{address}: {status[0]}")
        return size

    return ask


def measure(ask: Callable[[], int]) -> dict[str, float]:
    """Milliseconds of CPU a request (median and 95th of 100), its queries and bytes."""
    for _ in range(20):
        ask()
    queries: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        size = ask()
    gc.collect()
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        ask()
        spent.append((time.process_time() - began) * 1000)
    spent.sort()
    return {
        "ms": round(statistics.median(spent), 2),
        "p95_ms": round(spent[int(ROUNDS * 0.95)], 2),
        "queries": len(queries),
        "bytes": size,
    }


def main() -> None:
    logging.disable(logging.WARNING)
    session, moderator = reader(), reader(Job.MODERATOR)
    listed = Thread.objects.listed()
    typical = listed.filter(answer_count=3).latest("created_at")
    long = listed.order_by("-answer_count").first()
    assert long is not None
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF="bench.cpu"):
        bare = measure(asks(WSGIHandler(), "/bare/"))
    handler = WSGIHandler()
    figures = {"bare view": bare}
    for label, address in {
        "thread list": "/en/community/",
        "thread page, 3 answers": typical.path_in("en"),
        f"thread page, {long.answer_count} answers": long.path_in("en"),
    }.items():
        figures[f"{label}, visitor"] = measure(asks(handler, address))
        figures[f"{label}, signed in"] = measure(asks(handler, address, session))
        # A moderator's thread is never shared: it is what every page would cost if none were.
        figures[f"{label}, moderator"] = measure(asks(handler, address, moderator))
    site.table(
        f"Server CPU of a page ({Thread.objects.count():,} threads, {connection.vendor})",
        [("", "   ms   p95  queries   bytes  times bare")]
        + [
            (
                label,
                f"{row['ms']:>5} {row['p95_ms']:>5} {row['queries']:>8} {row['bytes']:>7}"
                f" {row['ms'] / bare['ms']:>11.1f}",
            )
            for label, row in figures.items()
        ],
        name="cpu",
        values=figures,
    )


if __name__ == "__main__":
    main()
