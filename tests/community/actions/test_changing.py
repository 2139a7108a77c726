"""Editing, removing, reporting and deciding."""

import pytest

from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.commenting import comment
from community.actions.editing import edit
from community.actions.feedback import set_helpful
from community.actions.flagging import decide, flag
from community.actions.removal import remove_comment, remove_post, restore_post
from community.actions.steering import lock
from community.models import Decision, Flag, Post, State, Thread
from core.errors import Invalid, Refused
from notifications.models import Notification
from search.models import Change

pytestmark = pytest.mark.django_db


def test_the_wordings_before_an_edit_stay_readable(thread, customer, moderator, now):
    opening = thread.posts.get()
    first = opening.body
    edited = edit(post=opening, by=customer, body="In *Portugal*.", title="No data in Portugal", now=now)
    assert edited.html == "<p>In <em>Portugal</em>.</p>" and edited.version == 2 and edited.edited_at == now
    edit(post=edited, by=moderator, body="In Portugal.", now=now, reason="Plainer")
    opening.refresh_from_db()
    thread.refresh_from_db()
    assert thread.title == "No data in Portugal" and opening.edited_by == moderator.member
    kept = list(opening.revisions.values_list("number", "title", "body", "written_by__name"))
    assert kept == [
        (1, "No data abroad", first, "Camille Roy"),
        (2, "No data in Portugal", "In *Portugal*.", "Camille Roy"),
    ]


def test_of_two_editors_the_second_is_told_and_writes_nothing(answered, helper, moderator, now):
    seen = Post.objects.get(pk=answered.pk)
    edit(post=answered, by=helper, body="Better words", now=now)
    with pytest.raises(Invalid) as wrong:
        edit(post=seen, by=moderator, body="Other words", reason="Tone", now=now)
    assert "while you were writing" in str(wrong.value.errors["body"])
    with pytest.raises(Invalid):
        edit(post=Post.objects.get(pk=answered.pk), by=helper, body="Third", now=now, version=1)
    answered.refresh_from_db()
    assert answered.body == "Better words"


def test_the_same_words_again_are_no_edit(answered, helper, now):
    assert edit(post=answered, by=helper, body=answered.body, now=now).edited_at is None
    assert not answered.revisions.exists()


def test_only_the_author_or_a_moderator_with_a_reason_edits(thread, answered, customer, helper, agent, moderator, now):
    for by in (customer, agent):
        with pytest.raises(Refused, match="not_yours"):
            edit(post=answered, by=by, body="x", now=now, reason="y")
    with pytest.raises(Invalid) as wrong:
        edit(post=answered, by=moderator, body="x", now=now)
    assert set(wrong.value.errors) == {"reason"}
    lock(thread=thread, by=moderator, reason="Quarrel", now=now)
    with pytest.raises(Refused, match="locked"):
        edit(post=answered, by=helper, body="x", now=now)


def test_a_question_goes_with_its_thread_unless_somebody_answered(thread, customer, helper, moderator, now, names):
    opening = thread.posts.get()
    with pytest.raises(Refused, match="not_yours"):
        remove_post(post=opening, by=helper, reason="", now=now)
    names()
    remove_post(post=opening, by=customer, reason="", now=now)
    assert names() == ["post_removed", "thread_settled"]
    assert not Thread.objects.visible_to(helper).exists() and Thread.objects.visible_to(customer).exists()
    assert customer.member.standing.threads == 0
    with pytest.raises(Refused, match="moderators_only"):
        restore_post(post=opening, by=customer, reason="x", now=now)
    restore_post(post=opening, by=moderator, reason="Asked to", now=now)
    assert names() == ["post_restored", "thread_reopened"]
    answer(thread=thread, by=helper, body="Try this", now=now)
    with pytest.raises(Refused, match="answered"):
        remove_post(post=opening, by=customer, reason="", now=now)


def test_nobody_writes_in_a_removed_thread(thread, answered, customer, helper, moderator, now):
    remove_post(post=thread.posts.get(is_opening=True), by=moderator, reason="Advertising", now=now)
    for write in (
        lambda: answer(thread=thread, by=helper, body="x", now=now),
        lambda: comment(post=answered, by=customer, text="x", now=now),
        lambda: accept(answer=answered, by=customer, now=now),
        lambda: edit(post=answered, by=helper, body="x", now=now),
    ):
        with pytest.raises(Refused, match="removed"):
            write()


