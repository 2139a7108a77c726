"""What rewards does when the community and accounts tell it something, in their transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Member
from accounts.signals import member_exported
from accounts.viewer import Viewer
from community.models import Acceptance
from community.signals import acceptance_revoked, acceptances_imported, answer_accepted
from rewards.actions.awarding import award, take_back
from rewards.actions.importing import award_imported
from rewards.queries import exported


@receiver(answer_accepted, dispatch_uid="rewards.award")
def award_accepted(*, acceptance: Acceptance, by: Viewer, now: datetime, **_: Any) -> None:
    award(acceptance=acceptance, by=by, now=now)


@receiver(acceptance_revoked, dispatch_uid="rewards.take_back")
def take_back_revoked(*, acceptance: Acceptance, reason: str, by: Viewer, now: datetime, **_: Any) -> None:
    take_back(acceptance=acceptance, reason=reason, by=by, now=now)


@receiver(acceptances_imported, dispatch_uid="rewards.award_imported")
def award_history(*, acceptances: list[Acceptance], now: datetime, **_: Any) -> None:
    award_imported([acceptance.pk for acceptance in acceptances], now)


@receiver(member_exported, dispatch_uid="rewards.export")
def add_to_export(*, member: Member, export: dict[str, Any], **_: Any) -> None:
    # Erasure needs no receiver: the books name nobody, they only point at the member's row.
    export["rewards"] = exported(member.pk)
