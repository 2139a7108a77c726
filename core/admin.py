"""Background tasks in the admin: what failed, why, and a way to run it again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.models import Task
from core.tasks import rerun


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read only but for one action: a failed task is given all its attempts again."""

    list_display = ["name", "state", "attempts", "run_at", "started_at", "finished_at", "short_error"]
    list_filter = ["state", "name"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["run_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        return False

    def has_rerun_permission(self, request: HttpRequest) -> bool:
        """Named by the action's `permissions`."""
        return request.user.has_perm("core.rerun_task")

    @admin.display(description=_("last error"))
    def short_error(self, task: Task) -> str:
        lines = task.error.strip().splitlines()
        return lines[-1][:120] if lines else ""

    @admin.action(description=_("Run again"), permissions=["rerun"])
    def run_again(self, request: HttpRequest, chosen: QuerySet[Task]) -> None:
        now = timezone.now()
        count = sum(rerun(task, now) for task in chosen.order_by("pk"))
        words = ngettext("%(count)s task will run again.", "%(count)s tasks will run again.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