def test_a_removed_answer_is_gone_from_every_count(thread, answered, customer, helper, moderator, now):
    set_helpful(post=answered, by=customer, on=True, now=now)
    Change.objects.all().delete()
    with pytest.raises(Invalid):
        remove_post(post=answered, by=moderator, reason=" ", now=now)
    remove_post(post=answered, by=moderator, reason="Dangerous", now=now)
    thread.refresh_from_db()
    helper.member.standing.refresh_from_db()
    assert (thread.answer_count, thread.last_answer_at, thread.state) == (0, None, State.OPEN)
    assert (helper.member.standing.answers, helper.member.standing.helpful) == (0, 0)
    assert Change.objects.filter(kind="thread", object_id=thread.pk).exists()
    told = Notification.objects.get(kind="decision", member=helper.member)
    assert told.data["reason"] == "Dangerous" and told.data["what"] == "answer"
    with pytest.raises(Refused, match="removed"):
        remove_post(post=answered, by=moderator, reason="Again", now=now)
    restore_post(post=answered, by=moderator, reason="It was right", now=now)
    helper.member.standing.refresh_from_db()
    assert (helper.member.standing.answers, helper.member.standing.helpful) == (1, 1)


def test_a_comment_is_removed_by_its_author_or_a_moderator(answered, customer, helper, moderator, now):
    mine, other = (comment(post=answered, by=customer, text=text, now=now) for text in ("One", "Two"))
    with pytest.raises(Refused, match="not_yours"):
        remove_comment(comment=mine, by=helper, reason="x", now=now)
    remove_comment(comment=mine, by=customer, reason="", now=now)
    remove_comment(comment=other, by=moderator, reason="Rude", now=now)
    answered.refresh_from_db()
    assert answered.comment_count == 0
    assert Notification.objects.get(kind="decision").data["what"] == "comment"


def test_a_report_waits_once_for_each_member(answered, customer, helper, agent, now):
    first = flag(target=answered, by=customer, cause="spam", text="", now=now)
    assert flag(target=answered, by=customer, cause="rude", text="", now=now) == first
    flag(target=answered, by=agent, cause="wrong", text="", now=now)
    assert Flag.objects.filter(decision=None).count() == 2
    with pytest.raises(Refused, match="own"):
        flag(target=answered, by=helper, cause="spam", text="", now=now)
    with pytest.raises(Invalid) as wrong:
        flag(target=answered, by=customer, cause="nonsense", text="x" * 1001, now=now)
    assert set(wrong.value.errors) == {"cause", "text"}
    with pytest.raises(Invalid) as wrong:
        flag(target=answered, by=customer, cause="other", text=" ", now=now)
    assert set(wrong.value.errors) == {"text"}


@pytest.mark.parametrize("verdict", ["keep", "remove"])
def test_one_decision_closes_all_reports_and_tells_the_author_why(
    answered, customer, helper, agent, moderator, now, verdict
):
    for by in (customer, agent):
        flag(target=answered, by=by, cause="wrong", text="", now=now)
    with pytest.raises(Refused, match="moderators_only"):
        decide(target=answered, by=agent, verdict=verdict, reason="x", now=now)
    with pytest.raises(Invalid):
        decide(target=answered, by=moderator, verdict=verdict, reason="", now=now)
    decision = decide(target=answered, by=moderator, verdict=verdict, reason="We looked at it.", now=now)
    assert decision.flags.count() == 2 and not Flag.objects.filter(decision=None).exists()
    answered.refresh_from_db()
    assert (answered.removed_at is not None) == (verdict == "remove")
    told = Notification.objects.get(kind="decision", member=helper.member)
    assert told.data["verdict"] == verdict and told.data["reason"] == "We looked at it."
    with pytest.raises(Refused, match="decided"):
        decide(target=answered, by=moderator, verdict=verdict, reason="x", now=now)


def test_a_moderator_does_not_decide_on_their_own_words(thread, customer, moderator, now):
    post = answer(thread=thread, by=moderator, body="Try this", now=now)
    flag(target=post, by=customer, cause="wrong", text="", now=now)
    with pytest.raises(Refused, match="own"):
        decide(target=post, by=moderator, verdict="keep", reason="x", now=now)


def test_a_reported_comment_can_be_decided_and_direct_removal_decides_too(
    thread, answered, customer, helper, moderator, now
):
    remark = comment(post=answered, by=customer, text="Buy here", now=now)
    flag(target=remark, by=helper, cause="spam", text="", now=now)
    decide(target=remark, by=moderator, verdict="remove", reason="Advertising", now=now)
    remark.refresh_from_db()
    assert remark.removed_at == now
    flag(target=answered, by=customer, cause="wrong", text="", now=now)
    remove_post(post=answered, by=moderator, reason="Dangerous", now=now)
    assert not Flag.objects.filter(decision=None).exists() and Decision.objects.count() == 2
