"""Reviewing in Wagtail's admin: by a second person with the right, and nobody else."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, TaskState

from accounts.jobs import Job
from community.actions.acceptance import revoke
from community.actions.removal import remove_post
from community.models import Thread
from core.models import Task
from core.periodic import JOBS
from events.models import Event
from kb.actions.promotion import promote
from kb.models import FaqArticle, Origin
from notifications.models import Notification
from search.models import Change

pytestmark = pytest.mark.django_db


def decide(client, article, action="approve", state=None, **data):
    """What Wagtail's page of review sends."""
    state = state or article.current_workflow_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[article.pk, action, state.pk])
    return client.post(url, {"comment": "", **data})


def fresh(article):
    return FaqArticle.objects.get(pk=article.pk)


@pytest.mark.parametrize("who", ["second", "operator"])
def test_a_second_moderator_or_an_operator_publishes_by_approving(
    request, article, accepted, sign_in, helper, who, django_capture_on_commit_callbacks
):
    reviewer = request.getfixturevalue(who)
    Change.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(sign_in(reviewer), article).status_code == 302
        assert mail.outbox == []
    assert fresh(article).live
    assert mail.outbox == [], "mails are tasks, after commit"
    thread = Thread.objects.get(pk=accepted.thread_id)
    assert (thread.article_path, thread.article_title) == (article.path_on_site, article.title)
    assert Notification.objects.get(kind="article_published").member_id == helper.member_id
    assert Task.objects.filter(name="notifications.tasks.send_mails").exists()
    assert Change.objects.filter(kind="article", object_id=article.pk).exists()
    origin = Origin.objects.get(post=accepted)
    assert origin.reviewed_by_id == reviewer.member_id and origin.reviewed_at
    assert Event.objects.get(verb="article.approved").actor_id == reviewer.member_id


def test_whoever_promoted_does_not_approve(article, moderator, sign_in):
    decide(sign_in(moderator), article)
    assert not fresh(article).live
    assert article.current_workflow_task.get_actions(article, moderator.member.user) == []


def test_whoever_wrote_the_answer_does_not_approve(article, helper, make_viewer, sign_in):
    helper.member.user.groups.add(make_viewer("X", Job.MODERATOR).member.user.groups.get())
    decide(sign_in(helper), article)
    assert not fresh(article).live


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_others_do_not_enter_the_admin(request, article, sign_in, who):
    client = sign_in(request.getfixturevalue(who))
    assert decide(client, article).status_code in (302, 403)
    assert not fresh(article).live
    assert client.get("/cms/", follow=True).status_code == 403


def test_nobody_signed_in_is_sent_to_the_sites_own_sign_in(article, client):
    assert decide(client, article).status_code == 302
    assert not fresh(article).live
    response = client.get("/cms/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/en/account/login/?next=")
    assert client.get("/cms/login/?next=https://evil.example/").url.endswith("?next=/cms/")


def test_a_suspended_moderator_does_not_approve(article, second, sign_in, now):
    type(second.member).objects.filter(pk=second.member_id).update(suspended_until="2999-01-01T00:00Z")
    decide(sign_in(second), article)
    assert not fresh(article).live


def test_the_task_of_one_article_is_not_approved_through_the_address_of_another(
    article, make_answer, moderator, second, sign_in, now
):
    """Wagtail asks the right of the page in the address, and acts on the task in the address."""
    theirs = promote(answer=make_answer(title="Another question"), by=second, now=now)
    # `moderator` may review `theirs`, and promoted `article`.
    url = reverse(
        "wagtailadmin_pages:workflow_action", args=[theirs.pk, "approve", article.current_workflow_task_state.pk]
    )
    sign_in(moderator).post(url, {"comment": ""})
    assert not fresh(article).live and not fresh(theirs).live


def test_a_task_that_is_over_is_not_approved_again(article, second, operator, sign_in):
    state = article.current_workflow_task_state
    decide(sign_in(second), article, "reject", comment="Say which phones")
    assert TaskState.objects.get(pk=state.pk).status == TaskState.STATUS_REJECTED
    decide(sign_in(operator), article, state=state)
    assert not fresh(article).live
    with pytest.raises(PermissionDenied):
        state.task.specific.on_action(state, operator.member.user, "approve")


def test_the_task_itself_refuses_whoever_calls_it(article, moderator, customer, agent):
    state = article.current_workflow_task_state
    for viewer in (moderator, customer, agent):
        with pytest.raises(PermissionDenied):
            state.task.specific.on_action(state, viewer.member.user, "approve")
    assert not fresh(article).live


def test_changes_asked_for_reach_whoever_promoted_and_come_back_to_review(article, moderator, second, sign_in):
    decide(sign_in(second), article, "reject", comment="Say which phones")
    told = Notification.objects.get(kind="article_sent_back")
    assert told.member_id == moderator.member_id and told.data["comment"] == "Say which phones"
    page = fresh(article)
    assert page.current_workflow_state.status == "needs_changes"
    page.current_workflow_state.resume(user=moderator.member.user)
    decide(sign_in(second), page)
    assert fresh(article).live


