"""Opening hours and targets in the admin, for operators; a change counts for promises made from then on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.viewer import Viewer
from care.models import Calendar, Target


class ForOperators(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rights come from the job, as everywhere."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def _is_operator(self, request: HttpRequest) -> bool:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        return viewer.is_operator


@admin.register(Calendar)
class CalendarAdmin(ForOperators):
    """The hours are checked before they are saved: a desk that never opens is refused."""

    list_display = ["name", "zone", "country", "subdivision"]


@admin.register(Target)
class TargetAdmin(ForOperators):
    list_display = ["__str__", "calendar", "take_over_minutes", "answer_minutes"]
    list_select_related = ["product", "calendar"]
