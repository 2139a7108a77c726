"""The first operator of an empty site, made by whoever started it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.signup import make_member
from accounts.jobs import Job
from accounts.models import DEFAULT_TIME_ZONE, FirstOperatorLink, Member, User
from core.errors import Invalid, Refused


def issue_link(now: datetime) -> str:
    """The path of a page that makes the first operator, once. Ends every link issued before.

    Raises Refused when there is an operator.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        check_no_operator_yet()
        FirstOperatorLink.objects.filter(used_at=None).delete()
        FirstOperatorLink.objects.create(token_hash=_hash(token), issued_at=now)
    with translation.override("en"):
        return reverse("accounts:first_operator", args=[token])


def check_link(token: str) -> FirstOperatorLink:
    """The row of a link that can still be used. Raises Refused for any other."""
    link = FirstOperatorLink.objects.filter(token_hash=_hash(token), used_at=None).first()
    if link is None:
        raise Refused(
            _("This link was used, or a newer one was made. Start the site again for a new one."), code="link"
        )
    return link


def make_first_operator(*, token: str, name: str, email: str, password: str, language: str, now: datetime) -> Member:
    """Make the first operator of the site, whose address needs no proof: they hold the machine.

    Locks the group of operators. Raises Refused for a link that is used up or when there is an operator, Invalid
    for an address or a password that cannot be used.
    """
    with transaction.atomic():
        # Whoever comes second with the same link waits here, and finds it used.
        Group.objects.select_for_update().get(name=Job.OPERATOR)
        link = check_link(token)
        check_no_operator_yet()
        email = email.strip().lower()
        user = User(email=email, date_joined=now)
        errors: dict[str, str] = {}
        try:
            validate_email(email)
            if User.objects.filter(email__iexact=email).exists():
                errors["email"] = _("Somebody signs in with this address already.")
        except ValidationError:
            errors["email"] = _("Write the whole address, for example camille.roy@example.com.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            errors["password"] = " ".join(error.messages)
        if errors:
            raise Invalid(dict(errors))
        user.set_password(password)
        user.save()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        member = make_member(
            user=user, name=name, language=language, time_zone=DEFAULT_TIME_ZONE, now=now, jobs=[Job.OPERATOR],
            is_team=True,
        )  # fmt: skip
        link.used_at = now
        link.save(update_fields=["used_at"])
    return member


def check_no_operator_yet() -> None:
    """Raises Refused when somebody runs the site already."""
    if User.objects.filter(groups__name=Job.OPERATOR).exists():
        raise Refused(_("This site has an operator already."), code="has_operator")


def _hash(token: str) -> str:
    # A plain hash is enough for 256 random bits.
    return hashlib.sha256(token.encode()).hexdigest()
