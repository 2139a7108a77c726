"""The demo's people: one sign-in for each job, with a password that everybody may know."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.signup import make_member
from accounts.backends import DEMO_DOMAIN
from accounts.jobs import Job
from accounts.models import DEFAULT_TIME_ZONE, Member, User
from core.errors import Refused

PASSWORD = "entraide-demo"  # noqa: S105 - public on purpose, and refused outside the demo

# Who they are: name, language, job, whether they work for the company.
PEOPLE: dict[str, tuple[str, str, Job, bool]] = {
    "customer": ("Camille Roy", "en", Job.CUSTOMER, False),
    "helper": ("Nadia Benali", "fr", Job.CUSTOMER, False),
    "moderator": ("Marc Vidal", "fr", Job.MODERATOR, False),
    "agent": ("Amira Haddad", "en", Job.AGENT, True),
    "operator": ("Olivia Meyer", "en", Job.OPERATOR, True),
    # Nobody pays alone, and an appeal is decided by another than who withheld.
    "operator2": ("Solange Mercier", "fr", Job.OPERATOR, True),
}


def make_demo_people(*, now: datetime) -> dict[str, Member]:
    """The demo's members by their part: "customer", "helper", … Made once; later calls give the same rows.

    Raises Refused outside the demo.
    """
    if not settings.DEMO:
        raise Refused(_("This is no demo."), code="no_demo")
    password = make_password(PASSWORD)
    people = {}
    with transaction.atomic():
        for part, (name, language, job, is_team) in PEOPLE.items():
            email = f"{part}@{DEMO_DOMAIN}"
            user, made = User.objects.get_or_create(email=email, defaults={"password": password, "date_joined": now})
            if made:
                EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
                make_member(
                    user=user, name=name, language=language, time_zone=DEFAULT_TIME_ZONE, now=now, jobs=[job],
                    is_team=is_team,
                )  # fmt: skip
            people[part] = Member.objects.get(user=user)
    return people
