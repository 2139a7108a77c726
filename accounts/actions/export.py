"""A person takes what is theirs with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Member
from accounts.permissions import check_may_change_own
from accounts.signals import member_exported
from accounts.viewer import Viewer


def export(*, by: Viewer, now: datetime) -> dict[str, Any]:
    """Everything the product knows of this member, one key an app, as plain JSON values.

    Raises Refused when signed out. Writes nothing.
    """
    check_may_change_own(by.member)
    made: dict[str, Any] = {"made_at": now.isoformat()}
    member_exported.send(Member, member=by.member, export=made)
    return made
