"""An operator takes figures away as a file: each time that is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.errors import Invalid, Refused
from events.record import record
from rewards.figures import tables
from rewards.figures.cuts import months_to
from rewards.figures.flows import YEAR
from rewards.figures.selection import Selection
from rewards.ledger import booked_on
from rewards.permissions import check_may_fetch_figures
from rewards.queries import version_in_force
from rewards.reporting import Reporting
from rewards.ways import month_of


def fetch(
    *, what: str, by: Viewer, now: datetime, selection: Selection | None = None, year: int | None = None
) -> Iterator[str]:
    """The lines of one of `tables.TABLES`; `selection` for transfers, `year` for payees.

    Raises Refused, and Invalid for what is no table; both before anything is given.
    """
    today = booked_on(now)
    with transaction.atomic():
        check_may_fetch_figures(by, now)
        version = version_in_force(now)
        if version is None:
            raise Refused(_("The programme has no rules yet."), code="no_version")
        months = months_to(month_of(today), YEAR)
        if what == tables.OWED:
            rows = tables.owed_now(today, version)
        elif what == tables.MONTHS:
            rows = tables.by_month(today, version)
        elif what == tables.COST:
            rows = tables.costs(months)
        elif what == tables.EARNERS:
            rows = tables.concentration([*((month, month) for month in months), (months[0], months[-1])])
        elif what == tables.PAYEES and year:
            rows = tables.report(year, Reporting.read(version.rules))
        elif what == tables.TRANSFERS and selection:
            rows = tables.transfers(selection, today)
        else:
            raise Invalid({"": _("There is no such file.")})
        record(
            verb="figures_fetched",
            actor=by.member,
            obj=version.programme,
            now=now,
            after={"what": what, "year": year, "selection": selection.query() if selection else ""},
        )
    return tables.lines_of(rows)
