"""People who came in by the pages, and the ways of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.models import User
from accounts.viewer import Viewer

PASSWORD = "a long password"  # the one of make_viewer

SIGN_UP = {
    "name": "Camille Roy",
    "email": "camille@example.org",
    "password1": "un deux trois quatre",
    "language": "fr",
    "time_zone": "America/Montreal",
    "terms": "on",
    "licence": "on",
}


@pytest.fixture
def sign_up(client: Any) -> Callable[..., Any]:
    """`sign_up(name="…")`: posts the form; a field given as None is left out."""

    def post(**changes: str | None) -> Any:
        given = {name: value for name, value in (SIGN_UP | changes).items() if value is not None}
        return client.post("/en/account/signup/", given)

    return post


@pytest.fixture
def enter(client: Any) -> Callable[..., Any]:
    """`enter(customer)`: signs in by the form, so that the session knows it was by password."""

    def post(viewer: Viewer, password: str = PASSWORD, **more: str) -> Any:
        assert viewer.member and viewer.member.user
        user: User = viewer.member.user
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": user.email_verified_at is not None}
        )
        return client.post("/en/account/login/", {"login": user.email, "password": password, **more})

    return post


@pytest.fixture
def prove(client: Any, enter: Callable[..., Any]) -> Callable[..., Any]:
    """`prove(customer)`: signs in, and shows once more that it is them."""

    def post(viewer: Viewer) -> Any:
        enter(viewer)
        client.post("/en/account/reauthenticate/", {"password": PASSWORD})
        return client

    return post


def link_in_mail(part: str) -> str:
    """The path of the newest mailed link that holds `part`."""
    links = re.findall(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    return next(link for link in links if part in link)
