"""Operators give jobs and take them back."""

from __future__ import annotations

import pytest

from accounts.actions.employment import dismiss, employ
from accounts.jobs import Job
from accounts.viewer import Viewer
from core.errors import Refused
from events.models import Event

pytestmark = pytest.mark.django_db


def jobs(viewer):
    viewer.member.refresh_from_db()
    return Viewer.of_member(viewer.member).jobs - {Job.CUSTOMER}


def test_an_operator_makes_an_agent_in_the_administration_and_takes_it_back(sign_in, operator, helper):
    client = sign_in(operator)
    for action, has in (("make_agent", {Job.AGENT}), ("make_moderator", {Job.AGENT, Job.MODERATOR})):
        client.post("/admin/accounts/user/", {"action": action, "_selected_action": [helper.member.user_id]})
        assert jobs(helper) == has and helper.member.is_team
    client.post("/admin/accounts/user/", {"action": "take_jobs_back", "_selected_action": [helper.member.user_id]})
    assert not jobs(helper) and not helper.member.is_team
    assert Event.objects.filter(verb="member.jobs").count() == 3


def test_nobody_else_gives_jobs_and_the_last_operator_stays(
    sign_in, operator, moderator, agent, helper, make_viewer, now
):
    for viewer in (moderator, agent, helper, Viewer()):
        with pytest.raises(Refused):
            employ(member=helper.member, job=Job.OPERATOR, by=viewer, now=now)
    sign_in(moderator).post(
        "/admin/accounts/user/", {"action": "make_operator", "_selected_action": [helper.member.user_id]}
    )
    assert not jobs(helper)
    with pytest.raises(Refused):
        dismiss(member=operator.member, by=operator, now=now)
    second = make_viewer("Second", Job.OPERATOR)
    dismiss(member=operator.member, by=second, now=now)
    # The page that the first still has open gives them nothing.
    with pytest.raises(Refused):
        employ(member=operator.member, job=Job.OPERATOR, by=operator, now=now)
    assert not jobs(operator)
