"""The bank's file leaves by an operator's hand, and its answer comes back by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core import periodic
from core.errors import Invalid, Refused
from events.record import record
from rewards.actions.payouts.running import JOB
from rewards.actions.payouts.sending import order_of, write_answer
from rewards.models import Payout, PayoutRun, Provider
from rewards.permissions import check_may_run_payouts
from rewards.providers import bank
from rewards.providers.base import Answer, Order, Unanswered


@dataclass(slots=True)
class Read:
    """How many payments an answer changed, how many it said nothing new of, how many it came too early for (their
    provider may be being asked just now), and what it names that is not here."""

    changed: int = 0
    known: int = 0
    early: int = 0
    strangers: list[str] = field(default_factory=list)


def bank_file(*, run: PayoutRun, by: Viewer, now: datetime) -> str:
    """The payments of a run that its bank has not answered yet, as CSV; all that is given to charity in one line.

    Fetched again, it holds the same lines under the same references, less what was answered. Raises Refused until
    all of the run is in it: what is given would stand in it once with a part of its sum, and be paid under that.
    """
    with transaction.atomic():
        check_may_run_payouts(by, now)
        if run.payouts.not_in_file().exists():
            raise Refused(_("The file is being made. Fetch it in ten minutes."), code="early")
        rows = list(run.payouts.in_file().order_by("pk"))
        orders = [order_of(payout) for payout in rows if payout.choice != Payout.Choice.CHARITY]
        given = [payout for payout in rows if payout.choice == Payout.Choice.CHARITY]
        if given:
            first = order_of(given[0])
            total = sum(payout.value for payout in given)
            orders.append(Order(_charity_key(run), first.payee, total, first.currency))
        record(verb="payout_file_fetched", actor=by.member, obj=run, now=now, after={"payments": len(orders)})
    return bank.file_of(orders)


def _charity_key(run: PayoutRun) -> str:
    """Under which the bank knows what is given to charity: the key of the first who gave."""
    first = run.payouts.filter(choice=Payout.Choice.CHARITY, provider=Provider.BANK).order_by("pk").first()
    return first.key.hex if first else ""


def read_bank_answer(*, run: PayoutRun, content: bytes, by: Viewer, now: datetime) -> Read:
    """Write what the bank says of each payment of this run. Brought twice, it changes nothing the second time.

    A payment of another provider that never answered may stand in it too, if it is not being asked about just now:
    somebody has asked for it. Raises Invalid for a file that cannot be read, of which nothing is written.
    """
    check_may_run_payouts(by, now)
    try:
        answers = list(bank.answers_in(content))
    except Unanswered as error:
        words = _("Line %(line)s cannot be read: each needs a reference, and paid, refused or returned as its state.")
        raise Invalid({"answer": words % {"line": error}}) from error
    read = Read()
    charity = _charity_key(run)
    sent = {payout.key.hex: payout for payout in run.payouts.filter(attempts__gt=0)}
    for answer in answers:
        if answer.key == charity:
            meant = [payout for payout in sent.values() if payout.choice == Payout.Choice.CHARITY]
        else:
            meant = [sent[answer.key]] if answer.key in sent else []
        for payout in meant:
            said = Answer(payout.key.hex, answer.outcome, answer.reference, answer.words)
            changed = write_answer(payout_id=payout.pk, answer=said, now=now)
            early = not changed and run.payouts.filter(pk=payout.pk, state=Payout.State.UNKNOWN).exists()
            read.changed += changed
            read.early += early
            read.known += not changed and not early
        if not meant:
            read.strangers.append(answer.key[:40])
    with transaction.atomic():
        record(verb="payout_answer_brought", actor=by.member, obj=run, now=now, after={"changed": read.changed})
        periodic.start(JOB)
    return read
