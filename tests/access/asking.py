"""One request of the access table, and what came of it as one letter."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.access.world import World

LETTERS = {200: ".", 204: ".", 400: "i", 401: "x", 403: "x", 404: "-", 405: "m", 422: "i", 503: "w"}


def fill(given: Any, world: World) -> Any:
    """`"=post.pk"` is an attribute of a thing in the world, `"@other"` the key of a member; the rest is itself."""
    if isinstance(given, str) and given[:1] == "@":
        return world.people[given[1:]].member_id
    if isinstance(given, str) and given[:1] == "=":
        name, *attributes = given[1:].split(".")
        value = world.keys[name]
        for attribute in attributes:
            value = getattr(value, attribute)
        return value
    return given


def address(name: str, keys: list[Any], world: World) -> str:
    return reverse(name, args=[fill(key, world) for key in keys])


def outcome(response: HttpResponse) -> str:
    """The letter for a response. Raises KeyError for a status that no page should have."""
    if response.status_code in (301, 302, 303):
        login = reverse("account_login")
        return "s" if response["Location"].split("?")[0].removeprefix(settings.PUBLIC_URL) == login else ">"
    return LETTERS[response.status_code]


def ask(world: World, standing: str, method: str, name: str, keys: list[Any], data: dict[str, Any]) -> str:
    """Make one request and take back all that it did to the database."""
    cache.clear()
    with transaction.atomic():
        client = world.client(standing)
        path = address(name, keys, world)
        posted = {field: fill(value, world) for field, value in data.items()}
        response = client.get(path) if method == "GET" else client.post(path, posted)
        letter = outcome(response)
        transaction.set_rollback(True)
    return letter
