"""What operators read of the books: each figure is the sum of the transfers that it leads to, and the books agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from community.actions.acceptance import revoke
from rewards import chain, ledger, sealed
from rewards.actions.counting import count_sealed
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.expiring import expire_due
from rewards.actions.sealing import seal_new
from rewards.actions.settling import settle_due
from rewards.actions.writing_off import write_off
from rewards.figures import cost, cuts, earners, flows, lists, owed, sums
from rewards.figures.selection import NONE, Selection
from rewards.models import (
    Account,
    BookedMonth,
    Counted,
    EarnerMonth,
    Hold,
    LotMonth,
    ProgrammeVersion,
    Seal,
    Transfer,
)
from rewards.verify import verify
from tests.rewards.raw import BALANCE, ENTRY, TRANSFER, run

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def summed(selection, today, size=2):
    """What all pages of a list sum to."""
    total, cursor = 0, ""
    while True:
        page = lists.listing(selection, today, cursor=cursor, size=size)
        total += sum(row.amount for row in page.rows)
        if not page.older:
            return total
        cursor = page.older


@pytest.fixture
def history(accepted, helper, make_viewer, customer, operator, spend, version, now):
    """Three members over some months: earned, taken back, held, expired, paid, owed and written off."""
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=datetime(2020, 1, 2, tzinfo=UTC), value_micros=10_000,
        currency="EUR", rules=version.rules | {"expiry_months": 12, "warning_days": [7]},
    )  # fmt: skip
    ada, ben = make_viewer("Ada"), make_viewer("Ben")
    first = accepted("One")
    accepted("Two", by=ada)
    accepted("Three", by=ada, at=now + 3 * DAYS)
    settle_due(now=now + 20 * DAYS)
    spend(helper, 40_000)
    spend(ada, 10_000)
    # Spent before it was taken back, then written off, and another debt that stands.
    revoke(thread=first.thread, by=customer, now=now + 25 * DAYS)
    write_off(member=helper.member, reason="Small.", by=operator, now=now + 30 * DAYS)
    for at in (400, 408):
        expire_due(now=now + at * DAYS)
    accepted("Four", by=ben, at=now + 410 * DAYS)
    taken = accepted("Five", by=ben, at=now + 411 * DAYS)
    settle_due(now=now + 430 * DAYS)
    spend(ben, 80_000)
    revoke(thread=taken.thread, by=customer, now=now + 431 * DAYS)
    accepted("Six", at=now + 440 * DAYS)
    last = accepted("Seven", by=ada, at=now + 441 * DAYS)
    put_under_review(found=[Found(Hold.objects.get(award__subject_id=last.pk).pk, 9_000, [], [])], now=now + 441 * DAYS)
    return now + 442 * DAYS


@pytest.fixture(params=["counted", "half counted", "not counted"])
def counted(request, history):
    """The same figures whether all is kept by month, nothing is, or half of it."""
    if request.param == "counted":
        seal_new(now=history)
    elif request.param == "half counted":
        keys = list(Transfer.objects.order_by("pk").values_list("pk", flat=True))
        half = keys[: len(keys) // 2]
        Seal.objects.create(
            number=1, first=1, last=half[-1], count=len(half), gaps=chain.gaps(1, half[-1], half), late=[],
            has_strays=True, sums={}, sealed_at=history, leaves=b"", previous=chain.GENESIS, digest="1" * 64,
        )  # fmt: skip
    count_sealed()
    return ledger.booked_on(history)


def test_every_figure_of_the_overview_is_the_sum_of_its_transfers(counted):
    found = owed.owed(sums.read(), counted)
    assert {row.figure: row.total for row in found} == {
        "pending": 40_000, "held": 40_000, "settled": 0, "on-its-way": 0, "receivable": 40_000,
    }  # fmt: skip
    for row in found:
        assert summed(Selection(row.figure), counted) == row.total
        for age, amount in row.cells():
            assert summed(Selection(row.figure, age=age.name), counted) == amount, (row.figure, age)


def test_every_figure_of_every_month_is_the_sum_of_its_transfers(counted):
    read = sums.read()
    months = cuts.months_to(counted, 18)
    total = dict.fromkeys(cuts.FLOWS, 0)
    for flow in flows.by_month(read, months):
        for name, amount in flow.amounts.items():
            total[name] += amount
            assert summed(Selection(name, flow.first, flow.last), counted) == amount, (name, flow.first)
    assert total == {
        "earned": 280_000, "reversed": 80_000, "expired": 70_000, "given-up": 0, "paid": 130_000, "matched": 0,
        "written-off": 40_000,
    }  # fmt: skip
    (rolling,) = flows.rolling(read, [cuts.month_of(counted)])
    assert rolling.amounts["earned"] == summed(Selection("earned", rolling.first, rolling.last), counted) == 160_000
    assert read.of(cuts.BREAKAGE) == summed(Selection("breakage"), counted) == 70_000


def test_the_cost_of_a_solved_question_leads_to_what_was_awarded(counted, product):
    months = cost.by_month(sums.read(), cuts.months_to(counted, 18))
    assert sum(month.solved for month in months) == 5
    for month in months:
        assert summed(Selection("net", month.month, month.month), counted) == month.amount
    march = next(month for month in months if month.month == date(2026, 3, 1))
    # Two that stand, and one that was taken back in April.
    assert (march.amount, march.solved, march.each) == (120_000, 2, 60_000)
    (row,) = cost.by_product(march.month)
    assert (row.product, row.amount, row.solved) == (product, 120_000, 2)
    assert summed(Selection("net", march.month, march.month, product=str(product.pk)), counted) == row.amount
    assert summed(Selection("net", march.month, march.month, product=NONE), counted) == 0


def test_concentration_leads_to_what_the_top_earned(counted):
    first, last = date(2026, 3, 1), date(2027, 5, 1)
    (found,) = earners.concentration([(first, last)])
    # Ada 120, Nadia and Ben 40 each of 200 credits.
    assert (found.count, found.amount, found.tops) == (3, 200_000, {1: (1, 120_000), 10: (1, 120_000)})
    assert found.share(1) == 60
    for top, amount in ((1, 120_000), (10, 120_000), (100, 200_000)):
        assert summed(Selection("top", first, last, top=top), counted) == amount


def test_of_a_month_only_who_earned_in_it_counts(counted):
    april = date(2026, 4, 1)
    (found,) = earners.concentration([(april, april)])
    # The one thing that happened is a loss.
    assert (found.count, found.amount) == (0, 0)
    assert found.share(10) == 0
    assert summed(Selection("top", april, april, top=100), counted) == 0


def test_what_is_kept_by_month_agrees_with_the_books_and_a_change_is_found(history):
    seal_new(now=history)
    assert count_sealed() is False
    assert Counted.objects.get().seal == 1
    assert verify().ok
    for model in (BookedMonth, LotMonth, EarnerMonth):
        row = model.objects.order_by("pk").first()
        model.objects.filter(pk=row.pk).update(amount=row.amount + 1)
        (fault,) = verify().faults
        assert fault.check == "month"
        assert "2026-03" in fault.where
        model.objects.filter(pk=row.pk).update(amount=row.amount)
    BookedMonth.objects.first().delete()
    assert [fault.check for fault in verify().faults] == ["month"]


def test_counting_twice_counts_once(history):
    seal_new(now=history)
    count_sealed()
    before = list(BookedMonth.objects.order_by("pk").values_list("amount", flat=True))
    count_sealed()
    assert list(BookedMonth.objects.order_by("pk").values_list("amount", flat=True)) == before


def test_a_transfer_that_came_after_a_later_one_was_counted_is_counted_once(accepted, helper, now):
    """A key is handed out before its transfer is committed."""
    accepted()
    pending = Account.objects.get(member=helper.member, kind="pending").pk
    issuance = Account.objects.get(member=None, kind="issuance").pk

    def book(pk, after):
        entries = [(ENTRY, [pk, pending, 5, after]), (ENTRY, [pk, issuance, -5, None])]
        run(*entries, (BALANCE, [after, pending]), (TRANSFER, [pk, f"raw:{pk}"]))

    def earned():
        return sums.read().of(cuts.EARNED)

    last = Transfer.objects.latest("pk").pk
    book(last + 2_000, 40_005)
    seal_new(now=now)
    count_sealed()
    book(last + 1_000, 40_010)
    assert earned() == 40_010
    seal_new(now=now)
    assert earned() == 40_010
    count_sealed()
    assert (earned(), Counted.objects.get().seal) == (40_010, 2)
    # By hand: no award stands behind them.
    assert [fault.check for fault in verify().faults] == ["hold"]


def test_the_figures_cost_the_same_queries_however_much_was_booked(history, helper, django_assert_max_num_queries):
    # A key that no transfer took, as a rolled back award leaves one: whether it came late is asked too.
    last = Transfer.objects.latest("pk")
    pending, issuance = (Account.objects.get(member=who, kind=kind) for who, kind in
                         ((helper.member, "pending"), (None, "issuance")))  # fmt: skip
    after = pending.balance + 5
    entries = [(ENTRY, [last.pk + 2, pending.pk, 5, after]), (ENTRY, [last.pk + 2, issuance.pk, -5, None])]
    run(*entries, (BALANCE, [after, pending.pk]), (TRANSFER, [last.pk + 2, "raw:gap"]))
    seal_new(now=history)
    count_sealed()
    assert sealed.open_gaps(1)
    today = ledger.booked_on(history)
    with django_assert_max_num_queries(9):
        found = sums.read()
    with django_assert_max_num_queries(2):
        owed.owed(found, today)
    with django_assert_max_num_queries(6):
        lists.listing(Selection("earned"), today)
    months = cuts.months_to(today, 12)
    with django_assert_max_num_queries(2 * 12 + 5):
        earners.concentration([(month, month) for month in months])
