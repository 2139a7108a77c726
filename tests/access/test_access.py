"""Every address against every standing, by GET and by POST. A new address without a row fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tests.access.asking import address, ask
from tests.access.table import TABLE
from tests.access.world import STANDINGS, World, build

# Wagtail's and Django's own admin, which have tests of their own below.
ADMINS = ("cms/", "admin/", "documents/")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Built once; each request is rolled back, and in the end so is the world."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def patterns(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every address below a resolver with its full name ("" for one without)."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern, route, inner)
        elif isinstance(pattern, URLPattern):
            yield route, f"{namespace}{pattern.name}" if pattern.name else ""


def test_every_address_has_a_row_and_every_row_an_address():
    with translation.override("en"):
        # allauth's old addresses carry no name: they only lead to the named ones.
        names = {name for route, name in patterns(get_resolver()) if name and not route.startswith(ADMINS)}
    assert names == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_who_may_do_what(world, name):
    keys, data, get, post = TABLE[name]
    with translation.override("en"):
        found = {
            method: "".join(ask(world, standing, method, name, keys, data) for standing in STANDINGS)
            for method in ("GET", "POST")
        }
    assert found == {"GET": get, "POST": post}


@pytest.mark.once
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if ">" in row[3]])
def test_nothing_is_done_for_a_form_of_another_site(world, name):
    keys, data, _get, post = TABLE[name]
    allowed = STANDINGS[post.index(">")]
    with translation.override("en"), transaction.atomic():
        client = world.client(allowed)
        client.handler.enforce_csrf_checks = True
        assert client.post(address(name, keys, world), data).status_code == 403
        transaction.set_rollback(True)


@pytest.mark.parametrize(("prefix", "allowed"), [("admin/", {"operator"}), ("cms/", {"moderator", "operator"})])
def test_the_admins_open_to_those_who_have_the_job(world, prefix, allowed):
    """No page of Django's or Wagtail's admin that needs no key shows itself to anybody else."""
    routes = [route for route, name in patterns(get_resolver()) if route.startswith(prefix) and "<" not in route]
    routes = [route for route in routes if "(" not in route and not route.endswith(OPEN)]
    assert len(routes) > 10
    for standing in STANDINGS:
        if standing in allowed:
            assert world.client(standing).get(f"/{prefix}").status_code == 200
            continue
        client = world.client(standing)
        shown = [route for route in routes if client.get(f"/{route}").status_code == 200]
        assert shown == [], standing


# Texts of the admins' own interface, the same for everybody: words, icons, and where one signs in.
OPEN = (
    "jsi18n/",
    "sprite/",
    "login/",
    "logout/",
    "password_reset/",
    "password_reset/done/",
    "password_reset/complete/",
)


def test_signing_in_to_an_admin_happens_on_our_own_page(client, db):
    for path in ("/cms/", "/admin/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].split("?")[0] == reverse("account_login")
