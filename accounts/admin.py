"""People in the administration: operators see who there is and what they agreed to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Consent, Member, User


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at here, changed by actions elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Member)
class MemberAdmin(ReadOnly):
    list_display = [
        "pk",
        "shown_name",
        "language",
        "is_team",
        "suspended_until",
        "created_at",
        "closed_at",
        "erased_at",
    ]
    list_filter = ["is_team", "language"]
    search_fields = ["name"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ["pk", "get_full_name", "email_verified_at", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    list_select_related = ["member"]
    search_fields = ["email", "member__name"]
    fields = ["email", "email_verified_at", "is_active", "groups", "date_joined", "last_login"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    list_display = ["member", "kind", "version", "given_at"]
    list_filter = ["kind", "version"]
    ordering = ["-pk"]
    show_full_result_count = False
