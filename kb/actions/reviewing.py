"""The review: submitted, sent back, approved. Wagtail keeps its state; people are told here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from wagtail.models import TaskState, WorkflowState

from accounts.jobs import Job
from accounts.models import Member
from accounts.viewer import Viewer
from events.record import record
from kb.models import Article, Origin
from kb.rights import involved_in
from notifications.notify import notify


def submit(*, article: Article, by: Viewer, now: datetime) -> None:
    """Start the review of a draft, if its place in the tree has one. In the caller's transaction."""
    user = by.member.user if by.member else None
    workflow = article.get_workflow()
    if workflow is not None:
        workflow.start(article, user)


def tell_reviewers(*, state: WorkflowState, now: datetime) -> None:
    """A review began: tell whoever may do it, in the product (a mail for each draft would be many)."""
    with transaction.atomic():
        article = state.content_object.specific
        reviewers = Member.objects.filter(user__groups__name__in=[Job.MODERATOR.value, Job.OPERATOR.value])
        notify(
            members=set(reviewers.values_list("pk", flat=True)) - involved_in(article),
            kind="article_submitted",
            path=review_path(article),
            key=f"article_submitted:{state.pk}",
            now=now,
            data={"title": article.title},
            mail=False,
        )


def sent_back(*, state: WorkflowState, comment: str, by: Member | None, now: datetime) -> None:
    """A reviewer asked for changes: tell whoever submitted it."""
    with transaction.atomic():
        article = state.content_object.specific
        record(verb="article.sent_back", actor=by, obj=article.page_ptr, now=now, reason=comment)
        submitter = Member.objects.filter(user_id=state.requested_by_id).first() if state.requested_by_id else None
        if submitter is not None:
            notify(
                members=[submitter.pk],
                kind="article_sent_back",
                path=review_path(article),
                key=f"article_sent_back:{state.current_task_state_id}",
                now=now,
                data={"title": article.title, "comment": comment},
            )


def approved(*, task: TaskState, by: Member | None, now: datetime) -> None:
    """A reviewer approved: keep who and when, for the article's page."""
    with transaction.atomic():
        article = task.workflow_state.content_object.specific
        record(verb="article.approved", actor=by, obj=article.page_ptr, now=now, reason=task.comment)
        Origin.objects.filter(translation_key=article.translation_key).update(reviewed_by=by, reviewed_at=now)


def review_path(article: Article) -> str:
    """The address that leads to the article in the editors' admin, without the language prefix."""
    return f"help/reviews/{article.pk}/"
