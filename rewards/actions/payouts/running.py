"""A run from its opening to its approval: each step can be killed at any moment and goes on where it stopped."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core import periodic
from core.errors import Refused
from core.times import noon
from events.record import record
from notifications.notify import notify
from rewards import ledger, payable, providers
from rewards.actions.payouts.books import draft_out
from rewards.actions.payouts.telling import tell_operators
from rewards.ledger import RECEIVABLE, SETTLED
from rewards.models import Account, Charity, Payout, PayoutAccount, PayoutRun, Provider
from rewards.payable import Terms
from rewards.permissions import check_may_approve_run, check_may_freeze_run, check_may_run_payouts
from rewards.queries import version_in_force

State = PayoutRun.State
# Members in one transaction.
BATCH = 250
JOB = "rewards payouts"


def open_run(*, by: Viewer, now: datetime, ends_on: date | None = None) -> PayoutRun | None:
    """Begin the run in which credits are earned from today on, and return it; None where one is begun already.

    It ends with its part of the year unless another last day is named. Raises Refused before there are rules.
    """
    with transaction.atomic():
        check_may_run_payouts(by, now)
        version = version_in_force(now)
        if version is None:
            raise Refused(_("The programme has no rules yet."), code="no_version")
        # Two who open at once: the number is taken by one of them.
        last = PayoutRun.objects.select_for_update(no_key=True).order_by("-number").first()
        if last and last.state == State.ACCRUING:
            return None
        months = Terms.read(version.rules).months
        first, end = payable.period(ledger.booked_on(now), months)
        starts_on = last.ends_on + timedelta(days=1) if last else first
        ends_on = ends_on or max(end, payable.period(starts_on, months)[1])
        if ends_on < starts_on:
            raise Refused(_("A run ends after the one before it."), code="days")
        run, made = PayoutRun.objects.get_or_create(
            number=last.number + 1 if last else 1,
            defaults={"starts_on": starts_on, "ends_on": ends_on, "opened_at": now, "opened_by": by.member},
        )
        if made:
            record(verb="payout_run_opened", actor=by.member, obj=run, now=now, after={"ends_on": ends_on.isoformat()})
        return run if made else None


def _locked(run_id: int) -> PayoutRun:
    rows = PayoutRun.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("version", "charity").get(pk=run_id)


def make_statements(run_id: int, now: datetime) -> bool:
    """Begin or go on with the statements of a run that is over by now, one batch; whether there is more to do."""
    with transaction.atomic():
        run = _locked(run_id)
        today = ledger.booked_on(now)
        if run.state == State.ACCRUING and run.ends_on < today:
            run.version = version_in_force(now)
            assert run.version
            run.choose_until = today + timedelta(days=Terms.read(run.version.rules).choice_days)
            run.state = State.STATEMENTS
            run.save(update_fields=["version", "choose_until", "state"])
        if run.state != State.STATEMENTS:
            return False
        # Whoever was made a statement by another process that ran beside this is passed over: the run is locked.
        after = run.payouts.aggregate(last=Max("member_id"))["last"] or 0
        earned = Account.objects.filter(kind=SETTLED, balance__gt=0, member_id__gt=after).order_by("member_id")
        balances = {
            member_id or 0: balance or 0 for member_id, balance in earned.values_list("member_id", "balance")[:BATCH]
        }
        if not balances:
            run.state = State.CHOOSING
            run.save(update_fields=["state"])
            return False
        _make_payouts(run, balances, now)
        return True


def _make_payouts(run: PayoutRun, balances: dict[int, int], now: datetime) -> None:
    assert run.version and run.choose_until
    version, until = run.version, run.choose_until
    owed = _owed(balances)
    chosen = Payout.objects.filter(member__in=balances, chosen_at__isnull=False).order_by("run__number")
    last: dict[int | None, str] = dict(chosen.values_list("member_id", "choice"))
    gone = set(
        Member.objects.filter(pk__in=balances).exclude(pk__in=Member.objects.present()).values_list("pk", flat=True)
    )
    made = []
    for member_id, balance in balances.items():
        due = payable.worth(balance - owed.get(member_id, 0), version.value_micros)
        choice = last.get(member_id, Payout.Choice.KEEP)
        if member_id in gone or (choice != Payout.Choice.KEEP and not providers.provider_of(choice)):
            choice = Payout.Choice.KEEP
        made.append(
            Payout(
                run=run,
                member_id=member_id,
                choice=choice,
                amount=due.amount,
                value=due.value,
                currency=version.currency,
            )
        )
    Payout.objects.bulk_create(made)
    for payout in made:
        # Nobody is written to about less than the smallest coin.
        if payout.value:
            notify(
                members=[payout.member_id or 0],
                kind="payout_statement",
                path=f"credits/payouts/{run.number}/",
                key=f"payout_statement:{run.number}",
                now=now,
                data={"amount": payout.amount, "choice": payout.choice, "choose_at": noon(until)},
            )


def _owed(members: dict[int, int]) -> dict[int | None, int]:
    rows = Account.objects.filter(kind=RECEIVABLE, member_id__in=members, balance__lt=0)
    return {member_id: -(balance or 0) for member_id, balance in rows.values_list("member_id", "balance")}


def freeze(*, run: PayoutRun, by: Viewer, now: datetime) -> None:
    """End the choosing, and have the credits taken that are to be paid. Told twice, it is begun once.

    Raises Refused while members may still choose, and for whoever may not.
    """
    with transaction.atomic():
        run = _locked(run.pk)
        check_may_freeze_run(by, now)
        if run.frozen_by_id is not None:
            return
        if run.state != State.CHOOSING:
            raise Refused(_("This run is not that far."), code="state")
        if run.choose_until and run.takes_choices(ledger.booked_on(now)):
            day = formats.date_format(run.choose_until, "DATE_FORMAT")
            raise Refused(_("Members choose until %(day)s. Freeze after that.") % {"day": day}, code="window")
        run.charity_id = _winner(run)
        run.frozen_by, run.frozen_at = by.member, now
        run.save(update_fields=["charity", "frozen_by", "frozen_at"])
        record(verb="payout_run_frozen", actor=by.member, obj=run, now=now, after={"charity": run.charity_id})
        periodic.start(JOB)


def _winner(run: PayoutRun) -> int | None:
    votes = run.payouts.filter(vote__is_active=True).values("vote").annotate(count=Count("pk")).order_by()
    there = list(Charity.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    return payable.winner([(row["vote"], row["count"]) for row in votes], there)


def freeze_more(run_id: int, now: datetime) -> bool:
    """Take the credits of one batch of a run whose freezing was begun; whether there is more to do."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state != State.CHOOSING or run.frozen_by_id is None:
            return False
        # Nobody chooses any more, and the run is locked.
        waiting = run.payouts.of_members().filter(state=Payout.State.CHOSEN)
        rows = list(waiting.select_related("member").order_by("pk")[:BATCH])
        if not rows:
            _match(run, now)
            run.state = State.FROZEN
            run.save(update_fields=["state"])
            tell_operators(run=run, what="approve", now=now)
            return False
        books = ledger.lock(payout.member_id for payout in rows if payout.member_id)
        accounts = {
            (account.member_id, account.provider): account
            for account in PayoutAccount.objects.filter(member__in=[payout.member_id for payout in rows])
        }
        taken = [payout for payout in rows if _decide(payout, run, books, accounts, now)]
        assert run.version
        ledger.post_many(books=books, drafts=[draft_out(payout, run.version.pk) for payout in taken], now=now)
        Payout.objects.bulk_update(
            rows, ["state", "why", "amount", "value", "provider", "payee", "finished_at"], batch_size=BATCH
        )
        for payout in rows:
            if payout.state == Payout.State.KEPT and payout.why not in (Payout.Why.CHOSEN, Payout.Why.NOTHING):
                _tell_kept(payout, run, now)
        return True


