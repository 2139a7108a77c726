"""When somebody who met one of allauth's rate limits may come back."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

# Which limit guards which page: (allauth's app, its action), by the name of the address.
GUARDS = {
    "account_login": ("allauth.account", "login"),
    "account_signup": ("allauth.account", "signup"),
    "account_email": ("allauth.account", "manage_email"),
    "account_change_password": ("allauth.account", "change_password"),
    "account_set_password": ("allauth.account", "change_password"),
    "account_reset_password": ("allauth.account", "reset_password"),
    "account_reset_password_from_key": ("allauth.account", "reset_password_from_key"),
    "account_reauthenticate": ("allauth.account", "reauthenticate"),
    "mfa_reauthenticate": ("allauth.account", "reauthenticate"),
    "mfa_reauthenticate_webauthn": ("allauth.account", "reauthenticate"),
    "mfa_login_webauthn": ("allauth.mfa", "webauthn_login"),
}


def until_of(request: HttpRequest) -> datetime:
    """For the page that was asked for."""
    match = request.resolver_match
    app, action = GUARDS.get((match.url_name if match else None) or "", ("allauth.account", "login_failed"))
    key = request.POST.get("email", "").strip().lower() or None
    return until(request, app=app, action=action, key=key)


def until(request: HttpRequest, *, app: str, action: str, key: str | None = None) -> datetime:
    """The moment (UTC) from which no rate of this action is used up.

    Where a rate counts by a key that is not known here, its whole duration from now: late rather than early.
    """
    now = time.time()
    ends = [now + 1]
    for rate in get_rates(app=app, action=action):
        if (rate.per == "key" and key is None) or (rate.per == "user" and not request.user.is_authenticated):
            ends.append(now + rate.duration)
            continue
        # Newest first; the oldest of a full window is the first to leave it.
        history = cache.get(get_cache_key(request, app=app, action=action, rate=rate, key=key), [])
        if len(history) >= rate.amount:
            ends.append(history[rate.amount - 1] + rate.duration)
    return datetime.fromtimestamp(max(ends), tz=UTC)
