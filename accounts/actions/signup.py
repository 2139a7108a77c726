"""A person joins: the member behind a new sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.jobs import Job
from accounts.models import Consent, Member, User
from accounts.profile import check_language, check_name, check_time_zone
from accounts.signals import member_changed


def make_member(
    *,
    user: User,
    name: str,
    language: str,
    time_zone: str,
    now: datetime,
    jobs: Iterable[Job] = (Job.CUSTOMER,),
    is_team: bool = False,
) -> Member:
    """The member of a user who agreed to the terms and the licence as they stand; both versions are recorded.

    Raises Invalid for a name, language or time zone that cannot be used.
    """
    name, language, time_zone = check_name(name), check_language(language), check_time_zone(time_zone)
    with transaction.atomic():
        member = Member.objects.create(
            user=user, name=name, language=language, time_zone=time_zone, is_team=is_team, created_at=now
        )
        user.groups.set(Group.objects.filter(name__in=[job.value for job in jobs]))
        record_consents(member=member, now=now)
        member_changed.send(
            Member, member=member, verb="member.joined", actor=member, now=now, reason="", before={}, after={}
        )
    return member


def record_consents(*, member: Member, now: datetime) -> None:
    """That this member agrees to the texts as they stand. A version agreed to before is not recorded again."""
    versions = {
        Consent.Kind.TERMS: settings.ENTRAIDE["TERMS_VERSION"],
        Consent.Kind.LICENCE: settings.ENTRAIDE["LICENCE_VERSION"],
    }
    Consent.objects.bulk_create(
        [Consent(member=member, kind=kind, version=version, given_at=now) for kind, version in versions.items()],
        ignore_conflicts=True,
    )