def _decide(
    payout: Payout,
    run: PayoutRun,
    books: ledger.Books,
    accounts: dict[tuple[int, str], PayoutAccount],
    now: datetime,
) -> bool:
    """Set what is taken and by whom it is paid, or why it is kept; whether it is taken."""
    member = payout.member
    assert member and run.version
    # What settled after the statement is the next run's; what was taken back since is not there any more.
    there = books.balance(member.pk, SETTLED) + books.balance(member.pk, RECEIVABLE)
    due = payable.worth(min(payout.amount, there), run.version.value_micros)
    to_charity = payout.choice == Payout.Choice.CHARITY
    provider = "" if to_charity and run.charity is None else providers.provider_of(payout.choice)
    account = accounts.get((member.pk, provider))
    status = ""
    if account:
        looks_later = not providers.configured()[provider].checks_ahead
        status = PayoutAccount.Status.CHECKED if looks_later else account.status
    payout.why = payable.why_kept(
        Terms.read(run.version.rules),
        payable.Payee(
            choice=payout.choice,
            amount=due.amount,
            created_at=member.created_at,
            is_gone=bool(member.closed_at or member.erased_at),
            provider=provider,
            account_status=status,
            is_adult=account is not None and account.is_adult,
            to_member=not to_charity,
        ),
        now,
    )
    if payout.why:
        payout.state, payout.finished_at = Payout.State.KEPT, now
        return False
    payout.amount, payout.value, payout.provider = due.amount, due.value, provider
    payout.payee = run.charity.account if to_charity and run.charity else account.reference if account else ""
    payout.state = Payout.State.FROZEN
    return True


def _match(run: PayoutRun, now: datetime) -> None:
    """What the company adds to all that is given, as one payment of its own."""
    given = sum(
        run.payouts.filter(choice=Payout.Choice.CHARITY, state=Payout.State.FROZEN).values_list("value", flat=True)
    )
    if run.charity is None or run.version is None:
        return
    added = payable.match(given, run.charity.match_percent, run.version.value_micros)
    if not added.amount:
        return
    payout = Payout.objects.create(
        run=run,
        choice=Payout.Choice.CHARITY,
        amount=added.amount,
        value=added.value,
        currency=run.version.currency,
        provider=Provider.BANK,
        payee=run.charity.account,
    )
    ledger.post(books=ledger.lock([]), draft=draft_out(payout, run.version.pk), now=now)
    # Only what was booked is frozen: the database asks.
    payout.state = Payout.State.FROZEN
    payout.save(update_fields=["state"])


def _tell_kept(payout: Payout, run: PayoutRun, now: datetime) -> None:
    notify(
        members=[payout.member_id or 0],
        kind="payout_kept",
        path=f"credits/payouts/{run.number}/",
        key=f"payout_kept:{payout.pk}",
        now=now,
        data={"amount": payout.amount, "why": payout.why},
    )


def approve(*, run: PayoutRun, by: Viewer, now: datetime) -> None:
    """Let a frozen run be paid: somebody else than who froze it. Told twice, it is approved once.

    Raises Refused.
    """
    with transaction.atomic():
        run = _locked(run.pk)
        check_may_approve_run(run, by, now)
        if run.approved_by_id is not None:
            return
        if run.state != State.FROZEN:
            raise Refused(_("This run is not that far."), code="state")
        run.approved_by, run.approved_at, run.state = by.member, now, State.APPROVED
        run.save(update_fields=["approved_by", "approved_at", "state"])
        record(verb="payout_run_approved", actor=by.member, obj=run, now=now)
        periodic.start(JOB)
