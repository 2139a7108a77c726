"""Somebody leaves who earned: each state of a run has one outcome, and the books and the tax office have theirs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from accounts.actions.erasure import erase
from accounts.signals import member_exported
from community.actions.acceptance import revoke
from core.tasks import TASKS
from events.models import Event
from rewards import ledger
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.forgetting import retain
from rewards.actions.payouts.banking import read_bank_answer
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import approve, freeze
from rewards.actions.settling import settle_due
from rewards.figures import cuts, sums
from rewards.models import Hold, PayeeRecord, PayeeYear, Payout, PayoutAccount, ProgrammeVersion, Review
from rewards.queries import Balance, balance_of
from rewards.tasks import finish_erasure
from rewards.verify import verify
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, state_of
from tests.rewards.raw import run as raw

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
LATER = FREEZING + 3 * DAYS


@pytest.fixture
def ada(member):
    return member("Ada Lovelace", 2_000)


def leave(viewer, now):
    """As their page does, and then the worker."""
    erase(by=viewer, keep_name=False, now=now)
    TASKS["rewards.tasks.finish_erasure"].run(member=viewer.member_id)


def answered(run, operator, state, now=LATER):
    rows = "".join(f"{key.hex};{state}\n" for key in run.payouts.values_list("key", flat=True))
    read_bank_answer(run=run, content=f"reference;state\n{rows}".encode(), by=operator, now=now)
    move_runs(now=now)
    run.refresh_from_db()


def until(state, run, wants, ada, operator, second):
    """Bring a run to this state, with Ada's choice of cash at the bank."""
    payout = wants(ada, run, "cash", "FR76 ADA")
    if state == "choosing":
        return payout
    freeze(run=run, by=operator, now=FREEZING)
    if state == "freezing":
        return payout
    move_runs(now=FREEZING)
    if state == "frozen":
        return payout
    approve(run=run, by=second, now=FREEZING)
    if state == "approved":
        return payout
    move_runs(now=FREEZING)
    if state == "reconciling":
        return payout
    answered(run, operator, "paid")
    return payout


@pytest.mark.parametrize(
    ("state", "paid"),
    [
        ("choosing", False),
        ("freezing", False),
        ("frozen", True),
        ("approved", True),
        ("reconciling", True),
        ("closed", True),
    ],
)
def test_in_every_state_of_a_run_what_was_taken_is_paid_and_the_rest_is_given_up(
    state, paid, ada, earn, choosing, wants, operator, second
):
    run = choosing()
    payout = until(state, run, wants, ada, operator, second)
    earn(ada, 300)
    leave(ada, LATER)
    assert balance_of(ada.member_id) == Balance()
    assert not PayoutAccount.objects.exists()
    assert sums.read().of(cuts.GIVEN_UP) == (300_000 if paid else 2_300_000)
    assert PayeeRecord.objects.exists() == paid
    run.refresh_from_db()
    if state in ("choosing", "freezing"):
        if state == "choosing":
            freeze(run=run, by=operator, now=LATER)
        move_runs(now=LATER)
    if state in ("choosing", "freezing", "frozen"):
        run.refresh_from_db()
        approve(run=run, by=second, now=LATER)
    if state != "closed":
        move_runs(now=LATER)
        # The bank is told where: the payment has its own word of it.
        assert state_of(payout) == ("sent" if paid else "kept")
        assert payout.payee == ("FR76 ADA" if paid else "")
        answered(run, operator, "paid", LATER + DAYS)
    retain(now=LATER + DAYS)
    assert state_of(payout) == ("paid" if paid else "kept")
    assert payout.payee == ("erased" if paid else "")
    assert PayeeRecord.objects.exists() == paid
    run.refresh_from_db()
    assert run.state == "closed"
    assert verify().ok


@pytest.mark.parametrize("state", ["refused", "returned"])
def test_a_payment_that_comes_back_to_who_left_is_given_up_and_nothing_is_kept(
    state, ada, choosing, wants, operator, second
):
    run = choosing()
    until("reconciling", run, wants, ada, operator, second)
    leave(ada, LATER)
    if state == "returned":
        answered(run, operator, "paid", LATER + DAYS)
        retain(now=LATER + DAYS)
    answered(run, operator, state, LATER + 2 * DAYS)
    assert balance_of(ada.member_id) == Balance(settled=2_000_000)
    retain(now=LATER + 2 * DAYS)
    assert balance_of(ada.member_id) == Balance()
    assert sums.read().of(cuts.GIVEN_UP) == 2_000_000
    # Nothing was paid in the end.
    assert not PayeeRecord.objects.exists()
    assert Event.objects.get(verb="payee_record_ended").after == {"member": ada.member_id, "until": None}
    assert verify().ok


def test_what_tax_law_asks_for_is_kept_apart_until_its_day(ada, choosing, wants, operator, second, now):
    run = choosing()
    until("closed", run, wants, ada, operator, second)
    leave(ada, LATER)
    ada.member.refresh_from_db()
    assert (ada.member.name, ada.member.shown_name) == ("", "a former member")
    record = PayeeRecord.objects.get()
    assert (record.name, record.keep_until) == ("Ada Lovelace", date(2036, 12, 31))
    assert record.paid_at == [{"provider": "bank", "reference": "FR76 ADA"}]
    call_command("rewards", "figures", "--now", LATER.isoformat())
    call_command("rewards", "retention", "--now", "2036-12-31T12:00:00Z")
    assert PayeeRecord.objects.exists() and PayeeYear.objects.exists()
    call_command("rewards", "retention", "--now", "2037-01-01T12:00:00Z")
    assert not PayeeRecord.objects.exists() and not PayeeYear.objects.exists()
    assert Payout.objects.get().payee == "erased"
    assert verify().ok


