"""Every right of the community against every standing: who may, and the code of the refusal for the rest."""

from datetime import timedelta

import pytest

from accounts.jobs import Job
from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer
from community import permissions
from community.actions.acceptance import accept
from community.actions.commenting import comment
from community.actions.removal import remove_post
from community.actions.steering import lock
from community.models import State, Thread, Visibility
from community.permissions import may
from core.errors import Refused

pytestmark = pytest.mark.django_db

PEOPLE = [
    "anonymous",
    "unverified",
    "suspended",
    "other",
    "asker",
    "author",
    "moderator",
    "agent",
    "operator",
    "system",
]
OUT = {"anonymous": "signed_out", "unverified": "unverified", "suspended": "suspended"}

# What each right says to those who may take part; "" lets them. Who is left out may.
TABLE = {
    "ask": {},
    "answer": {},
    "answer as staff": dict.fromkeys(("other", "asker", "author", "moderator", "operator"), "staff_only"),
    "answer in private": dict.fromkeys(("other", "asker", "author"), "staff_only"),
    "comment": {},
    "accept": dict.fromkeys(("other", "author", "agent", "operator"), "not_yours"),
    "revoke": dict.fromkeys(("other", "author", "agent", "operator"), "not_yours"),
    "adopt": dict.fromkeys(("other", "asker", "author", "moderator"), "staff_only"),
    "revoke the adoption": dict.fromkeys(("other", "asker", "author", "moderator"), "staff_only"),
    "vote": {"author": "own"},
    "vote on the question": dict.fromkeys(PEOPLE, "opening"),
    "me too": {"asker": "own"},
    "follow": {},
    "say not solved": {who: "me_too_first" for who in PEOPLE if who != "asker"},
    "say not solved too": {},
    "edit the answer": dict.fromkeys(("other", "asker", "agent", "operator"), "not_yours"),
    "edit the question": dict.fromkeys(("other", "author", "agent", "operator"), "not_yours"),
    "remove the answer": dict.fromkeys(("other", "asker", "agent", "operator"), "not_yours"),
    "remove the question": {
        **dict.fromkeys(("other", "author", "agent", "operator"), "not_yours"), "asker": "answered",
    },
    "restore the answer": {
        **dict.fromkeys(("other", "asker", "author", "agent", "operator"), "moderators_only"),
        "moderator": "not_removed", "system": "not_removed",
    },
    "remove the comment": dict.fromkeys(("other", "author", "agent", "operator"), "not_yours"),
    "flag the answer": {"author": "own"},
    "flag the comment": {"asker": "own"},
    "moderate": dict.fromkeys(("other", "asker", "author", "agent", "operator"), "moderators_only"),
    "hand over": dict.fromkeys(("other", "asker", "author"), "staff_only"),
    "arrange": dict.fromkeys(("other", "asker", "author", "moderator", "agent"), "operators_only"),
}  # fmt: skip

# The same in a locked thread, where it differs: team members go on, the asker and the author do not.
LOCKED = {
    **{
        right: {**TABLE[right], **dict.fromkeys(("other", "asker", "author"), "locked")}
        for right in ("answer", "answer as staff", "answer in private")
    },
    "comment": dict.fromkeys(("other", "asker", "author"), "locked"),
    "accept": {**TABLE["accept"], "asker": "locked"},
    "revoke": {**TABLE["revoke"], "asker": "locked"},
    "edit the answer": {**TABLE["edit the answer"], "author": "locked"},
    "edit the question": {**TABLE["edit the question"], "asker": "locked"},
    "remove the answer": {**TABLE["remove the answer"], "author": "locked"},
    "say not solved": {**TABLE["say not solved"], "asker": "locked"},
    "say not solved too": dict.fromkeys(PEOPLE, "locked"),
}


@pytest.fixture
def people(customer, helper, moderator, agent, operator, make_viewer, now):
    return {
        "anonymous": Viewer(),
        "unverified": make_viewer("Una", verified=False),
        "suspended": make_viewer("Sid", suspended_until=now + timedelta(days=1), suspended_reason="Adverts"),
        "other": make_viewer("Otto"),
        "asker": customer,
        "author": helper,
        "moderator": moderator,
        "agent": agent,
        "operator": operator,
        "system": Viewer.system(),
    }


