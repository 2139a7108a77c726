"""What allauth's sign-up forms ask beside address and password; both of them inherit it.

Apart from `accounts.signin`, because allauth's own forms inherit from this module while they are being imported.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actions.signup import make_member
from accounts.models import User
from accounts.profile import NAME_MAX, check_name, likely_time_zone
from core.errors import Invalid


class SignupExtra(forms.Form):
    """Name, language, time zone, and the two texts that one agrees to."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_MAX,
        strip=True,
        help_text=_("What others call you here. It need not be your real name."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    terms = forms.BooleanField(
        error_messages={"required": _("Agree to the rules of the community, or read without an account.")}
    )
    licence = forms.BooleanField(
        error_messages={"required": _("Agree to the licence, so that what you write can help others.")}
    )

    field_order = ["name", "email", "password1", "language", "time_zone", "terms", "licence"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()
        self.fields["terms"].label = format_html(
            str(_('I agree to the <a href="{}">rules of the community</a>.')), reverse("terms")
        )
        self.fields["licence"].label = format_html(
            str(_('What I write may be shared under <a href="{}">{}</a>.')),
            settings.ENTRAIDE["LICENCE_URL"],
            settings.ENTRAIDE["LICENCE_VERSION"],
        )

    def clean_name(self) -> str:
        try:
            return check_name(self.cleaned_data["name"])
        except Invalid as error:
            raise forms.ValidationError(str(error.errors["name"])) from error

    def clean_time_zone(self) -> str:
        return likely_time_zone(self.cleaned_data["time_zone"])

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the user is saved."""
        given = self.cleaned_data
        make_member(
            user=user,
            name=given["name"],
            language=given["language"],
            time_zone=given["time_zone"],
            now=timezone.now(),
        )
