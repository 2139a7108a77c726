"""Wagtail's questions about a user and a page, answered from the house's permissions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from wagtail.models import PagePermissionTester
from wagtail.permission_policies.base import BasePermissionPolicy

from accounts.models import Member, User
from accounts.viewer import Viewer
from community.models import Acceptance
from core.errors import Refused
from kb.models.origins import Origin
from kb.permissions import check_may_review


def involved_in(page: Any) -> frozenset[int]:
    """The members who made this page: who owns it, who submitted it, who promoted it, whose answer it is."""
    state = page.current_workflow_state
    users = {page.owner_id, state.requested_by_id if state else None} - {None}
    members = set(Member.objects.filter(user_id__in=users).values_list("pk", flat=True))
    origin = Origin.objects.filter(translation_key=page.translation_key).first()
    if origin is not None:
        members |= {pk for pk in (origin.promoted_by_id, origin.credited_id) if pk is not None}
    return frozenset(members)


def answer_stands(page: Any) -> bool:
    """Whether the answer that this page was made of is still accepted and shown; so it is of a page made of none."""
    origin = Origin.objects.filter(translation_key=page.translation_key).select_related("post__thread").first()
    if origin is None or origin.post is None:
        return True
    post = origin.post
    there = post.removed_at is None and post.thread.removed_at is None
    return there and Acceptance.objects.filter(post=post, revoked_at=None).exists()


def may_review(page: Any, user: Any) -> bool:
    """Whether this user may decide on this page now."""
    try:
        check_may_review(Viewer.of(user), timezone.now(), involved=involved_in(page))
    except Refused:
        return False
    return True


class ArticlePermissions(PagePermissionTester):
    """Wagtail's own, but nobody publishes a promoted answer past the review that their part in it bars them from."""

    def can_publish(self) -> bool:
        if not super().can_publish():
            return False
        promoted = Origin.objects.filter(translation_key=self.page.translation_key, post__isnull=False).exists()
        return not promoted or may_review(self.page, self.user)


class NobodyHere(BasePermissionPolicy):
    """For people and groups: Wagtail's pages for them make users without a member, and hand out rights."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return False

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return False

    def users_with_any_permission(self, actions: Any) -> QuerySet[User]:
        return User.objects.none()
