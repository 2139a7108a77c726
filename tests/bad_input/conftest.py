"""One of everything, built once for each file; each test's changes are taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.access.world import World, build

# What a browser says with every form that it sends.
ORIGIN = "http://testserver"


@pytest.fixture(scope="module")
def whole_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(whole_world: World, db: None) -> World:
    return whole_world


@pytest.fixture
def browser(world: World) -> Callable[[str], Client]:
    """`browser("asker")`: a browser of that standing that minds CSRF tokens as real ones must."""

    def make(standing: str) -> Client:
        client = world.client(standing)
        client.handler.enforce_csrf_checks = True
        client.defaults["HTTP_ORIGIN"] = f"http://{client.defaults.get('HTTP_HOST', 'testserver')}"
        return client

    return make


@pytest.fixture
def send() -> Callable[..., Any]:
    """`send(client, page, path, **fields)`: posts to `path` with the token of the form on `page`."""

    def post(client: Client, page: str, path: str, **fields: str) -> Any:
        return client.post(path, fields | {"csrfmiddlewaretoken": csrf_of(client.get(page))})

    return post


def csrf_of(response: Any) -> str:
    """The token in a page's form; "" on one that was made for a visitor."""
    text = response.content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert found or ("<form" in text and not response.cookies), text[:2000]
    return found[1] if found else ""


def sign_in(client: Client, response: Any, email: str) -> Any:
    """Follows a redirect to the sign-in page, signs in there, and gives the answer to that."""
    path = response["Location"]
    token = csrf_of(client.get(path))
    return client.post(path, {"login": email, "password": "a long password", "csrfmiddlewaretoken": token})