def test_a_version_says_for_how_many_years(ada, version, choosing, wants, operator, second, now):
    run = choosing()
    until("closed", run, wants, ada, operator, second)
    leave(ada, LATER)
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=LATER, value_micros=10_000, currency="EUR",
        rules=version.rules | {"retention_years": 6},
    )  # fmt: skip
    retain(now=LATER + DAYS)
    assert PayeeRecord.objects.get().keep_until == date(2032, 12, 31)


def test_who_was_never_paid_leaves_nothing_behind(ada, choosing, wants, now):
    wants(ada, choosing(), "cash", "FR76 ADA")
    assert PayoutAccount.objects.exists()
    leave(ada, CHOOSING)
    assert not PayeeRecord.objects.exists()
    assert not PayoutAccount.objects.exists()


def test_a_gift_is_given_and_its_giver_forgotten(ada, charity, choosing, wants, approved, operator):
    run = choosing()
    payout = wants(ada, run, "charity", charity=str(charity.pk))
    approved(run)
    leave(ada, FREEZING)
    move_runs(now=FREEZING)
    answered(run, operator, "paid")
    retain(now=LATER)
    assert state_of(payout) == "paid"
    # The charity is no secret, the vote is.
    assert (payout.payee, payout.vote) == ("FR76-SEA", None)
    assert not PayeeRecord.objects.exists()


def test_pending_and_held_credits_are_given_up_and_recover_what_is_owed(accepted, helper, customer, spend, now):
    first = accepted("One")
    settle_due(now=now + 15 * DAYS)
    spend(helper, 40_000)
    revoke(thread=first.thread, by=customer, now=now + 16 * DAYS)
    accepted("Two", at=now + 20 * DAYS)
    held = Hold.objects.get(award__subject_id=accepted("Three", at=now + 20 * DAYS).pk)
    put_under_review(found=[Found(held.pk, 9_000, [], [])], now=now + 20 * DAYS)
    assert balance_of(helper.member_id) == Balance(pending=80_000, owed=40_000)
    leave(helper, now + 21 * DAYS)
    assert balance_of(helper.member_id) == Balance()
    assert ledger.system_balance("breakage") == 40_000
    assert Review.objects.get().state == "lapsed"
    assert verify().ok


def test_an_answer_that_loses_its_acceptance_afterwards_makes_no_debt(accepted, helper, customer, now):
    acceptance = accepted()
    leave(helper, now)
    assert ledger.system_balance("breakage") == 40_000
    revoke(thread=acceptance.thread, by=customer, now=now + DAYS)
    assert balance_of(helper.member_id) == Balance()
    assert (ledger.system_balance("breakage"), ledger.system_balance("issuance")) == (0, 0)
    assert verify().ok


def test_twice_by_the_worker_is_once_in_the_books(ada, now):
    leave(ada, now)
    finish_erasure(member=ada.member_id)
    retain(now=now)
    assert ledger.system_balance("breakage") == 2_000_000
    assert Event.objects.filter(verb="credits_given_up").count() == 1


def test_nobody_who_is_here_gives_up_anything(ada, now):
    finish_erasure(member=ada.member_id)
    retain(now=now)
    assert balance_of(ada.member_id) == Balance(settled=2_000_000)


def test_a_payee_is_changed_to_nothing_else_and_not_while_a_run_is_open(ada, choosing, wants, operator, second):
    run = choosing()
    payout = until("reconciling", run, wants, ada, operator, second)
    change = "UPDATE rewards_payout SET payee = %s WHERE id = %s"
    with pytest.raises(DatabaseError):
        raw((change, ["erased", payout.pk]))
    answered(run, operator, "paid")
    with pytest.raises(DatabaseError):
        raw((change, ["FR76 OTHER", payout.pk]))
    raw((change, ["erased", payout.pk]))


@pytest.fixture
def page_of(sign_in):
    """`page_of(ada)`: the page on which they would erase their account, once they proved that it is them."""

    def read(viewer):
        client = sign_in(viewer)
        client.post("/en/account/reauthenticate/", {"password": "a long password"})
        page = client.get("/en/account/erase/")
        assert page.status_code == 200
        return page.content.decode()

    return read


def test_the_page_says_what_becomes_of_ones_credits(ada, earn, choosing, wants, operator, second, page_of):
    run = choosing()
    page = page_of(ada)
    assert "2,000 credits of yours, pending and settled, are given up and not paid." in page
    # The window closed long ago by the clock that pages read.
    assert "To be paid first" in page
    assert "Where you are paid is forgotten at once." in page
    until("reconciling", run, wants, ada, operator, second)
    earn(ada, 1)
    page = page_of(ada)
    assert "A payment that is on its way is still made." in page
    assert "until 10 years after the year of the last payment" in page


def test_who_has_no_credits_reads_nothing_of_them(make_viewer, page_of):
    assert "What becomes of your credits" not in page_of(make_viewer("Eve"))


def test_the_export_holds_choice_payment_and_what_is_told_to_tax_offices(ada, choosing, wants, operator, second):
    run = choosing()
    until("closed", run, wants, ada, operator, second)
    call_command("rewards", "figures", "--now", LATER.isoformat())
    export: dict = {}
    member_exported.send(type(ada.member), member=ada.member, export=export)
    (payout,) = export["rewards"]["payouts"]
    assert payout["chosen_at"] and payout["finished_at"] and payout["payee"] == "FR76 ADA"
    assert export["rewards"]["paid_in_year"] == [
        {"year": 2026, "currency": "EUR", "value": 2_000, "contributions": 1, "threshold": ""}
    ]
