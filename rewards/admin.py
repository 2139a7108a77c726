"""The books in Django's admin: operators look, nobody writes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.viewer import viewer_of
from rewards.models import Account, Entry, Hold, ProgrammeVersion, Transfer


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Seen by operators; not even a superuser adds, changes or deletes."""

    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(viewer_of(request).is_operator or request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EntriesInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Entry
    fields = ["account", "amount", "balance_after"]
    readonly_fields = ["account", "amount", "balance_after"]
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(viewer_of(request).is_operator or request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    list_display = ["key", "kind", "reason", "booked_on", "version", "reverses"]
    list_filter = ["kind", "reason"]
    list_select_related = ["version", "reverses"]
    search_fields = ["key"]
    inlines = [EntriesInline]
    ordering = ["-pk"]


@admin.register(Account)
class AccountAdmin(ReadOnly):
    list_display = ["kind", "member", "balance"]
    list_filter = ["kind"]
    list_select_related = ["member"]
    ordering = ["pk"]


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = ["award", "member", "amount", "settles_on", "state"]
    list_filter = ["state"]
    list_select_related = ["award", "member"]
    ordering = ["-pk"]


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(ReadOnly):
    list_display = ["programme", "number", "starts_at", "rules", "value_micros", "currency"]
    list_select_related = ["programme"]
    ordering = ["-starts_at"]
