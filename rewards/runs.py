"""Reading payout runs: for operators what each step is and whose, for members their own part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.errors import Refused
from rewards import providers
from rewards.ledger import SETTLED, booked_on
from rewards.models import Charity, Entry, Payout, PayoutAccount, PayoutRun, Transfer
from rewards.permissions import check_may_approve_run, check_may_freeze_run
from rewards.queries import Line, lines_between

State = PayoutRun.State
# Payments that went wrong, on one page.
MOST = 100
# Lines of a statement, on one page.
LINES = 200


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next to a run, in words; `action` is what this reader may do for it ("freeze", "approve"), or ""."""

    words: str
    action: str = ""


def listed() -> list[PayoutRun]:
    """All runs, newest first, each with how many payments it makes and what they come to."""
    out = Q(payouts__state__in=Payout.OUT)
    return list(
        PayoutRun.objects.select_related("version")
        .annotate(payments=Count("payouts", filter=out), value=Sum("payouts__value", filter=out))
        .order_by("-number")
    )


@dataclass(frozen=True, slots=True)
class Total:
    """What one choice comes to in one state; the company's part is of no member."""

    choice: str
    state: str
    of_company: bool
    count: int
    amount: int
    value: int
    currency: str


def totals(run: PayoutRun) -> list[Total]:
    rows = (
        run.payouts.values("choice", "state", "currency")
        .annotate(count=Count("pk"), of_members=Count("member"), amount=Sum("amount"), value=Sum("value"))
        .order_by("choice", "state")
    )
    choices, states = dict(Payout.Choice.choices), dict(Payout.State.choices)
    # The company's one part is taken off what members give in the same state.
    added = run.payouts.filter(member=None).first()
    found = []
    for row in rows:
        count, amount, value = row["count"], row["amount"], row["value"]
        names = (str(choices[row["choice"]]), str(states[row["state"]]))
        if added and (added.choice, added.state) == (row["choice"], row["state"]):
            found.append(Total(*names, True, 1, added.amount, added.value, added.currency))
            count, amount, value = count - 1, amount - added.amount, value - added.value
        if count:
            found.append(Total(*names, False, count, amount, value, row["currency"]))
    return found


@dataclass(frozen=True, slots=True)
class ToPay:
    """How many payments, and what they come to in hundredths."""

    payments: int
    value: int
    currency: str


def to_pay(run: PayoutRun) -> ToPay:
    """What is out of members' accounts in a run."""
    found = run.payouts.booked_out().aggregate(count=Count("pk"), value=Sum("value"))
    return ToPay(found["count"], found["value"] or 0, run.version.currency if run.version else "")


def gone_wrong(run: PayoutRun) -> list[Payout]:
    """What was refused or came back, and what waits without an answer, the first of them."""
    wrong = Q(state__in=[Payout.State.REFUSED, Payout.State.RETURNED, Payout.State.UNKNOWN])
    stuck = Q(state=Payout.State.FROZEN) & ~Q(provider__in=providers.configured())
    return list(run.payouts.filter(wrong | stuck).select_related("member").order_by("pk")[:MOST])


def waits_for_bank(run: PayoutRun) -> int:
    """Payments that stand in the bank's file, once all of the run do."""
    if run.payouts.not_in_file().exists():
        return 0
    return run.payouts.in_file().count()


def may_be_brought(run: PayoutRun) -> bool:
    """Whether an answer could still say something: something was sent."""
    return run.payouts.filter(attempts__gt=0).exists()


def next_step(run: PayoutRun, viewer: Viewer, now: datetime) -> Step:
    """What happens next, by itself or by whom."""
    if run.state == State.ACCRUING:
        day = _day(run.ends_on)
        return Step(_("What settles until %(day)s is in this run. Statements are made the day after.") % {"day": day})
    if run.state == State.STATEMENTS:
        return Step(_("Statements are being made."))
    if run.state == State.CHOOSING:
        return _after_choosing(run, viewer, now)
    if run.state == State.FROZEN:
        return _to_approve(run, viewer, now)
    if run.state == State.CLOSED:
        return Step(_("Every payment has its last word."))
    if waits_for_bank(run):
        return Step(
            _("The bank’s payments wait for an operator: fetch the file, bring it to the bank, bring its answer.")
        )
    return Step(_("Payments are sent and asked about every ten minutes, until each has its last word."))


