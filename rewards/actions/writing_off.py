"""An operator decides that what a member owes is not recovered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Invalid
from events.record import record
from notifications.notify import notify
from rewards import ledger
from rewards.ledger import RECEIVABLE, Draft, Move
from rewards.models import Account, Entry, Transfer
from rewards.permissions import check_may_write_off


def write_off(*, member: Member, reason: str, by: Viewer, now: datetime) -> Transfer | None:
    """Book all that a member owes to what is written off, and tell them; None when they owe nothing.

    Raises Refused, and Invalid without a reason.
    """
    with transaction.atomic():
        books = ledger.lock([member.pk])
        check_may_write_off(member, by, now)
        reason = reason.strip()
        if not reason:
            raise Invalid({"reason": _("Say why: it is kept with the booking.")})
        owed = -books.balance(member.pk, RECEIVABLE)
        if not owed:
            return None
        last = Entry.objects.filter(account__member=member, account__kind=RECEIVABLE).order_by("-pk")
        draft = Draft(
            # The debt as it stands: what is owed after this is another one.
            key=f"write_off:{last.values_list('pk', flat=True)[0]}",
            kind=Transfer.Kind.WRITE_OFF,
            reason=Transfer.Reason.WRITTEN_OFF,
            moves=(
                Move(RECEIVABLE, owed, member.pk, line=True),
                Move(Account.Kind.WRITTEN_OFF, -owed),
            ),
        )
        posted = ledger.post(books=books, draft=draft, now=now)
        if posted is None:
            return None
        record(
            verb="debt_written_off",
            actor=by.member,
            obj=posted,
            now=now,
            reason=reason,
            after={"amount": owed, "member": member.pk},
        )
        notify(
            members=[member.pk],
            kind="debt_written_off",
            path="credits/",
            key=f"debt_written_off:{posted.pk}",
            now=now,
            data={"amount": owed},
        )
        return posted
