"""The books in Django's admin: operators look, nobody writes. And the limits of detection and the charities, which
operators set.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.viewer import viewer_of
from core.errors import Invalid
from rewards.actions.limiting import set_limits
from rewards.actions.payouts.charities import check_charity, keep_charity
from rewards.models import (
    Account,
    Charity,
    DetectionLimits,
    Entry,
    Hold,
    Lot,
    LotUse,
    PayeeRecord,
    PayoutRun,
    ProgrammeVersion,
    Review,
    Seal,
    Transfer,
)


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


class Inline(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(viewer_of(request).is_operator or request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EntriesInline(Inline):
    model = Entry
    fields = ("account", "amount", "balance_after")
    readonly_fields = fields


class UsesInline(Inline):
    model = LotUse
    fields = ("transfer", "amount")
    readonly_fields = fields


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


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    list_display = ["hold", "state", "score", "found_at", "decided_by", "decided_at"]
    list_filter = ["state", "rule"]
    list_select_related = ["hold", "decided_by"]
    ordering = ["-pk"]


@admin.register(DetectionLimits)
class DetectionLimitsAdmin(ReadOnly):
    """One row: made when it is first saved, changed by operators, never deleted."""

    list_display = ["__str__", "held"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return viewer_of(request).is_operator and not DetectionLimits.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer_of(request).is_operator

    def save_model(self, request: HttpRequest, obj: DetectionLimits, form: Any, change: bool) -> None:
        set_limits(limits=obj, by=viewer_of(request), now=timezone.now())


class CharityForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name for each language of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": language},
                initial=self.instance.names.get(code, "") if self.instance.names else "",
                max_length=120,
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.instance.names = {code: given.get(f"name_{code}", "") for code, _language in settings.LANGUAGES}
        for name in ("account", "match_percent"):
            setattr(self.instance, name, given.get(name, getattr(self.instance, name)))
        if not self.errors:
            try:
                check_charity(self.instance)
            except Invalid as error:
                for name, words in error.errors.items():
                    self.add_error(name if name in self.fields else None, str(words))
        return given


@admin.register(Charity)
class CharityAdmin(ReadOnly):
    """Added and changed by operators, and set aside instead of deleted: payouts point at them."""

    form = CharityForm
    about = ("account", "match_percent", "is_active")
    list_display = ["name", "match_percent", "is_active", "votes"]
    ordering = ["pk"]

    def get_queryset(self, request: HttpRequest) -> Any:
        now_open = Q(votes__run__state=PayoutRun.State.CHOOSING)
        return super().get_queryset(request).annotate(votes_now=Count("votes", filter=now_open))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*(f"name_{code}" for code, _language in settings.LANGUAGES), *self.about]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # The names are fields of the form and none of the model.
        return super().get_form(request, obj, change, **kwargs | {"fields": self.about})

    @admin.display(description=_("Votes in the open window"))
    def votes(self, charity: Any) -> int:
        return int(charity.votes_now)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer_of(request).is_operator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return viewer_of(request).is_operator

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer_of(request).is_operator

    def save_model(self, request: HttpRequest, obj: Charity, form: Any, change: bool) -> None:
        keep_charity(charity=obj, by=viewer_of(request), now=timezone.now())


@admin.register(Lot)
class LotAdmin(ReadOnly):
    list_display = ["member", "amount", "remaining", "earned_on", "expires_on", "rolled_over"]
    list_filter = ["rolled_over"]
    list_select_related = ["member"]
    inlines = [UsesInline]
    ordering = ["-pk"]


@admin.register(Seal)
class SealAdmin(ReadOnly):
    list_display = ["number", "first", "last", "count", "sealed_at", "digest"]
    fields = ["number", "first", "last", "count", "gaps", "late", "sums", "sealed_at", "previous", "digest"]
    ordering = ["-number"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("leaves")


@admin.register(PayeeRecord)
class PayeeRecordAdmin(ReadOnly):
    """What tax law has kept of erased payees."""

    list_display = ["member_id", "name", "kept_at", "keep_until"]
    fields = ["member", "name", "paid_at", "kept_at", "keep_until"]
    ordering = ["keep_until", "pk"]


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(ReadOnly):
    list_display = ["programme", "number", "starts_at", "rules", "value_micros", "currency"]
    list_select_related = ["programme"]
    ordering = ["-starts_at"]
