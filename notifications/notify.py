"""One way to tell a member something: in the product, and by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Member
from core.tasks import enqueue
from notifications.models import Notification
from notifications.tasks import send_mails

# Mails in one task: few enough to end well within a task's time, many enough to keep the table small.
BATCH = 50


def notify(
    *,
    members: Iterable[int],
    kind: str,
    path: str,
    key: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    mail: bool = True,
) -> None:
    """Tell these members (keys) of one thing, in the caller's transaction.

    `kind` names the templates `notifications/<kind>.subject.txt` and `notifications/<kind>.txt`, which are
    rendered with `data` in each member's language. `data` holds plain JSON values; a text under a name that ends
    in `_at` is an ISO time and reaches the templates as a datetime in the member's zone. `path` is where the link
    leads, without the language prefix: "community/t/12-x/#post-40". `key` makes it idempotent: the same key and
    member, told twice, is told once. Mail goes out by a task, after commit.

    Locks the members' rows in key order. Members without a sign-in, closed or erased are passed over.
    Raises RuntimeError outside a transaction: what is told must not outlive what it tells of.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("members are told in the transaction of what they are told of")
    wanted = (
        Member.objects.present()
        .filter(pk__in=set(members), user__is_active=True)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )
    # The lock makes the look and the insert one step: of two who tell the same, the second sees the first.
    ids = list(wanted)
    told = set(Notification.objects.filter(key__in=[_key(key, pk) for pk in ids]).values_list("member_id", flat=True))
    rows = Notification.objects.bulk_create(
        [
            Notification(member_id=pk, kind=kind, path=path, data=data or {}, key=_key(key, pk), created_at=now)
            for pk in ids
            if pk not in told
        ],
        batch_size=500,
    )
    if not rows:
        return
    Member.objects.filter(pk__in=[row.member_id for row in rows]).update(unread_count=F("unread_count") + 1)
    if mail:
        for start in range(0, len(rows), BATCH):
            enqueue(send_mails, ids=[row.pk for row in rows[start : start + BATCH]])


def _key(key: str, member_id: int) -> str:
    return f"{key}:{member_id}"
