"""What rewards does when the community, the knowledge base and accounts tell it something, in their transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Member, User
from accounts.signals import member_erased, member_exported
from accounts.viewer import Viewer
from community.models import Acceptance, Adoption, Post
from community.signals import (
    acceptance_revoked,
    acceptances_imported,
    answer_accepted,
    idea_adopted,
    idea_adoption_revoked,
    post_removed,
    post_restored,
)
from kb.models import Article, EditorialTask
from kb.signals import article_published, article_unpublished, search_answered
from rewards.actions import articles, ideas
from rewards.actions.awarding import award, take_back
from rewards.actions.forgetting import forget
from rewards.actions.importing import award_imported
from rewards.actions.tracing import trace
from rewards.exported import exported


@receiver(answer_accepted, dispatch_uid="rewards.award")
def award_accepted(*, acceptance: Acceptance, by: Viewer, now: datetime, **_: Any) -> None:
    award(acceptance=acceptance, by=by, now=now)


@receiver(acceptance_revoked, dispatch_uid="rewards.take_back")
def take_back_revoked(*, acceptance: Acceptance, reason: str, by: Viewer, now: datetime, **_: Any) -> None:
    take_back(acceptance=acceptance, reason=reason, by=by, now=now)


@receiver(acceptances_imported, dispatch_uid="rewards.award_imported")
def award_history(*, acceptances: list[Acceptance], now: datetime, **_: Any) -> None:
    award_imported([acceptance.pk for acceptance in acceptances], now)


@receiver(idea_adopted, dispatch_uid="rewards.award_idea")
def award_adopted(*, adoption: Adoption, by: Viewer, now: datetime, **_: Any) -> None:
    ideas.award(adoption=adoption, by=by, now=now)


@receiver(idea_adoption_revoked, dispatch_uid="rewards.take_back_idea")
def take_back_adopted(*, adoption: Adoption, reason: str, by: Viewer, now: datetime, **_: Any) -> None:
    ideas.take_back(adoption=adoption, reason=reason, by=by, now=now)


@receiver(article_published, dispatch_uid="rewards.award_article")
def award_published(*, article: Article, now: datetime, **_: Any) -> None:
    articles.award_article(article=article, now=now)


@receiver(article_unpublished, dispatch_uid="rewards.withdraw_article")
def take_back_withdrawn(*, article_id: int, translation_key: UUID, title: str, now: datetime, **_: Any) -> None:
    articles.withdraw_article(article_id=article_id, translation_key=translation_key, title=title, now=now)


@receiver(search_answered, dispatch_uid="rewards.award_search")
def award_answered(*, task: EditorialTask, article: Article, now: datetime, **_: Any) -> None:
    articles.award_search(task=task, article=article, now=now)


@receiver(post_removed, dispatch_uid="rewards.remove_answer")
def take_back_removed(*, post: Post, by: Viewer, now: datetime, **_: Any) -> None:
    articles.remove_answer(post=post, by=by, now=now)


@receiver(post_restored, dispatch_uid="rewards.restore_answer")
def give_back_restored(*, post: Post, by: Viewer, now: datetime, **_: Any) -> None:
    articles.restore_answer(post=post, by=by, now=now)


@receiver(member_exported, dispatch_uid="rewards.export")
def add_to_export(*, member: Member, export: dict[str, Any], **_: Any) -> None:
    export["rewards"] = exported(member.pk)


@receiver(member_erased, dispatch_uid="rewards.forget")
def forget_member(*, member: Member, name: str = "", now: datetime, **_: Any) -> None:
    # The books need nothing: they name nobody, they only point at the member's row.
    forget(member=member, name=name, now=now)


@receiver(user_logged_in, dispatch_uid="rewards.trace")
def trace_sign_in(*, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    # Here and not at each post: a page that is asked for costs nothing, and who posts has signed in within two weeks.
    member = getattr(user, "member", None)
    if member is not None and request is not None:
        agent = request.META.get("HTTP_USER_AGENT", "")
        trace(member=member, address=request.META.get("REMOTE_ADDR", ""), agent=agent, now=timezone.now())
