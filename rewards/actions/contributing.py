"""A signed statement of what a member contributed is made, and taken back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.permissions import check_may_change_own
from accounts.viewer import Viewer
from core.errors import Refused
from events.record import record
from rewards import signing
from rewards.contributions import statement
from rewards.merits import merits_of
from rewards.models import Contribution, SigningKey
from rewards.permissions import check_may_state

# Statements of one member that stand at once.
MOST = 20


def state_contribution(*, by: Viewer, issuer: str, now: datetime) -> Contribution:
    """Make a signed statement of what the member has contributed by now. `issuer` is the community's name.

    Locks the member. Raises Refused for the team, where there is nothing to state, and for more than enough of them.
    """
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).filter(pk=by.member_id or 0).first()
        check_may_change_own(member)
        assert member is not None
        merits = merits_of(member.pk)
        check_may_state(member, merits.accepted)
        if Contribution.objects.standing().filter(member=member).count() >= MOST:
            raise Refused(_("Take one of your statements back first: you have as many as there can be."), code="full")
        key = signing.private_key(settings.SECRET_KEY)
        public, _new = SigningKey.objects.get_or_create(public=signing.public_of(key), defaults={"since": now})
        code = signing.new_code()
        said = signing.written(statement(member, merits, code=code, issuer=issuer, now=now))
        made = Contribution.objects.create(
            member=member, code=code, said=said, signature=signing.signature_of(said, key), key=public, made_at=now
        )
        record(verb="contribution_stated", actor=member, obj=made, now=now)
        return made


def take_back_contribution(*, code: str, by: Viewer, now: datetime) -> bool:
    """Nobody can verify it any more, and what it said is gone; False where there is none of one's own."""
    with transaction.atomic():
        mine = Contribution.objects.standing().filter(code=code, member_id=by.member_id or 0)
        made = mine.select_for_update().first()
        if made is None:
            return False
        empty([made], now)
        record(verb="contribution_taken_back", actor=by.member, obj=made, now=now)
        return True


def empty(made: list[Contribution], now: datetime) -> None:
    """Revoke these: their codes stay, so that a copy is told from a forgery."""
    Contribution.objects.filter(pk__in=[each.pk for each in made]).update(said="", signature="", revoked_at=now)
