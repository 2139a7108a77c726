"""Background work that was asked for, and how far it got."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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
