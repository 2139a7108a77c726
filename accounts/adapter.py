"""Where allauth asks what it should do."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from requests import Session

from accounts.backends import Backend
from accounts.letters import letter_of
from accounts.pauses import until
from accounts.profile import NAME_MAX
from core import brand, outgoing
from core.errors import TooMany
from core.letters import message


class AccountAdapter(DefaultAccountAdapter):
    """Own redirects only, own words, and limits that say until when."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Nobody can sign in to this account at the moment."),
        "email_password_mismatch": _("E-mail and password do not go together. Look at both, then try again."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right, or it was used already. Wait for the next one."),
        "duplicate_email": _("This is your address already."),
        "email_taken": _("Somebody signs in with this address already."),
        "invalid_password_reset": _("This link has been used, or it is too old."),
        "same_as_current": _("This is the same as before."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With the name of the site that was asked at its foot."""
        super().send_mail(template_prefix, email, {"site_name": brand.current().name, **context})

    def get_from_email(self) -> str:
        return brand.current().sender

    def is_safe_url(self, url: str) -> bool:
        """On this very host: a name in ALLOWED_HOSTS is another site when its port differs."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The product's own letter, of which allauth's templates give the subject and what happened."""
        to = email if isinstance(email, str) else email[0]
        return message(letter_of(template_prefix, context), to=to, headers=headers)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where no other page was named: to the form whose text is kept, else to the first page."""
        return _kept_form(request) or super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """As after signing in: a newcomer's question waits as anybody's does."""
        return _kept_form(request) or super().get_signup_redirect_url(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts an attempt. Raises TooMany with when the next one counts again."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="login_failed", key=key)
        if not self._login_failed_rl_usage:
            raise TooMany(until(request, app="allauth.account", action="login_failed", key=key))

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whatever they showed (password, passkey, another site): who may not sign in is told so."""
        if not Backend().user_can_authenticate(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The words for an error. Raises TooMany for those that mean a limit: they are no fault of the form."""
        if code in ("too_many_login_attempts", "rate_limited"):
            raise TooMany(until(context.request, app="allauth.account", action="login_failed"))
        return super().validation_error(code, *args)


def _kept_form(request: HttpRequest) -> str:
    """The page of the form that somebody sent before they signed in; empty for none."""
    kept = request.session.get("kept")
    return str(kept["path"]) if kept else ""


class MFAAdapter(DefaultMFAAdapter):
    """Second proofs and passkeys are listed under the site's name in the app or device that keeps them."""

    def get_totp_issuer(self) -> str:
        return brand.current().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": brand.current().name}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in by another site, which is asked without reaching into the own network."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> AbstractBaseUser:
        """A user holds an address and nothing else of what the other site says; the name is its member's."""
        user = sociallogin.user
        user.email = data.get("email") or ""
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, str]:
        """What the other site says, to be looked at before it is kept."""
        account = sociallogin.account
        said = account.get_provider().extract_common_fields(account.extra_data)
        parts = (said.get("first_name"), said.get("last_name"))
        name = said.get("name") or " ".join(part for part in parts if part) or said.get("username") or ""
        return {"email": sociallogin.user.email, "name": str(name)[:NAME_MAX]}

    def get_requests_session(self) -> Session:
        return outgoing.session()
