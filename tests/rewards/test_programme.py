"""Each way to earn by an accepted answer, and each event with its reverse, through the community's own actions."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.actions.feedback import set_helpful
from community.actions.removal import remove_post, restore_post
from community.models import Standing
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.reviewing import appeal, decide_appeal, release, withhold
from rewards.actions.settling import settle_due
from rewards.models import Hold, Place, PoolMonth, Review, Transfer
from rewards.queries import Balance, balance_of
from rewards.rules import Rules
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
TAPER = {"after": 1, "percent": 50, "least": 10}


def pending(viewer):
    return balance_of(viewer.member_id).pending


def held_by_detection(acceptance, now):
    holds = Hold.objects.filter(award__subject_id=acceptance.pk, state=Hold.State.PENDING)
    put_under_review(found=[Found(hold.pk, 9_000, [], []) for hold in holds], now=now)
    return Review.objects.filter(hold__award__subject_id=acceptance.pk).order_by("pk").first()


# -- a cap that falls ---------------------------------------------------------------------------------


def test_the_second_answer_of_a_month_earns_less_and_a_new_month_begins_anew(rules, accepted, helper, now):
    rules(taper=TAPER)
    for title in ("One", "Two", "Three"):
        accepted(title)
    assert pending(helper) == 40_000 + 20_000 + 10_000
    accepted("In April", at=now + 30 * DAYS)
    assert pending(helper) == 110_000
    assert verify().ok


def test_what_is_un_accepted_gives_its_place_to_the_last_of_the_month(rules, accepted, helper, customer, now):
    rules(taper=TAPER)
    first, _second, third = (accepted(title) for title in ("One", "Two", "Three"))
    revoke(thread=first.thread, by=customer, now=now + DAYS)
    assert pending(helper) == 40_000 + 20_000
    moved = Transfer.objects.get(reason="place_freed")
    assert (moved.subject_id, moved.hold.amount) == (third.pk, 30_000)
    # It settles with the answer that it belongs to.
    assert moved.hold.settles_on == Hold.objects.get(award__key=f"acceptance:{third.pk}").settles_on
    revoke(thread=third.thread, by=customer, now=now + 2 * DAYS)
    assert pending(helper) == 40_000
    assert verify().ok


def test_the_rest_of_a_settled_answer_settles_at_once(rules, accepted, helper, customer, now):
    rules(taper=TAPER)
    first, _second = accepted("One"), accepted("Two")
    settle_due(now=now + 15 * DAYS)
    revoke(thread=first.thread, by=customer, now=now + 16 * DAYS)
    assert balance_of(helper.member_id) == Balance(pending=20_000, settled=20_000)
    settle_due(now=now + 16 * DAYS)
    assert balance_of(helper.member_id) == Balance(settled=40_000)


def test_fake_answers_that_are_withheld_leave_the_honest_ones_all_they_would_have_earned(
    rules, accepted, helper, operator, now
):
    rules(taper=TAPER)
    fakes = [accepted("Fake one"), accepted("Fake two")]
    accepted("Honest one")
    accepted("Honest two")
    reviews = [held_by_detection(each, now) for each in fakes]
    for review in reviews:
        withhold(review=review, by=operator, reason="Arranged.", rule="7", now=now + DAYS)
    assert pending(helper) == 40_000 + 20_000
    assert verify().ok


def test_what_is_looked_at_moves_up_only_once_it_was_released(rules, accepted, helper, customer, operator, now):
    rules(taper=TAPER)
    first, second = accepted("One"), accepted("Two")
    review = held_by_detection(second, now)
    revoke(thread=first.thread, by=customer, now=now + DAYS)
    assert pending(helper) == 20_000
    release(review=review, by=operator, now=now + 2 * DAYS)
    assert pending(helper) == 40_000
    assert verify().ok


def test_an_appeal_that_is_won_takes_a_place_and_nobody_gives_anything_back(
    rules, accepted, helper, operator, make_viewer, now
):
    from accounts.jobs import Job

    rules(taper=TAPER)
    first = accepted("One")
    accepted("Two")
    review = held_by_detection(first, now)
    withhold(review=review, by=operator, reason="Arranged.", rule="7", now=now + DAYS)
    assert pending(helper) == 40_000
    appeal(review=Review.objects.get(pk=review.pk), by=helper, text="It was not.", now=now + 2 * DAYS)
    second = make_viewer("Oscar Operator", Job.OPERATOR, is_team=True)
    decide_appeal(review=Review.objects.get(pk=review.pk), by=second, granted=True, reason="Right.", now=now + 3 * DAYS)
    assert pending(helper) == 40_000 + 20_000
    assert sorted(Place.objects.values_list("number", flat=True)) == [1, 2]
    assert verify().ok


@pytest.mark.parametrize("seed", range(3))
def test_in_whatever_order_a_month_earns_what_stands_of_it(
    seed, rules, answered, accepted, helper, customer, moderator, operator, make_viewer, now
):
    """Accept, un-accept, accept another, delete, restore, withhold, settle: what is left is worth its first places."""
    version = rules(taper={"after": 2, "percent": 70, "least": 10}, first_answer={"amount": 5_000})
    terms = Rules.read(version.rules)
    rng = random.Random(seed)
    other = make_viewer("Omar Haddad")
    pairs = []
    for number in range(5):
        post = answered(f"Question {number}")
        pairs.append((post, answer(thread=post.thread, by=other, body="Or so.", now=now)))
    standing, withheld, removed, at = {}, set(), set(), now
    for _step in range(45):
        number = rng.randrange(len(pairs))
        what = rng.choice(["accept", "accept", "revoke", "remove", "restore", "settle", "withhold"])
        post = rng.choice(pairs[number])
        if what == "accept" and post.pk not in removed:
            standing[number] = (accept(answer=post, by=customer, now=at), post.author_id)
        elif what == "revoke":
            revoke(thread=post.thread, by=customer, now=at)
            standing.pop(number, None)
        elif what == "remove" and post.pk not in removed:
            remove_post(post=post, by=moderator, reason="Copied.", now=at)
            removed.add(post.pk)
            if number in standing and standing[number][1] == post.author_id:
                standing.pop(number)
        elif what == "restore" and post.pk in removed:
            restore_post(post=post, by=moderator, reason="Not copied.", now=at)
            removed.discard(post.pk)
        elif what == "settle":
            # Within the month, and beyond the hold.
            at = min(at + 5 * DAYS, now + 20 * DAYS)
            settle_due(now=at)
        elif what == "withhold" and number in standing:
            acceptance = standing[number][0]
            review = held_by_detection(acceptance, at)
            if review and review.state == Review.State.OPEN:
                withhold(review=review, by=operator, reason="Arranged.", rule="7", now=at)
                withheld.add(acceptance.pk)
        for viewer in (helper, other):
            count = sum(
                author == viewer.member_id and acceptance.pk not in withheld for acceptance, author in standing.values()
            )
            has = balance_of(viewer.member_id)
            firsts = Hold.objects.filter(member_id=viewer.member_id, award__subject_type="community.acceptance/first")
            bonus = sum(hold.amount for hold in firsts.exclude(state=Hold.State.REVERSED))
            assert bonus <= 5_000
            wanted = sum(terms.answer(place) for place in range(1, count + 1))
            assert has.pending + has.settled - has.owed - bonus == wanted
    report = verify()
    assert report.ok, report.faults


# -- a member's first ---------------------------------------------------------------------------------


def test_a_members_first_accepted_answer_earns_a_bonus_once(rules, accepted, helper, now):
    rules(first_answer={"amount": 10_000})
    accepted("One")
    accepted("Two")
    assert pending(helper) == 90_000


def test_who_had_answers_accepted_before_the_bonus_came_is_no_newcomer(rules, accepted, helper, now):
    rules(starts_at=now + DAYS, first_answer={"amount": 10_000})
    accepted("Before")
    accepted("After", at=now + 2 * DAYS)
    assert pending(helper) == 80_000


def test_when_the_first_is_un_accepted_its_bonus_goes_to_the_next(rules, accepted, helper, customer, now):
    rules(first_answer={"amount": 10_000})
    first, second = accepted("One"), accepted("Two")
    revoke(thread=first.thread, by=customer, now=now + DAYS)
    assert pending(helper) == 50_000
    revoke(thread=second.thread, by=customer, now=now + 2 * DAYS)
    assert pending(helper) == 0
    accept(answer=first.post, by=customer, now=now + 3 * DAYS)
    assert pending(helper) == 50_000
    assert verify().ok


def test_one_decision_withholds_all_that_an_answer_earned(rules, accepted, helper, operator, now):
    rules(first_answer={"amount": 10_000})
    review = held_by_detection(accepted(), now)
    assert withhold(review=review, by=operator, reason="Arranged.", rule="7", now=now) == 2
    assert balance_of(helper.member_id) == Balance()
    assert verify().ok


# -- others whom it helped ----------------------------------------------------------------------------


@pytest.fixture
def endorsed(rules, accepted, make_viewer, now):
    """`endorsed(trusts)`: an accepted answer that helped members of these trust levels."""

    def make(trusts, **way):
        rules(endorsement={"amount": 2_000, "most": 5_000, "trust": [50, 75, 100, 125, 150], **way})
        acceptance = accepted()
        for number, trust in enumerate(trusts):
            reader = make_viewer(f"Reader {number}")
            set_helpful(post=acceptance.post, by=reader, on=True, now=now)
            Standing.objects.update_or_create(member=reader.member, defaults={"trust": trust})
        return acceptance

    return make


def test_an_answer_that_helped_others_earns_for_them_when_it_settles(endorsed, helper, now):
    endorsed([0, 2])
    assert pending(helper) == 40_000
    settle_due(now=now + 14 * DAYS)
    assert balance_of(helper.member_id) == Balance(pending=3_000, settled=40_000)
    settle_due(now=now + 28 * DAYS)
    assert balance_of(helper.member_id) == Balance(settled=43_000)
    assert verify().ok


def test_neither_the_asker_nor_the_team_nor_a_crowd_beyond_the_cap_counts(
    endorsed, helper, customer, agent, moderator, now
):
    acceptance = endorsed([4, 4])
    for by in (customer, agent):
        set_helpful(post=acceptance.post, by=by, on=True, now=now)
    settle_due(now=now + 14 * DAYS)
    assert pending(helper) == 5_000


def test_who_says_later_that_it_helped_changes_nothing_that_is_booked(endorsed, helper, make_viewer, now):
    acceptance = endorsed([2])
    settle_due(now=now + 14 * DAYS)
    set_helpful(post=acceptance.post, by=make_viewer("Late Reader"), on=True, now=now + 15 * DAYS)
    settle_due(now=now + 15 * DAYS)
    assert balance_of(helper.member_id) == Balance(pending=2_000, settled=40_000)


def test_un_accepting_takes_back_what_others_earned_it_too(endorsed, helper, customer, now):
    acceptance = endorsed([2])
    settle_due(now=now + 14 * DAYS)
    revoke(thread=acceptance.thread, by=customer, now=now + 15 * DAYS)
    assert balance_of(helper.member_id) == Balance()
    assert verify().ok


def test_votes_alone_earn_nothing(rules, answered, helper, make_viewer, now):
    rules(endorsement={"amount": 2_000, "most": 5_000})
    set_helpful(post=answered(), by=make_viewer("Reader"), on=True, now=now)
    settle_due(now=now + 14 * DAYS)
    assert not Transfer.objects.exists()


# -- a pool -------------------------------------------------------------------------------------------


def pool(now):
    call_command("rewards", "pool", "--now", now.isoformat(), verbosity=0)


def test_a_pool_is_shared_when_the_month_is_over(rules, accepted, helper, make_viewer, now):
    rules(pool=100_000)
    other = make_viewer("Omar Haddad")
    accepted("One")
    accepted("Two")
    accepted("Three", by=other)
    assert pending(helper) == pending(other) == 0
    april = datetime(2026, 4, 1, 3, tzinfo=UTC)
    pool(april)
    pool(april + DAYS)
    assert (pending(helper), pending(other)) == (66_667, 33_333)
    assert PoolMonth.objects.get().month == date(2026, 3, 1)
    assert verify().ok


def test_what_fakes_took_of_a_pool_is_shared_again(rules, accepted, helper, operator, make_viewer, now):
    rules(pool=100_000)
    other = make_viewer("Omar Haddad")
    accepted("Honest")
    fake = accepted("Fake", by=other)
    april = datetime(2026, 4, 1, 3, tzinfo=UTC)
    pool(april)
    withhold(review=held_by_detection(fake, april), by=operator, reason="Arranged.", rule="7", now=april + DAYS)
    settle_due(now=april + 14 * DAYS)
    pool(april + 15 * DAYS)
    settle_due(now=april + 15 * DAYS)
    assert balance_of(helper.member_id) == Balance(settled=100_000)
    assert balance_of(other.member_id) == Balance()
    assert verify().ok


def test_an_answer_un_accepted_before_the_month_is_over_has_no_share(rules, accepted, helper, customer, now):
    rules(pool=100_000)
    accepted("One")
    revoke(thread=accepted("Two").thread, by=customer, now=now + DAYS)
    pool(datetime(2026, 4, 1, 3, tzinfo=UTC))
    assert pending(helper) == 100_000


# -- what `ledger verify` finds -----------------------------------------------------------------------


def test_verify_names_a_place_a_first_and_a_pool_that_are_wrong(rules, accepted, helper, now):
    rules(taper=TAPER, first_answer={"amount": 5_000})
    first = accepted("One")
    accepted("Two")
    Place.objects.filter(acceptance_id=first.pk).update(number=3)
    Place.objects.create(member_id=helper.member_id, month=now.date().replace(day=1), number=9, acceptance_id=10**6)
    PoolMonth.objects.create(month=now.date(), amount=5, shared_on=now.date(), again_from=now.date())
    found = {(fault.check, fault.what) for fault in verify().faults}
    assert ("place", f"acceptance {first.pk} has 40000, place 3 is worth 10000") in found
    assert ("place", "acceptance 1000000 has 0, place 9 is worth None") in found
    assert len(found) == 2