def _after_choosing(run: PayoutRun, viewer: Viewer, now: datetime) -> Step:
    if run.frozen_by:
        return Step(_("The credits that are to be paid are being taken."))
    if run.takes_choices(booked_on(now)):
        return Step(
            _("Members choose until %(day)s. After that an operator freezes the run.") % {"day": _day(run.choose_until)}
        )
    words = _(
        "The time to choose is over. An operator freezes the run: then the credits that are to be paid are taken."
    )
    return Step(words, "freeze" if _may(lambda: check_may_freeze_run(viewer, now)) else "")


def _to_approve(run: PayoutRun, viewer: Viewer, now: datetime) -> Step:
    if viewer.is_member(run.frozen_by_id):
        return Step(_("You froze this run. Another operator approves it: nobody pays alone."))
    name = run.frozen_by.shown_name if run.frozen_by else ""
    words = _("%(name)s froze this run. Another operator approves it; then it is paid.") % {"name": name}
    return Step(words, "approve" if _may(lambda: check_may_approve_run(run, viewer, now)) else "")


def _may(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused:
        return False
    return True


def _day(day: object) -> str:
    return formats.date_format(day, "DATE_FORMAT")  # type: ignore[arg-type]


def window_of(member_id: int, now: datetime) -> PayoutRun | None:
    """The run in which this member may choose now. One query."""
    mine = PayoutRun.objects.filter(state=State.CHOOSING, payouts__member_id=member_id, payouts__value__gt=0)
    run = mine.order_by("-number").first()
    return run if run and run.takes_choices(booked_on(now)) else None


def payouts_of(member_id: int) -> list[Payout]:
    """A member's payouts, newest run first."""
    return list(Payout.objects.filter(member_id=member_id).select_related("run").order_by("-run__number"))


def own_payout(viewer: Viewer, number: int) -> Payout | None:
    """The viewer's own part of a run."""
    if viewer.member is None:
        return None
    mine = Payout.objects.filter(member=viewer.member, run__number=number)
    return mine.select_related("run__version", "run__charity").first()


@dataclass(frozen=True, slots=True)
class RunStatement:
    """What happened to a member's settled credits in the days of a run, in thousandths, and its lines."""

    earned: int
    taken_back: int
    expired: int
    paid: int
    lines: list[Line]
    more: bool


def run_statement(viewer: Viewer, run: PayoutRun) -> RunStatement:
    days = (run.starts_on, run.ends_on)
    booked = Entry.objects.filter(account__member=viewer.member, account__kind=SETTLED, transfer__booked_on__range=days)
    kinds = dict(booked.values_list("transfer__kind").annotate(sum=Sum("amount")).order_by())
    back = booked.filter(transfer__reason=Transfer.Reason.PAYOUT_CAME_BACK).aggregate(sum=Sum("amount"))["sum"] or 0
    lines = lines_between(viewer, *days, LINES + 1)
    return RunStatement(
        earned=kinds.get(Transfer.Kind.SETTLEMENT, 0),
        taken_back=kinds.get(Transfer.Kind.REVERSAL, 0) - back,
        expired=kinds.get(Transfer.Kind.EXPIRY, 0),
        paid=kinds.get(Transfer.Kind.PAYOUT, 0) + back,
        lines=lines[:LINES],
        more=len(lines) > LINES,
    )


def accounts_of(member_id: int) -> dict[str, PayoutAccount]:
    """Where a member is paid, by provider."""
    return {account.provider: account for account in PayoutAccount.objects.filter(member_id=member_id)}


def charities() -> list[Charity]:
    return list(Charity.objects.filter(is_active=True).order_by("pk"))
