"""The demo's story is told in a minute: what it tells of the past was mailed and read then."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django_q.models import OrmQ

from accounts.models import Member
from core.models import Task
from notifications.models import Notification
from notifications.tasks import send_mails


def told_before(before: datetime) -> None:
    """Take what was told until `before` as mailed and read at that time, and its waiting mails out of the queue."""
    with transaction.atomic():
        Notification.objects.filter(created_at__lt=before).update(mailed_at=F("created_at"), read_at=F("created_at"))
        unread = Count("notifications", filter=Q(notifications__read_at=None))
        for member in Member.objects.annotate(unread=unread):
            Member.objects.filter(pk=member.pk).update(unread_count=member.unread)
        recent = set(Notification.objects.filter(mailed_at=None).values_list("pk", flat=True))
        waiting = Task.objects.filter(
            name=f"{send_mails.__module__}.{send_mails.__qualname__}", state=Task.State.WAITING
        )
        gone = [row for row in waiting if recent.isdisjoint(row.arguments["ids"])]
        OrmQ.objects.filter(pk__in=[row.delivery for row in gone]).delete()
        Task.objects.filter(pk__in=[row.pk for row in gone]).delete()
