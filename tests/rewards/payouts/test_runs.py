"""A run from the first day that it pays for to its approval: who is paid, who keeps, and who may do what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from community.actions.acceptance import revoke
from core.errors import Invalid, Refused
from core.models import Task
from events.models import Event
from notifications.models import Notification
from rewards import ledger
from rewards.actions.payouts.choosing import offered
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze, open_run
from rewards.actions.settling import settle_due
from rewards.models import Charity, Lot, Payout, PayoutAccount, PayoutRun, ProgrammeVersion, Transfer
from rewards.queries import Balance, balance_of
from rewards.verify import verify
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, STATEMENTS, state_of

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def told(viewer, kind):
    return list(Notification.objects.filter(member=viewer.member, kind=kind).values_list("data", flat=True))


def states(run):
    return dict(run.payouts.of_members().values_list("member__name", "state"))


def test_runs_follow_each_other_by_the_halves_of_the_year(now, capsys):
    for at in (now, now, STATEMENTS, STATEMENTS + DAYS):
        call_command("rewards", "payouts", "--now", at.isoformat())
    found = list(PayoutRun.objects.order_by("number").values_list("number", "starts_on", "ends_on", "state"))
    assert found == [
        (1, date(2026, 1, 1), date(2026, 6, 30), "choosing"),
        (2, date(2026, 7, 1), date(2026, 12, 31), "accruing"),
    ]
    assert "run 2: accruing" in capsys.readouterr().out


def test_a_version_says_how_often_and_how_long(version, now, operator):
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=now, value_micros=10_000, currency="EUR",
        rules=version.rules | {"payout_months": 3, "choice_days": 7},
    )  # fmt: skip
    run = open_run(by=operator, now=now)
    assert (run.starts_on, run.ends_on) == (date(2026, 1, 1), date(2026, 3, 31))
    move_runs(now=now + 22 * DAYS)
    run.refresh_from_db()
    assert run.choose_until == date(2026, 4, 8)


def test_an_operator_opens_a_run_that_ends_sooner_and_the_next_begins_there(now, operator):
    run = open_run(by=operator, now=now, ends_on=now.date())
    assert open_run(by=operator, now=now) is None
    move_runs(now=now + DAYS)
    run.refresh_from_db()
    assert (run.state, run.choose_until) == ("choosing", date(2026, 3, 25))
    following = PayoutRun.objects.get(number=2)
    assert (following.starts_on, following.ends_on) == (date(2026, 3, 11), date(2026, 6, 30))


def test_everybody_with_credits_gets_a_statement_once(member, choosing):
    ada, _poor = member("Ada", 2_000), member("Ben", 0)
    run = choosing()
    payout = run.payouts.get()
    assert (payout.member_id, payout.amount, payout.value, payout.choice) == (ada.member_id, 2_000_000, 2_000, "keep")
    assert run.choose_until == date(2026, 7, 15)
    move_runs(now=STATEMENTS)
    assert [each["choose_at"][:10] for each in told(ada, "payout_statement")] == ["2026-07-15"]


def test_what_is_owed_is_not_on_the_statement(accepted, helper, customer, earn, spend, choosing, now):
    acceptance = accepted()
    settle_due(now=now + 15 * DAYS)
    spend(helper, 40_000)
    revoke(thread=acceptance.thread, by=customer, now=now + 16 * DAYS)
    earn(helper, 100)
    assert balance_of(helper.member_id) == Balance(settled=100_000, owed=40_000)
    assert choosing().payouts.get().amount == 60_000


def test_a_part_of_the_smallest_coin_stays(version, make_viewer, earn, choosing, wants, operator, now, charity):
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=now, value_micros=7_000, currency="EUR", rules=version.rules
    )
    ada = make_viewer("Ada")
    earn(ada, 12, thousandths=345)
    run = choosing()
    payout = wants(ada, run, "charity")
    # 12.345 credits at 0.7 cents are 8.64 cents: eight are paid, for the 11.429 credits that they take.
    assert (payout.amount, payout.value) == (11_429, 8)
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert balance_of(ada.member_id) == Balance(settled=916)
    assert verify().ok


def test_each_choice_is_frozen_with_who_pays_it(provider, member, choosing, wants, operator, charity):
    people = {choice: member(choice.title(), 2_000) for choice in ("keep", "bill", "cash", "charity")}
    run = choosing()
    wants(people["keep"], run, "keep")
    wants(people["bill"], run, "bill", "C-17")
    wants(people["cash"], run, "cash", "cash@example.org")
    wants(people["charity"], run, "charity")
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    found = run.payouts.of_members().values_list("choice", "state", "provider", "payee", "why")
    assert set(found) == {
        ("keep", "kept", "", "", "chosen"),
        ("bill", "frozen", "billing", "C-17", ""),
        ("cash", "frozen", "paypal", "cash@example.org", ""),
        ("charity", "frozen", "bank", "FR76-SEA", ""),
    }
    assert balance_of(people["keep"].member_id) == Balance(settled=2_000_000)
    assert balance_of(people["cash"].member_id) == Balance()
    run.refresh_from_db()
    assert run.state == "frozen"
    assert verify().ok
    # Whoever chose to keep them need not be told.
    assert told(people["keep"], "payout_kept") == []


def test_the_oldest_credits_are_paid_first(member, earn, choosing, wants, operator, charity):
    ada = member("Ada", 30)
    run = choosing()
    earn(ada, 40)
    wants(ada, run, "charity")
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert list(Lot.objects.order_by("pk").values_list("remaining", flat=True)) == [0, 40_000]


def test_what_settles_after_the_statement_is_the_next_runs(member, earn, choosing, wants, operator, charity):
    ada = member("Ada", 30)
    run = choosing()
    wants(ada, run, "charity")
    earn(ada, 500)
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert balance_of(ada.member_id) == Balance(settled=500_000)


def test_what_was_taken_back_since_is_not_paid(
    accepted, helper, customer, earn, choosing, wants, operator, charity, now
):
    acceptance = accepted()
    settle_due(now=now + 15 * DAYS)
    earn(helper, 10)
    run = choosing()
    wants(helper, run, "charity")
    revoke(thread=acceptance.thread, by=customer, now=CHOOSING)
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert run.payouts.of_members().get().amount == 10_000
    assert verify().ok


def test_what_is_owed_by_then_is_not_paid(
    accepted, helper, customer, earn, spend, choosing, wants, operator, charity, now
):
    acceptance = accepted()
    settle_due(now=now + 15 * DAYS)
    earn(helper, 100)
    run = choosing()
    wants(helper, run, "charity")
    spend(helper, 140_000)
    revoke(thread=acceptance.thread, by=customer, now=CHOOSING)
    earn(helper, 100)
    assert balance_of(helper.member_id) == Balance(settled=100_000, owed=40_000)
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert run.payouts.of_members().get().amount == 60_000
    assert balance_of(helper.member_id) == Balance(settled=40_000, owed=40_000)
    assert verify().ok


@pytest.mark.parametrize(
    ("credits", "choice", "why"),
    [(999, "cash", "minimum"), (2_000, "cash", "new"), (2_000, "bill", "new"), (2_000, "charity", "new")],
)
def test_who_has_too_little_or_is_too_new_keeps_their_credits_and_is_told_why(
    provider, member, choosing, wants, operator, charity, credits, choice, why
):
    joined = {"member_since": FREEZING - 29 * DAYS} if why == "new" else {}
    ada = member("Ada", credits)
    if joined:
        ada.member.created_at = joined["member_since"]
        ada.member.save()
    run = choosing()
    payout = wants(ada, run, choice, "ada@example.org")
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert state_of(payout) == "kept"
    assert told(ada, "payout_kept") == [{"amount": credits * 1_000, "why": why}]
    assert balance_of(ada.member_id) == Balance(settled=credits * 1_000)
    assert not Transfer.objects.filter(kind="payout").exists()


def test_exactly_the_minimum_and_exactly_the_age_are_enough(provider, member, choosing, wants, operator):
    ada = member("Ada", 1_000)
    ada.member.created_at = FREEZING - 30 * DAYS
    ada.member.save()
    run = choosing()
    payout = wants(ada, run, "cash", "ada@example.org")
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert state_of(payout) == "frozen"


def test_who_is_under_eighteen_cannot_choose_to_be_paid(provider, member, choosing, wants):
    ada = member("Ada", 2_000)
    run = choosing()
    with pytest.raises(Invalid) as invalid:
        wants(ada, run, "cash", "ada@example.org", is_adult=False)
    assert list(invalid.value.errors) == ["is_adult"]
    assert not PayoutAccount.objects.exists()


def test_a_choice_carried_over_without_an_account_or_age_is_kept(provider, member, choosing, operator):
    ada, ben = member("Ada", 2_000), member("Ben", 2_000)
    run = choosing()
    run.payouts.update(choice="cash")
    PayoutAccount.objects.create(
        member=ben.member, provider="paypal", reference="ben@example.org", changed_at=CHOOSING, is_adult=False
    )
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert told(ada, "payout_kept")[0]["why"] == "no_account"
    assert told(ben, "payout_kept")[0]["why"] == "not_adult"


@pytest.mark.parametrize(("status", "why"), [("failed", "check_failed"), ("waiting", "unchecked"), ("checked", "")])
def test_the_billing_says_who_a_customer_is_before_they_are_paid(
    provider, member, choosing, wants, operator, status, why
):
    provider.statuses["C-17"] = status
    ada = member("Ada", 2_000)
    run = choosing()
    payout = wants(ada, run, "bill", "C-17")
    move_runs(now=CHOOSING)
    assert PayoutAccount.objects.get().status == status
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert state_of(payout) == ("kept" if why else "frozen")
    assert payout.why == why


def test_whether_somebody_is_known_is_asked_once_a_day(provider, member, choosing, wants):
    provider.statuses["C-17"] = "waiting"
    wants(member("Ada", 2_000), choosing(), "bill", "C-17")
    for hours, asked in ((0, 1), (1, 1), (23, 1), (24, 2), (25, 2)):
        move_runs(now=CHOOSING + timedelta(hours=hours))
        assert len(provider.calls) == asked, hours


def test_a_charity_that_is_not_listed_any_more_gets_no_vote(provider, member, choosing, wants, charity):
    gone = Charity.objects.create(names={"en": "Forest"}, account="FR76-FOREST", match_percent=100, is_active=False)
    with pytest.raises(Invalid) as invalid:
        wants(member("Ada", 2_000), choosing(), "keep", charity=str(gone.pk))
    assert list(invalid.value.errors) == ["charity"]


def test_a_new_reference_is_checked_anew(provider, member, choosing, wants):
    ada = member("Ada", 2_000)
    run = choosing()
    wants(ada, run, "bill", "C-17")
    move_runs(now=CHOOSING)
    wants(ada, run, "bill", "C-18")
    account = PayoutAccount.objects.get()
    assert (account.reference, account.status) == ("C-18", "waiting")


def test_one_account_pays_one_person(provider, member, choosing, wants):
    ada, ben = member("Ada", 2_000), member("Ben", 2_000)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org")
    with pytest.raises(Invalid) as invalid:
        wants(ben, run, "cash", "ada@example.org")
    assert list(invalid.value.errors) == ["reference"]
    assert run.payouts.get(member=ben.member).choice == "keep"


@pytest.mark.parametrize("reference", ["", "=1+1", "@ada", "a\nb", "x" * 121, " "])
def test_a_reference_is_one_that_files_and_addresses_can_hold(provider, member, choosing, wants, reference):
    with pytest.raises(Invalid):
        wants(member("Ada", 2_000), choosing(), "cash", reference)


def test_only_what_somebody_pays_here_is_offered(db, charity, settings):
    assert offered() == ["keep", "cash", "charity"]
    charity.is_active = False
    charity.save()
    assert offered() == ["keep", "cash"]
    settings.ENTRAIDE["PAYOUTS"]["billing"]["url"] = "https://billing.example"
    assert offered() == ["keep", "bill", "cash"]
    settings.ENTRAIDE["PAYOUTS"]["billing"]["url"] = ""


def test_the_last_choice_is_the_default_of_the_next_run(provider, member, choosing, wants, approved, earn):
    ada = member("Ada", 2_000)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org")
    approved(run)
    earn(ada, 3_000)
    move_runs(now=STATEMENTS + 184 * DAYS)
    payout = Payout.objects.get(run__number=2)
    assert (payout.choice, payout.chosen_at) == ("cash", None)


def test_choices_end_with_the_window(provider, member, choosing, wants):
    ada = member("Ada", 2_000)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org", now=FREEZING - timedelta(hours=13))
    with pytest.raises(Refused) as refused:
        wants(ada, run, "keep", now=FREEZING)
    assert refused.value.code == "window"


def test_nobody_freezes_while_members_choose(member, choosing, operator):
    member("Ada", 2_000)
    run = choosing()
    with pytest.raises(Refused) as refused:
        freeze(run=run, by=operator, now=CHOOSING)
    assert refused.value.code == "window"


def test_who_froze_cannot_approve(member, choosing, operator, second):
    member("Ada", 2_000)
    run = choosing()
    freeze(run=run, by=operator, now=FREEZING)
    with pytest.raises(Refused) as refused:
        approve(run=run, by=second, now=FREEZING)
    assert refused.value.code == "state", "it is not frozen yet"
    move_runs(now=FREEZING)
    with pytest.raises(Refused) as refused:
        approve(run=run, by=operator, now=FREEZING)
    assert refused.value.code == "same_person"
    approve(run=run, by=second, now=FREEZING)
    approve(run=run, by=second, now=FREEZING)
    assert list(Event.objects.filter(verb__startswith="payout_run").values_list("verb", "actor").order_by("pk")) == [
        ("payout_run_opened", None),
        ("payout_run_opened", None),
        ("payout_run_frozen", operator.member_id),
        ("payout_run_approved", second.member_id),
    ]
    assert Task.objects.filter(key="periodic:rewards payouts").exists(), "it goes on by itself"


@pytest.mark.parametrize("who", ["customer", "moderator", "agent"])
def test_only_operators_freeze_and_approve(choosing, who, request, operator):
    run = choosing()
    by = request.getfixturevalue(who)
    with pytest.raises(Refused) as refused:
        freeze(run=run, by=by, now=FREEZING)
    assert refused.value.code == "operator_only"
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    with pytest.raises(Refused) as refused:
        approve(run=run, by=by, now=FREEZING)
    assert refused.value.code == "operator_only"


def test_the_clock_freezes_and_approves_nothing(member, choosing):
    member("Ada", 2_000)
    run = choosing()
    move_runs(now=FREEZING + 100 * DAYS)
    run.refresh_from_db()
    assert run.state == "choosing"


def test_the_vote_decides_which_charity_gets_all_and_the_company_adds_its_part(
    member, choosing, wants, operator, charity
):
    winner = Charity.objects.create(names={"en": "Forest"}, account="FR76-FOREST", match_percent=100)
    ada, ben, cleo = member("Ada", 1_000), member("Ben", 300), member("Cleo", 50)
    run = choosing()
    wants(ada, run, "charity", charity=str(charity.pk))
    wants(ben, run, "charity", charity=str(winner.pk))
    # Who keeps their credits votes too.
    wants(cleo, run, "keep", charity=str(winner.pk))
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    run.refresh_from_db()
    assert run.charity == winner
    assert set(run.payouts.filter(choice="charity").values_list("payee", flat=True)) == {"FR76-FOREST"}
    match = run.payouts.get(member=None)
    assert (match.amount, match.value, match.state) == (1_300_000, 1_300, "frozen")
    transfer = Transfer.objects.get(reason="matched")
    assert set(transfer.entries.values_list("account__kind", "amount")) == {
        ("issuance", -1_300_000),
        ("payouts", 1_300_000),
    }
    assert ledger.system_balance("payouts") == 2_600_000
    assert verify().ok


def test_without_a_vote_the_first_charity_gets_it_and_none_means_keep(member, choosing, wants, operator, charity):
    Charity.objects.create(names={"en": "Forest"}, account="FR76-FOREST", match_percent=100)
    ada = member("Ada", 1_000)
    run = choosing()
    wants(ada, run, "charity")
    Charity.objects.update(is_active=False)
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert told(ada, "payout_kept")[0]["why"] == "not_offered"
    Charity.objects.update(is_active=True)
    assert not run.payouts.filter(member=None).exists()


def test_a_closed_account_is_not_paid(provider, member, choosing, wants, operator):
    ada = member("Ada", 2_000)
    run = choosing()
    payout = wants(ada, run, "cash", "ada@example.org")
    ada.member.closed_at = CHOOSING
    ada.member.save()
    freeze(run=run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    assert (state_of(payout), payout.why) == ("kept", "gone")
