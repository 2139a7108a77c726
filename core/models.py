"""Background work that was asked for, and how far it got; and the brand of a site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import PreviewableMixin, Site

from core import brand, colour
from core.brand_form import BrandForm, panels


class TaskQuerySet(models.QuerySet["Task"]):
    def due(self, now: datetime) -> TaskQuerySet:
        """Those that wait and whose time has come, oldest first."""
        return self.filter(state=Task.State.WAITING, run_at__lte=now).order_by("run_at", "pk")

    def overdue(self, now: datetime) -> TaskQuerySet:
        """Those said to run although the time that a run may take is over: their worker died."""
        return self.filter(state=Task.State.RUNNING, lease_until__lte=now).order_by("pk")


class Task(models.Model):
    """One piece of background work. Written in the transaction of what asked for it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DEAD = "dead", _("Failed for good")

    name = models.CharField(_("task"), max_length=120)
    arguments = models.JSONField(_("arguments"), default=dict)
    # While a task with this key waits, another with it is not enqueued; "" for no such limit.
    key = models.CharField(_("key"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    # Counted before each run, so that one which kills its worker is counted too.
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    run_at = models.DateTimeField(_("not before"), default=timezone.now)
    error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # The broker's row that will bring it to a worker.
    delivery = models.BigIntegerField(null=True, blank=True, editable=False)
    # Who runs it ("host/process"), and until when that is believed.
    worker = models.CharField(max_length=120, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("background task")
        verbose_name_plural = _("background tasks")
        permissions = [
            ("rerun_task", "May run a failed background task again"),
            ("open_admin", "May open the technical administration"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="waiting") & ~Q(key=""), name="one_waiting_task_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["state", "run_at"], name="task_state"),
            models.Index(fields=["state", "finished_at"], name="task_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Heartbeat(models.Model):
    """When a part that runs beside the pages last said that it is well."""

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.part


@register_setting(icon="view", order=10)
class Brand(PreviewableMixin, BaseSiteSetting):
    """The dress of one site, as an operator filled it in; `core.brand` is how everybody else reads it."""

    name = models.CharField(_("Name"), max_length=40, blank=True)
    # "" for the product's own. Kept in small letters, with a #.
    colour = models.CharField(_("Colour"), max_length=7, blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # By language: {"fr": {"home_heading": "…"}}, and {"fr": [["Mentions légales", "https://…"]]}.
    welcome = models.JSONField(_("Words of welcome"), default=dict, blank=True, editable=False)
    legal = models.JSONField(_("Legal links"), default=dict, blank=True, editable=False)

    base_form_class = BrandForm
    panels = panels()

    class Meta:
        verbose_name = _("brand")

    def as_brand(self, site: Site) -> brand.Brand:
        """What is filled in; where nothing is, what the product has."""
        return brand.Brand(
            name=self.name or site.site_name or brand.Brand.name,
            colour="" if self.colour == colour.DEFAULT else self.colour,
            logo=brand.logo_of(self.logo) if self.logo else None,
            welcome=self.welcome,
            legal={code: [(words, address) for words, address in links] for code, links in self.legal.items()},
        )

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        return [("en", "English"), ("fr", "Français")]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What the brand changes, light beside dark, before it is kept."""
        with translation.override(mode_name if mode_name in dict(self.preview_modes) else "en"):
            tried = self.as_brand(self.site)
            context = {
                "tried": tried,
                "words": [
                    (tried.said.get("help_heading", ""), tried.said.get("help_lead", "")),
                    (tried.said.get("sign_in_heading") or gettext("Sign in"), tried.said.get("sign_in_lead", "")),
                ],
                "schemes": [("light", gettext("Light")), ("dark", gettext("Dark"))],
            }
            shown: Any = TemplateResponse(request, "core/brand_preview.html", context)
            shown.render()
        # It stands in a frame of the editors' admin.
        shown._csp_replace = {"frame-ancestors": ["'self'"]}
        return shown  # type: ignore[no-any-return]
