"""People in the administration: operators see who there is and what they agreed to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions.employment import dismiss, employ
from accounts.jobs import Job
from accounts.models import Consent, Member, User
from accounts.viewer import viewer_of
from core.errors import Refused


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at here, changed by actions."""

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
    actions = ["make_moderator", "make_agent", "make_operator", "take_jobs_back"]

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if viewer_of(request).is_operator else {}

    @admin.action(description=_("Make them moderators"))
    def make_moderator(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._change(request, chosen, Job.MODERATOR)

    @admin.action(description=_("Make them agents, who answer for the company"))
    def make_agent(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._change(request, chosen, Job.AGENT)

    @admin.action(description=_("Make them operators, who have every right here"))
    def make_operator(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._change(request, chosen, Job.OPERATOR)

    @admin.action(description=_("Take their jobs back"))
    def take_jobs_back(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._change(request, chosen, None)

    def _change(self, request: HttpRequest, chosen: QuerySet[User], job: Job | None) -> None:
        by, now, done = viewer_of(request), timezone.now(), 0
        for member in Member.objects.filter(user__in=chosen).order_by("pk"):
            try:
                employ(member=member, job=job, by=by, now=now) if job else dismiss(member=member, by=by, now=now)
                done += 1
            except Refused as refused:
                self.message_user(request, f"{member}: {refused.reason}", messages.WARNING)
        if done:
            words = ngettext("%(count)s person has new jobs.", "%(count)s people have new jobs.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    list_display = ["member", "kind", "version", "given_at"]
    list_filter = ["kind", "version"]
    ordering = ["-pk"]
    show_full_result_count = False
