"""Choosing which mails one gets."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Refused
from notifications.kinds import Mails
from notifications.models import Silence

_SALT = "notifications.stop"


def choose_mails(*, by: Viewer, wanted: Collection[str], now: datetime) -> None:
    """Keep the mails of these sorts (`Mails`) and stop all others. Raises Refused when signed out."""
    if by.member_id is None:
        raise Refused(_("Sign in first."), code="signed_out")
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=by.member_id)
        for mails in Mails:
            _set(by.member_id, mails, stopped=mails not in wanted, now=now)


def stop_mails(*, token: str, now: datetime, stopped: bool = True) -> Mails:
    """What the link in a mail does: stop mails of its sort, or take that back. Gives the sort.

    The link is the proof, so that it works without signing in. Raises Refused for one that we did not write.
    """
    member_id, mails = told_by(token)
    with transaction.atomic():
        if not Member.objects.select_for_update(no_key=True).filter(pk=member_id, erased_at=None).exists():
            raise Refused(_("This link is not one of ours."), code="bad_link")
        _set(member_id, mails, stopped=stopped, now=now)
    return mails


def token_for(member_id: int, mails: Mails) -> str:
    """Says whose mails of which sort; the site's signature keeps it from being made up."""
    return signing.dumps([member_id, mails.value], salt=_SALT, compress=False)


def told_by(token: str) -> tuple[int, Mails]:
    """The member and the sort that a token names. Raises Refused."""
    try:
        member_id, mails = signing.loads(token, salt=_SALT)
        return int(member_id), Mails(mails)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(_("This link is not one of ours."), code="bad_link") from None


def _set(member_id: int, mails: Mails, *, stopped: bool, now: datetime) -> None:
    if stopped:
        Silence.objects.get_or_create(member_id=member_id, mails=mails.value, defaults={"since": now})
    else:
        Silence.objects.filter(member_id=member_id, mails=mails.value).delete()
