"""The task of Wagtail's workflow by which a second person checks an article."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState

from accounts.viewer import Viewer
from kb.rights import answer_stands, may_review


class ReviewTask(Task):
    """Approved or sent back by somebody who had no part in the article: see `kb.permissions`."""

    class Meta:
        verbose_name = _("review by a second person")

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        if not may_review(obj, user):
            return []
        if not answer_stands(obj):
            # `AnswerGone` says why on the page.
            return [("reject", _("Ask for changes"), True)]
        return [
            ("reject", _("Ask for changes"), True),
            ("approve", _("Approve"), False),
            ("approve", _("Approve with comment"), True),
        ]

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Approve or send back. Raises PermissionDenied.

        Wagtail's view asks `get_actions` about the page in the address and then acts on the task in the address;
        nothing says that they belong together. So the right is asked here, of the page that the task is about,
        with both rows locked.
        """
        with transaction.atomic():
            locked = TaskState.objects.select_for_update(of=("self",)).get(pk=task_state.pk)
            page = locked.workflow_state.content_object.specific
            current = locked.workflow_state.current_task_state_id == locked.pk
            allowed = {name for name, _label, _modal in self.get_actions(page, user)}
            if not current or locked.status != TaskState.STATUS_IN_PROGRESS or action_name not in allowed:
                raise PermissionDenied
            return super().on_action(locked.specific, user, action_name, **kwargs)

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return may_review(obj, user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        """Nobody changes an article under the reviewer's eyes but reviewers."""
        return not may_review(obj, user)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        by = Viewer.of(user)
        if not (by.is_moderator or by.is_operator):
            return TaskState.objects.none()
        return TaskState.objects.filter(task=self.task_ptr, status=TaskState.STATUS_IN_PROGRESS).exclude(
            workflow_state__requested_by=user
        )

    @classmethod
    def get_description(cls) -> str:
        return str(_("A moderator or an operator who had no part in the article approves it"))