def test_while_it_is_reviewed_only_reviewers_edit(article, moderator, second):
    lock = article.get_lock()
    assert lock.for_user(moderator.member.user) and not lock.for_user(second.member.user)


def test_an_operator_who_had_a_part_does_not_publish_past_the_review(accepted, make_viewer, operator, sign_in, now):
    both = make_viewer("Both", Job.MODERATOR, Job.OPERATOR)
    article = promote(answer=accepted, by=both, now=now)
    assert not article.permissions_for_user(both.member.user).can_publish()
    assert article.permissions_for_user(operator.member.user).can_publish()
    with pytest.raises(PermissionDenied):
        article.get_latest_revision().publish(user=both.member.user)
    assert not fresh(article).live


def test_moderators_do_not_publish_without_a_review(article, second):
    rights = article.permissions_for_user(second.member.user)
    assert rights.can_edit() and not rights.can_publish()


def test_publishing_again_tells_the_author_once(article, operator, sign_in, helper):
    decide(sign_in(operator), article)
    page = fresh(article)
    page.title = "Get mobile data working"
    page.save_revision(user=operator.member.user).publish(user=operator.member.user)
    assert Notification.objects.filter(kind="article_published").count() == 1
    assert Thread.objects.get().article_title == "Get mobile data working"


def test_unpublishing_takes_the_link_and_the_document_back(article, operator, sign_in):
    decide(sign_in(operator), article)
    Change.objects.all().delete()
    fresh(article).unpublish(user=operator.member.user)
    assert Thread.objects.get().article_path == ""
    assert Change.objects.filter(kind="article", object_id=article.pk).exists()


def test_a_deleted_article_frees_its_answer(article, accepted, operator, moderator, sign_in, now):
    decide(sign_in(operator), article)
    fresh(article).delete()
    assert Thread.objects.get().article_path == "" and not Origin.objects.exists()
    assert promote(answer=accepted, by=moderator, now=now).pk != article.pk


def test_an_old_revision_brings_no_erased_name_back(article, operator, sign_in):
    decide(sign_in(operator), article)
    Origin.objects.update(credited_to="")
    fresh(article).get_latest_revision().publish(user=operator.member.user)
    assert Origin.objects.get().credit == "a former member"


def test_reviewers_find_the_article_on_their_dashboard(article, second, moderator, sign_in):
    assert list(TaskState.objects.reviewable_by(second.member.user)) != []
    assert list(TaskState.objects.reviewable_by(moderator.member.user)) == []
    for url in ("/cms/", f"/en/help/reviews/{article.pk}/", f"/cms/pages/{article.pk}/view_draft/"):
        assert sign_in(second).get(url, follow=True).status_code == 200, url
    preview = reverse("wagtailadmin_pages:workflow_preview", args=[article.pk, article.current_workflow_task.pk])
    assert article.title in sign_in(second).get(preview).text


@pytest.mark.parametrize("how", ["unaccepted", "removed"])
def test_an_article_whose_answer_no_longer_stands_is_sent_back_not_approved(
    how, article, accepted, customer, moderator, second, sign_in, now
):
    client = sign_in(second)
    page = reverse("wagtailadmin_pages:edit", args=[article.pk])
    warning = "is no longer accepted, or was removed"
    assert warning not in client.get(page).content.decode()
    if how == "unaccepted":
        revoke(thread=accepted.thread, by=customer, now=now)
    else:
        remove_post(post=accepted, by=moderator, reason="Shows a number.", now=now)
    assert warning in client.get(page).content.decode()
    decide(client, article)
    assert not fresh(article).live
    assert [name for name, *_rest in article.current_workflow_task.get_actions(article, second.member.user)] == [
        "reject"
    ]


def test_what_editors_timed_goes_live_and_expires_by_the_clocks_job(article, second, now):
    assert JOBS["kb publish-scheduled"].command == ("kb", "publish-scheduled")
    soon = timezone.now() + timedelta(hours=1)
    article.go_live_at = soon
    article.save_revision().publish(user=second.member.user, skip_permission_checks=True)
    call_command("kb", "publish-scheduled")
    assert not fresh(article).live
    assert not Notification.objects.filter(kind="article_published").exists()
    Revision.objects.filter(approved_go_live_at=soon).update(approved_go_live_at=now)
    revision = Revision.objects.get(approved_go_live_at=now)
    revision.content["go_live_at"] = now.isoformat()
    revision.save()
    call_command("kb", "publish-scheduled", "--now", now.isoformat())
    assert fresh(article).live
    assert Event.objects.get(verb="article.published").at == now
    FaqArticle.objects.filter(pk=article.pk).update(expire_at=now)
    call_command("kb", "publish-scheduled")
    assert not fresh(article).live
