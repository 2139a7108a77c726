"""What notifications does when a person exports or erases what is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Member
from accounts.signals import member_changed, member_erased, member_exported
from notifications.models import Notification, Silence
from notifications.notify import notify


@receiver(member_exported)
def export(*, member: Member, export: dict[str, Any], **kwargs: object) -> None:
    """Adds what the member was told, newest first, and which mails they stopped."""
    rows = Notification.objects.filter(member=member).order_by("-created_at", "-pk")
    export["notifications"] = [
        {
            "kind": row.kind,
            "path": row.path,
            "told_at": row.created_at.isoformat(),
            "read_at": row.read_at.isoformat() if row.read_at else None,
        }
        for row in rows.iterator(chunk_size=2000)
    ]
    export["mails_stopped"] = [
        {"mails": row.mails, "since": row.since.isoformat()} for row in Silence.objects.filter(member=member)
    ]


@receiver(member_erased)
def erase(*, member: Member, **kwargs: object) -> None:
    """Nobody is left to read them."""
    Notification.objects.filter(member=member).delete()
    Silence.objects.filter(member=member).delete()
    Member.objects.filter(pk=member.pk).update(unread_count=0)


@receiver(member_changed)
def tell_of_suspension(
    *, member: Member, verb: str, now: datetime, reason: str, after: dict[str, Any], **kwargs: object
) -> None:
    """A member reads when they are suspended, until when and why."""
    if verb == "member.suspended":
        notify(
            members=[member.pk],
            kind="suspended",
            path="account/",
            key=f"suspended:{now.isoformat()}",
            now=now,
            data={"until_at": after["until"], "reason": reason},
        )
