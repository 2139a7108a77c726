"""Operators give people their jobs, and take them back."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.jobs import Job
from accounts.models import Member, User
from accounts.permissions import check_may_give_jobs
from accounts.signals import member_changed
from accounts.viewer import Viewer
from core.errors import Refused

# Who works for the company: answers as staff and earns nothing. A moderator may be a customer.
TEAM = frozenset({Job.AGENT, Job.OPERATOR})


def employ(*, member: Member, job: Job, by: Viewer, now: datetime) -> Member:
    """Give a member a job beside those they have. Raises Refused."""
    return _change(member, {job}, set(), by, now)


def dismiss(*, member: Member, by: Viewer, now: datetime) -> Member:
    """Take all jobs back but a customer's. Raises Refused, for the last operator too."""
    return _change(member, {Job.CUSTOMER}, {Job.MODERATOR, Job.AGENT, Job.OPERATOR}, by, now)


def _change(member: Member, given: set[Job], taken: set[Job], by: Viewer, now: datetime) -> Member:
    with transaction.atomic():
        # One change at a time: two operators who dismiss each other would leave none.
        operators = Group.objects.select_for_update().get(name=Job.OPERATOR)
        member = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
        by = by if by.member is None else Viewer.of_member(Member.objects.select_related("user").get(pk=by.member.pk))
        check_may_give_jobs(member, by, now)
        assert member.user is not None  # asked above
        before = _jobs(member.user)
        if Job.OPERATOR in taken and operators.user_set.filter(is_active=True).count() == 1 and Job.OPERATOR in before:
            raise Refused(_("Somebody has to run this site: make another operator first."), code="last_operator")
        member.user.groups.remove(*Group.objects.filter(name__in=taken))
        member.user.groups.add(*Group.objects.filter(name__in=given))
        after = _jobs(member.user)
        if after == before:
            return member
        member.is_team = bool(TEAM & set(after))
        member.save(update_fields=["is_team"])
        member_changed.send(
            Member, member=member, verb="member.jobs", actor=by.member, now=now, reason="", before={"jobs": before},
            after={"jobs": after},
        )  # fmt: skip
        return member


def _jobs(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))
