"""What a member has read."""

from __future__ import annotations

from datetime import datetime

from accounts.viewer import Viewer
from community.actions.ground import writer
from community.models import Seen, Thread


def mark_seen(*, thread: Thread, by: Viewer, to: datetime) -> None:
    """Remember that this member has read a thread up to a moment; never back, never past its last activity.

    One short write, and it changes nothing that anybody else sees: no lock on the thread, no version, no event.
    Raises Refused for somebody not signed in.
    """
    member = writer(by)
    to = min(to, thread.last_activity_at)
    mine = Seen.objects.filter(member=member, thread=thread)
    if not mine.filter(at__lt=to).update(at=to):
        Seen.objects.bulk_create([Seen(member=member, thread=thread, at=to)], ignore_conflicts=True)
