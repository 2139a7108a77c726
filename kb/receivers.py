"""What the knowledge base does when Wagtail or another app tells of something: each calls one action."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from wagtail.admin import signal_handlers as mails
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.signals import (
    page_published,
    page_unpublished,
    post_page_move,
    task_approved,
    workflow_rejected,
    workflow_submitted,
)

from accounts.models import Member
from accounts.signals import member_erased, member_exported
from kb.actions import people, publishing, reviewing
from kb.clock import current
from kb.models import Article, HelpPage

# How Wagtail names the mails that `apps` disconnects.
MAIL_UIDS = {
    mails.task_submission_email_notifier: "group_approval_task_submitted_email_notification",
    mails.workflow_submission_email_notifier: "workflow_state_submitted_email_notification",
    mails.workflow_approval_email_notifier: "workflow_state_approved_email_notification",
    mails.workflow_rejection_email_notifier: "workflow_state_rejected_email_notification",
}


def connect() -> None:
    """Called once, by the app's `ready()`."""
    page_published.connect(on_published)
    page_unpublished.connect(on_unpublished)
    post_page_move.connect(on_moved)
    # The base row goes last: before it is gone, the page still reads as live.
    post_delete.connect(on_deleted, sender=Page)
    workflow_submitted.connect(on_submitted, sender=WorkflowState)
    workflow_rejected.connect(on_rejected, sender=WorkflowState)
    task_approved.connect(on_approved)
    member_erased.connect(on_erased)
    member_exported.connect(on_exported)


def on_published(instance: Any, **kwargs: Any) -> None:
    # Wagtail sends this also for a page that is only timed to go live.
    if isinstance(instance, Article) and instance.live:
        publishing.published(article=instance, now=current())
    elif isinstance(instance, HelpPage):
        publishing.arranged(page=instance, verb="published", now=current())


def on_unpublished(instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Article):
        publishing.unpublished(article=instance, now=current())
    elif isinstance(instance, HelpPage):
        publishing.arranged(page=instance, verb="unpublished", now=current())


def on_moved(instance: Any, **kwargs: Any) -> None:
    publishing.arranged(page=instance, verb="moved", now=current())


def on_deleted(instance: Any, **kwargs: Any) -> None:
    if not issubclass(instance.specific_class or Page, Article):
        publishing.arranged(page=instance, verb="deleted", now=current())
        return
    publishing.deleted(
        article_id=instance.pk, translation_key=instance.translation_key, title=instance.title, now=current()
    )


def on_submitted(instance: WorkflowState, **kwargs: Any) -> None:
    if isinstance(instance.content_object.specific, Article):
        reviewing.tell_reviewers(state=instance, now=current())


def on_rejected(instance: WorkflowState, user: Any = None, **kwargs: Any) -> None:
    if isinstance(instance.content_object.specific, Article):
        task = instance.current_task_state
        reviewing.sent_back(state=instance, comment=task.comment if task else "", by=member_of(user), now=current())


def on_approved(instance: TaskState, user: Any = None, **kwargs: Any) -> None:
    if isinstance(instance.workflow_state.content_object.specific, Article):
        reviewing.approved(task=instance, by=member_of(user), now=current())


def on_erased(member: Member, **kwargs: Any) -> None:
    people.erase(member=member)


def on_exported(member: Member, export: dict[str, Any], **kwargs: Any) -> None:
    export["kb"] = people.export(member=member)
    export["kb_credits"] = people.credited(member=member)
    export["kb_said"] = people.said(member=member)
    export["kb_searches"] = people.waited_for(member=member)


def member_of(user: Any) -> Member | None:
    return Member.objects.filter(user=user).first() if user is not None else None
