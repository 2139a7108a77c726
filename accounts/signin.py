"""allauth's forms, in the product's words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

_WHOLE = _("Write the whole address, for example camille.roy@example.com.")
_LENGTH = _("At least 10 characters; several words are easier to remember than one with signs.")


def _speak(fields: dict[str, Any]) -> None:
    """Labels as the product says them; no placeholder, which would say the label a second time."""
    for name, field in fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name not in ("terms", "licence"):
            field.error_messages["required"] = _("This is still empty.")
        if name in ("email", "login"):
            field.label = _("E-mail")
            field.error_messages["invalid"] = _WHOLE
            for validator in field.validators:
                if getattr(validator, "code", "") == "invalid":
                    validator.message = _WHOLE
        elif name == "password1":
            field.help_text = _LENGTH
        elif name in ("password", "oldpassword"):
            if name == "oldpassword":
                field.label = _("Current password")
            # The way to a new password stands beside the button.
            field.help_text = ""


def _speak_of_new(fields: dict[str, Any]) -> None:
    fields["password1"].label = _("New password")
    fields["password2"].label = _("New password, once more")


class Login(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class _OneTransaction:
    """User, member, consents and address are saved together or not at all."""

    account_already_exists: bool

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        with transaction.atomic():
            return super().save(request)  # type: ignore[misc,no-any-return]

    def try_save(self, request: HttpRequest) -> tuple[AbstractBaseUser | None, HttpResponse | None]:
        try:
            return super().try_save(request)  # type: ignore[misc,no-any-return]
        except IntegrityError:
            # The same address, sent twice at once: the second is told what any known address is told.
            self.account_already_exists = True
            return super().try_save(request)  # type: ignore[misc,no-any-return]


class Signup(_OneTransaction, account.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)


class SocialSignup(_OneTransaction, social.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        if any(address.verified for address in self.sociallogin.email_addresses):
            # It stays the one that was proved: another one typed here would be set aside without a word.
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("Confirmed by the site that you come from.")


class AddEmail(account.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        self.fields["email"].label = _("New e-mail")


class ResetPassword(account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)


class ResetPasswordKey(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        _speak_of_new(self.fields)


class ChangePassword(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        _speak_of_new(self.fields)


class SetPassword(account.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)


class _Parsed:
    """What a browser says of a passkey is a form like any other: nonsense is told apart from a fault of the site."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except RecursionError:
            # Brackets in brackets without end.
            self.cleaned_data: dict[str, Any] = {}
            self.add_error(None, get_account_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]

    def clean(self) -> Any:
        try:
            return super().clean()  # type: ignore[misc]
        except (KeyError, ValueError, TypeError) as error:
            raise get_account_adapter().validation_error("incorrect_code") from error

    def clean_credential(self) -> Any:
        check = getattr(super(), "clean_credential", None)
        try:
            return check() if check else self.cleaned_data["credential"]  # type: ignore[attr-defined]
        except (KeyError, ValueError, TypeError) as error:
            raise get_account_adapter().validation_error("incorrect_code") from error


class AddApp(totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
        self.fields["code"].label = _("Code of the app")


class AddPasskey(_Parsed, webauthn.AddWebAuthnForm):
    """Adds one."""


class LoginPasskey(_Parsed, webauthn.LoginWebAuthnForm):
    """Signs in with one alone."""


class AuthenticatePasskey(_Parsed, webauthn.AuthenticateWebAuthnForm):
    """Is the second proof."""


class ReauthenticatePasskey(_Parsed, webauthn.ReauthenticateWebAuthnForm):
    """Proves once more who is there."""


class Reauthenticate(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self.fields)
