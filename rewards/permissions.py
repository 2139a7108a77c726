"""One function a right. Each raises Refused with a reason that can be shown."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.permissions import check_may_change_own, check_may_take_part
from accounts.viewer import Viewer
from core.errors import Refused
from rewards.ledger import booked_on
from rewards.models import Payout, PayoutRun, Review


def check_may_write_off(member: Member, by: Viewer, now: datetime) -> None:
    """Operators, and not their own debt."""
    check_may_take_part(by, now)
    if not by.is_operator:
        raise Refused(_("Only operators write off what a member owes."), code="operator_only")
    if by.is_member(member.pk):
        raise Refused(_("Somebody else decides about what you owe."), code="own")


def check_may_review(by: Viewer, now: datetime) -> None:
    """To look at what is held: operators."""
    check_may_take_part(by, now)
    if not by.is_operator:
        raise Refused(_("Only operators look at credits that are held."), code="operator_only")


def check_may_decide(review: Review, by: Viewer, now: datetime) -> None:
    """To release or withhold what waits for a decision: operators, and not about their own credits."""
    check_may_review(by, now)
    if by.is_member(review.hold.member_id):
        raise Refused(_("Somebody else decides about your own credits."), code="own")
    if review.state == Review.State.LAPSED:
        raise Refused(_("This answer is no longer the accepted one: there is nothing left to decide."), code="lapsed")
    if review.state != Review.State.OPEN:
        name = review.decided_by.shown_name if review.decided_by else ""
        raise Refused(_("%(name)s decided about this already.") % {"name": name}, code="decided")


def check_may_appeal(review: Review, by: Viewer, now: datetime) -> None:
    """The member whose credits were withheld, suspended or not, once and in time."""
    check_may_change_own(by.member)
    if not by.is_member(review.hold.member_id):
        raise Refused(_("These are not your credits."), code="not_yours")
    if review.state != Review.State.WITHHELD:
        raise Refused(_("You have appealed, or there is nothing to appeal."), code="not_withheld")
    if not review.may_be_appealed(now):
        raise Refused(_("The time for an appeal is over."), code="too_late")


def check_may_decide_appeal(review: Review, by: Viewer, now: datetime) -> None:
    """Operators, other than who withheld it, and not about their own credits."""
    check_may_review(by, now)
    if by.is_member(review.hold.member_id):
        raise Refused(_("Somebody else decides about your own credits."), code="own")
    if review.state != Review.State.APPEALED:
        raise Refused(_("There is no appeal to decide."), code="not_appealed")
    if by.is_member(review.decided_by_id):
        raise Refused(_("You withheld this: another operator decides about the appeal."), code="same_person")


def check_may_see_rules(by: Viewer) -> None:
    """Drafts of rules and what they would have cost: operators."""
    if not by.is_operator:
        raise Refused(_("Only operators see drafts of the rules."), code="operator_only")


def check_may_write_rules(by: Viewer, now: datetime) -> None:
    """To write rules, try them and announce them: operators."""
    check_may_take_part(by, now)
    check_may_see_rules(by)


def check_may_see_figures(by: Viewer) -> None:
    """What the books say as a whole, and the payees of tax reports: operators."""
    if not by.is_operator:
        raise Refused(_("Only operators see the figures of the credits."), code="operator_only")


def check_may_fetch_figures(by: Viewer, now: datetime) -> None:
    """To take them away as a file: operators."""
    check_may_take_part(by, now)
    check_may_see_figures(by)


def check_may_see_runs(by: Viewer) -> None:
    """Payout runs: operators."""
    if not by.is_operator:
        raise Refused(_("Only operators see payout runs."), code="operator_only")


def check_may_run_payouts(by: Viewer, now: datetime) -> None:
    """To open a run, fetch the bank's file and bring its answer: operators."""
    check_may_take_part(by, now)
    check_may_see_runs(by)


def check_may_freeze_run(by: Viewer, now: datetime) -> None:
    """To take the credits that are to be paid: an operator in person, never the clock."""
    check_may_run_payouts(by, now)
    if by.member is None:
        raise Refused(_("A person freezes a run."), code="person")


def check_may_approve_run(run: PayoutRun, by: Viewer, now: datetime) -> None:
    """To let a run be paid: an operator in person, and another than who froze it."""
    check_may_freeze_run(by, now)
    if by.is_member(run.frozen_by_id):
        raise Refused(_("You froze this run: somebody else approves it."), code="same_person")


def check_may_choose(run: PayoutRun, payout: Payout | None, by: Viewer, now: datetime) -> None:
    """What becomes of one's own credits: while the run's window is open. A suspension does not count."""
    check_may_change_own(by.member)
    if payout is None:
        raise Refused(_("There is no statement of yours in this run."), code="no_statement")
    if not run.takes_choices(booked_on(now)):
        raise Refused(_("The time to choose is over."), code="window")


def check_may_state(member: Member, accepted: int) -> None:
    """To have a signed statement made of what one contributed: customers with an accepted answer."""
    if member.is_team:
        raise Refused(_("Statements are for customers: the team’s work is the company’s."), code="team")
    if not accepted:
        raise Refused(_("There is nothing to state yet: an accepted answer is."), code="nothing")
