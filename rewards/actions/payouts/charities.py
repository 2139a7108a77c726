"""An operator says to whom members may give, and what the company adds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.errors import Invalid
from events.record import record
from rewards.models import Charity
from rewards.payable import is_reference
from rewards.permissions import check_may_run_payouts

# The company adds at most so many times what is given, in hundredths.
MOST_PERCENT = 500


def check_charity(charity: Charity) -> None:
    """Raises Invalid for one that nobody could be paid by."""
    errors: dict[str, str] = {}
    if not charity.names or not all(charity.names.values()):
        errors["names"] = _("Give it a name.")
    if not is_reference(charity.account):
        errors["account"] = _("Write the account as the bank’s file can hold it, in letters and digits.")
    if not 0 <= charity.match_percent <= MOST_PERCENT:
        errors["match_percent"] = _("The company adds from 0 to %(most)s percent.") % {"most": MOST_PERCENT}
    if errors:
        raise Invalid(dict(errors))


def keep_charity(*, charity: Charity, by: Viewer, now: datetime) -> None:
    """Keep a new or changed charity. What is frozen already goes where it was to go. Raises Refused, and Invalid."""
    check_may_run_payouts(by, now)
    check_charity(charity)
    with transaction.atomic():
        was = Charity.objects.select_for_update().filter(pk=charity.pk).first()
        charity.save()
        record(
            verb="charity_changed",
            actor=by.member,
            obj=charity,
            now=now,
            before=_said(was) if was else {},
            after=_said(charity),
        )


def _said(charity: Charity) -> dict[str, object]:
    return {
        "names": charity.names,
        "account": charity.account,
        "match_percent": charity.match_percent,
        "is_active": charity.is_active,
    }