def rights(thread, opening, post, remark, now):
    p = permissions
    idea = Thread(kind=Thread.Kind.IDEA, state=State.IDEA, author=thread.author, locked_at=thread.locked_at)
    return {
        "ask": (p.check_may_ask, lambda by: (by, now)),
        "answer": (p.check_may_answer, lambda by: (thread, by, now)),
        "answer as staff": (p.check_may_answer, lambda by: (thread, by, now, True)),
        "answer in private": (p.check_may_answer, lambda by: (thread, by, now, False, Visibility.ASKER)),
        "comment": (p.check_may_comment, lambda by: (post, by, now)),
        "accept": (p.check_may_accept, lambda by: (thread, post, by, now)),
        "revoke": (p.check_may_revoke, lambda by: (thread, by, now)),
        "adopt": (p.check_may_adopt, lambda by: (idea, by, now)),
        "revoke the adoption": (p.check_may_revoke_adoption, lambda by: (idea, by, now)),
        "vote": (p.check_may_vote, lambda by: (post, by, now)),
        "vote on the question": (p.check_may_vote, lambda by: (opening, by, now)),
        "me too": (p.check_may_me_too, lambda by: (thread, by, now)),
        "follow": (p.check_may_follow, lambda by: (thread, by, now)),
        "say not solved": (p.check_may_say_not_solved, lambda by: (thread, by, now)),
        "say not solved too": (p.check_may_say_not_solved, lambda by: (thread, by, now, True)),
        "edit the answer": (p.check_may_edit, lambda by: (post, by, now)),
        "edit the question": (p.check_may_edit, lambda by: (opening, by, now)),
        "remove the answer": (p.check_may_remove, lambda by: (post, by, now)),
        "remove the question": (p.check_may_remove, lambda by: (opening, by, now)),
        "restore the answer": (p.check_may_restore, lambda by: (post, by, now)),
        "remove the comment": (p.check_may_remove_comment, lambda by: (remark, by, now)),
        "flag the answer": (p.check_may_flag, lambda by: (post, by, now)),
        "flag the comment": (p.check_may_flag, lambda by: (remark, by, now)),
        "moderate": (p.check_may_moderate, lambda by: (by, now)),
        "hand over": (p.check_may_hand_over, lambda by: (by, now)),
        "arrange": (p.check_may_arrange, lambda by: (by, now)),
    }


@pytest.fixture
def scene(thread, answered, customer, now):
    remark = comment(post=answered, by=customer, text="Which menu?", now=now)
    thread.refresh_from_db()
    posts = thread.posts.select_related("thread")
    remark.post = given = posts.get(pk=answered.pk)
    return rights(thread, posts.get(is_opening=True), given, remark, now)


def said(check, arguments):
    try:
        check(*arguments)
    except Refused as refused:
        assert str(refused.reason)
        return refused.code
    return ""


def test_the_table_names_every_right_that_there_is(scene):
    there = {name for name in vars(permissions) if name.startswith("check_may_")} - {check_may_take_part.__name__}
    assert {check.__name__ for check, _ in scene.values()} == there
    assert set(scene) == set(TABLE)


@pytest.mark.parametrize("who", PEOPLE)
def test_each_person_may_what_the_table_says(scene, people, who):
    for right, (check, arguments) in scene.items():
        wanted = OUT.get(who) or TABLE[right].get(who, "")
        assert (right, said(check, arguments(people[who]))) == (right, wanted)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_locked_thread_is_for_the_team(scene, people, thread, answered, moderator, now, who):
    lock(thread=thread, by=moderator, reason="Quarrel", now=now)
    thread.refresh_from_db()
    answered.refresh_from_db()
    opening = thread.posts.select_related("thread").get(is_opening=True)
    remark = answered.comments.select_related("post__thread").get()
    for right, (check, arguments) in rights(thread, opening, answered, remark, now).items():
        table = LOCKED.get(right, TABLE[right])
        wanted = OUT.get(who) or table.get(who, "")
        if right == "remove the question" and who == "asker":
            wanted = "locked"
        assert (right, said(check, arguments(people[who]))) == (right, wanted)


@pytest.mark.parametrize("who", [who for who in PEOPLE if who not in OUT])
def test_a_removed_answer_takes_nothing(scene, people, answered, moderator, now, who):
    remove_post(post=answered, by=moderator, reason="Dangerous", now=now)
    answered.refresh_from_db()
    by = people[who]
    for check in (
        permissions.check_may_comment, permissions.check_may_vote, permissions.check_may_edit,
        permissions.check_may_remove, permissions.check_may_flag,
    ):  # fmt: skip
        assert said(check, (answered, by, now)) == "removed"


def test_the_author_of_an_accepted_answer_cannot_remove_it(answered, customer, helper, now):
    accept(answer=answered, by=customer, now=now)
    answered.refresh_from_db()
    answered.thread.refresh_from_db()
    assert said(permissions.check_may_remove, (answered, helper, now)) == "accepted"
    assert not may(permissions.check_may_remove, answered, helper, now, True)


def test_a_job_beside_another_adds_rights(make_viewer, now):
    both = make_viewer("Both", Job.MODERATOR, Job.AGENT)
    assert may(permissions.check_may_moderate, both, now) and may(permissions.check_may_hand_over, both, now)


def test_rights_cost_no_query(scene, people, django_assert_num_queries):
    with django_assert_num_queries(0):
        for check, arguments in scene.values():
            may(check, *arguments(people["author"]))
