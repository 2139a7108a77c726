"""Credits that a person looks at before they settle: each thing that may happen to them, in every order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.jobs import Job
from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.actions.removal import remove_post, restore_post
from core.errors import Invalid, Refused
from core.models import Task
from events.models import Event
from notifications.models import Notification
from rewards.actions import reviewing
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.settling import settle_due
from rewards.exported import exported
from rewards.models import Hold, Review, Transfer
from rewards.queries import Balance, balance_of, settling
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
SIGNS = [{"sign": "circle", "weight": 6.0, "facts": {}}]


@pytest.fixture
def second(make_viewer):
    return make_viewer("Otto Operator", Job.OPERATOR, is_team=True)


@pytest.fixture
def held(accepted, now):
    """`held()`: an accepted answer whose credits a person looks at."""

    def make(title="Which plan for Spain", *, at=None, group=(), **who):
        acceptance = accepted(title, at=at, **who)
        hold = Hold.objects.get(award__key=f"acceptance:{acceptance.pk}")
        members = sorted({hold.member_id, acceptance.thread.author_id, *group})
        assert put_under_review(found=[Found(hold.pk, 6_000, SIGNS, members)], now=(at or now) + DAYS) == 1
        return Review.objects.get(hold=hold)

    return make


@pytest.fixture(autouse=True)
def books_are_right():
    """After every test, whatever happened in it."""
    yield
    report = verify()
    assert report.ok, report.faults


def has(viewer, **amounts):
    return balance_of(viewer.member_id) == Balance(**amounts)


def withhold(review, by, now, **more):
    reviewing.withhold(review=review, by=by, reason="You are one person.", rule="7", now=now, **more)
    review.refresh_from_db()
    return review


def appeal(review, by, now, text="We are sisters."):
    reviewing.appeal(review=review, by=by, text=text, now=now)
    review.refresh_from_db()


def decide(review, by, now, *, granted, **more):
    reviewing.decide_appeal(review=review, by=by, granted=granted, reason="Looked again.", now=now, **more)
    review.refresh_from_db()


def code(act, *args, **named):
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    assert str(refused.value.reason)
    return refused.value.code


# -- what is held ---------------------------------------------------------------------------------------


def test_what_is_held_stays_pending_and_does_not_settle(held, helper, now):
    held()
    assert settle_due(now=now + 60 * DAYS) == 0
    assert has(helper, pending=40_000)
    waits = settling(helper.member_id)
    assert (waits.count, waits.amount, waits.held) == (0, 0, 40_000)
    assert exported(helper.member_id)["pending"][0]["looked_at_first"] is True
    assert Event.objects.filter(verb="credits_held").count() == 1


def test_held_twice_it_is_held_once(held, now):
    review = held()
    assert put_under_review(found=[Found(review.hold_id, 5_000, [], [])], now=now + 2 * DAYS) == 0
    assert Event.objects.filter(verb="credits_held").count() == 1
    review.refresh_from_db()
    assert (review.score, review.signs) == (6_000, SIGNS), "weaker evidence changes nothing"
    put_under_review(found=[Found(review.hold_id, 9_000, [], review.group)], now=now + 3 * DAYS)
    review.refresh_from_db()
    assert review.score == 9_000


def test_what_settled_before_is_not_held_any_more(accepted, helper, now):
    accepted()
    settle_due(now=now + 15 * DAYS)
    hold = Hold.objects.get()
    assert put_under_review(found=[Found(hold.pk, 9_000, SIGNS, [])], now=now + 16 * DAYS) == 0
    assert has(helper, settled=40_000)


# -- released -------------------------------------------------------------------------------------------


def test_released_in_time_it_settles_on_its_old_day(held, operator, helper, now):
    review = held()
    assert reviewing.release(review=review, by=operator, now=now + 5 * DAYS) == 1
    assert has(helper, pending=40_000)
    assert settle_due(now=now + 13 * DAYS) == 0
    assert settle_due(now=now + 14 * DAYS) == 1
    assert has(helper, settled=40_000)
    assert not Notification.objects.filter(member=helper.member, kind__startswith="credits").exists()


def test_released_late_it_settles_at_once(held, operator, helper, now):
    reviewing.release(review=held(), by=operator, now=now + 30 * DAYS)
    assert has(helper, settled=40_000)
    assert settle_due(now=now + 31 * DAYS) == 0


def test_released_and_then_un_accepted_it_is_taken_back(held, operator, helper, customer, now):
    for late in (5, 30):
        review = held(f"Question {late}")
        reviewing.release(review=review, by=operator, now=now + late * DAYS)
        revoke(thread=thread_of(review), by=customer, now=now + 40 * DAYS)
        review.refresh_from_db()
        assert review.state == "released"
    assert has(helper)


# -- un-accepted, replaced, removed while it is held ----------------------------------------------------


def thread_of(review):
    from community.models import Thread

    return Thread.objects.get(pk=review.hold.award.thread_id)


def post_of(review):
    from community.models import Post

    return Post.objects.select_related("thread").get(pk=review.hold.award.post_id)


def test_un_accepted_while_held_it_is_taken_back_and_nothing_is_left_to_decide(held, operator, helper, customer, now):
    review = held()
    revoke(thread=thread_of(review), by=customer, now=now + 2 * DAYS)
    assert has(helper)
    review.refresh_from_db()
    assert review.state == "lapsed"
    assert code(reviewing.release, review=review, by=operator, now=now + 3 * DAYS) == "lapsed"
    assert code(withhold, review, operator, now + 3 * DAYS) == "lapsed"


def test_another_accepted_while_held_moves_the_credits(held, operator, helper, make_viewer, customer, now):
    review, other = held(), make_viewer("Omar Haddad")
    second = answer(thread=thread_of(review), by=other, body="Or the bigger one.", now=now + DAYS)
    accept(answer=second, by=customer, now=now + 2 * DAYS)
    assert has(helper) and has(other, pending=40_000)
    accept(answer=post_of(review), by=customer, now=now + 3 * DAYS)
    assert has(helper, pending=40_000) and has(other)
    # Accepted anew it is another credit, which nobody has looked at yet.
    assert Hold.objects.filter(state="pending").count() == 1


def test_removed_while_held_and_restored(held, helper, moderator, customer, now):
    review = held()
    remove_post(post=post_of(review), by=moderator, reason="Copied.", now=now + 2 * DAYS)
    assert has(helper)
    review.refresh_from_db()
    assert review.state == "lapsed"
    restore_post(post=post_of(review), by=moderator, reason="It was not.", now=now + 3 * DAYS)
    assert has(helper)
    accept(answer=post_of(review), by=customer, now=now + 4 * DAYS)
    assert has(helper, pending=40_000)


# -- withheld -------------------------------------------------------------------------------------------


def test_withheld_it_is_taken_back_and_its_member_reads_why(held, operator, helper, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    assert has(helper)
    reversal = Transfer.objects.get(kind="reversal")
    assert (reversal.reason, reversal.reverses_id) == ("withheld", review.hold.award_id)
    told = Notification.objects.get(kind="credits_withheld")
    assert told.member_id == helper.member_id
    assert told.data["reason"] == "You are one person."
    assert told.data["rule"] == "7" and told.data["automated"] is True
    assert told.data["until_at"] == (now + 32 * DAYS).isoformat()
    assert not Notification.objects.filter(kind="credits_reversed").exists()
    assert Event.objects.get(verb="credits_withheld").reason == "You are one person."
    assert Task.objects.filter(name__endswith="send_mails").exists()


def test_nothing_is_withheld_without_a_reason_and_a_rule(held, operator, helper, now):
    review = held()
    for reason, rule, wrong in (("", "7", {"reason"}), ("Why", "", {"rule"}), (" ", "99", {"reason", "rule"})):
        with pytest.raises(Invalid) as invalid:
            reviewing.withhold(review=review, by=operator, reason=reason, rule=rule, now=now)
        assert set(invalid.value.errors) == wrong
    assert has(helper, pending=40_000)


def test_withheld_and_then_un_accepted_nothing_is_taken_twice(held, operator, helper, customer, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    revoke(thread=thread_of(review), by=customer, now=now + 3 * DAYS)
    assert has(helper)
    assert Transfer.objects.filter(kind="reversal").count() == 1


def test_withheld_while_another_was_accepted_instead(held, operator, helper, make_viewer, customer, now):
    review, other = withhold(held(), operator, now + 2 * DAYS), make_viewer("Omar Haddad")
    second = answer(thread=thread_of(review), by=other, body="Or the bigger one.", now=now + 3 * DAYS)
    accept(answer=second, by=customer, now=now + 3 * DAYS)
    assert has(helper) and has(other, pending=40_000)


def test_a_decision_is_made_once(held, operator, second, now):
    review = held()
    reviewing.release(review=review, by=operator, now=now + 2 * DAYS)
    assert code(withhold, review, second, now + 3 * DAYS) == "decided"
    other = withhold(held("Another"), operator, now + 3 * DAYS)
    assert code(reviewing.release, review=other, by=second, now=now + 4 * DAYS) == "decided"


# -- appeals --------------------------------------------------------------------------------------------


def test_an_appeal_won_in_time_settles_on_the_old_day(held, operator, second, helper, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    decide(review, second, now + 4 * DAYS, granted=True)
    assert review.state == "restored"
    assert has(helper, pending=40_000)
    assert settle_due(now=now + 13 * DAYS) == 0
    assert settle_due(now=now + 14 * DAYS) == 1
    assert has(helper, settled=40_000)
    told = Notification.objects.get(kind="appeal_decided")
    assert (told.data["granted"], told.data["amount"], told.data["reason"]) == (True, 40_000, "Looked again.")


def test_an_appeal_won_late_settles_at_once(held, operator, second, helper, now):
    review = withhold(held(), operator, now + 20 * DAYS)
    appeal(review, helper, now + 21 * DAYS)
    decide(review, second, now + 25 * DAYS, granted=True)
    assert has(helper, settled=40_000)
    assert Transfer.objects.get(key=f"restored:{review.pk}").kind == "award"


def test_an_appeal_lost_changes_nothing_and_is_told(held, operator, second, helper, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    decide(review, second, now + 4 * DAYS, granted=False)
    assert review.state == "upheld"
    assert has(helper)
    assert Notification.objects.get(kind="appeal_decided").data["granted"] is False
    assert code(appeal, review, helper, now + 5 * DAYS) == "not_withheld"


def test_an_appeal_won_after_the_answer_was_un_accepted_gives_nothing_back(
    held, operator, second, helper, customer, now
):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    revoke(thread=thread_of(review), by=customer, now=now + 4 * DAYS)
    decide(review, second, now + 5 * DAYS, granted=True)
    assert review.state == "restored" and has(helper)
    assert Notification.objects.get(kind="appeal_decided").data["amount"] == 0
    # Accepted anew it earns as any other, and once.
    accept(answer=post_of(review), by=customer, now=now + 6 * DAYS)
    assert has(helper, pending=40_000)


def test_an_appeal_after_the_answer_was_un_accepted_may_still_be_made(held, operator, helper, customer, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    revoke(thread=thread_of(review), by=customer, now=now + 3 * DAYS)
    appeal(review, helper, now + 4 * DAYS)
    assert review.state == "appealed"


@pytest.mark.parametrize("settled", [False, True])
def test_given_back_on_appeal_and_then_un_accepted_it_is_taken_back(
    held, operator, second, helper, customer, now, settled
):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    decide(review, second, now + (30 if settled else 4) * DAYS, granted=True)
    assert has(helper, **({"settled": 40_000} if settled else {"pending": 40_000}))
    revoke(thread=thread_of(review), by=customer, now=now + 31 * DAYS)
    assert has(helper)
    accept(answer=post_of(review), by=customer, now=now + 32 * DAYS)
    assert has(helper, pending=40_000)


def test_given_back_on_appeal_and_removed_and_spent_it_is_owed(held, operator, second, moderator, helper, spend, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    decide(review, second, now + 30 * DAYS, granted=True)
    spend(helper, 30_000)
    remove_post(post=post_of(review), by=moderator, reason="Copied.", now=now + 31 * DAYS)
    assert has(helper, owed=30_000)


def test_who_withheld_does_not_decide_about_the_appeal(held, operator, second, helper, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    for granted in (True, False):
        assert code(decide, review, operator, now + 4 * DAYS, granted=granted) == "same_person"
    assert has(helper)
    decide(review, second, now + 4 * DAYS, granted=True)
    assert code(decide, review, second, now + 5 * DAYS, granted=False) == "not_appealed"
    assert has(helper, pending=40_000)


def test_an_appeal_is_the_members_own_once_and_within_thirty_days(held, operator, helper, customer, now):
    review = withhold(held(), operator, now + 2 * DAYS)
    assert code(appeal, review, customer, now + 3 * DAYS) == "not_yours"
    assert code(appeal, review, operator, now + 3 * DAYS) == "not_yours"
    assert code(appeal, review, helper, now + 33 * DAYS) == "too_late"
    with pytest.raises(Invalid):
        appeal(review, helper, now + 3 * DAYS, text=" ")
    appeal(review, helper, now + 32 * DAYS)
    assert code(appeal, review, helper, now + 32 * DAYS) == "not_withheld"


def test_nothing_is_appealed_before_it_is_withheld(held, helper, now):
    assert code(appeal, held(), helper, now + 2 * DAYS) == "not_withheld"


def test_only_operators_decide_and_never_about_their_own(held, make_viewer, moderator, agent, customer, now):
    both = make_viewer("Olive", Job.OPERATOR)
    review = held(by=both)
    for viewer in (customer, moderator, agent):
        assert code(reviewing.release, review=review, by=viewer, now=now) == "operator_only"
        assert code(withhold, review, viewer, now) == "operator_only"
        assert code(decide, review, viewer, now, granted=True) == "operator_only"
        assert code(reviewing.look_now, by=viewer, now=now) == "operator_only"
    assert code(reviewing.release, review=review, by=both, now=now) == "own"
    assert code(withhold, review, both, now) == "own"


# -- groups ---------------------------------------------------------------------------------------------


def test_a_whole_group_is_withheld_with_one_letter_to_each_and_one_appeal(
    held, operator, second, helper, make_viewer, now
):
    other = make_viewer("Omar Haddad")
    ring = (helper.member_id, other.member_id)
    reviews = [held(f"Question {n}", group=ring) for n in range(3)] + [held("Theirs", by=other, group=ring)]
    apart = held("Apart", by=make_viewer("Zoe"))
    withhold(reviews[0], operator, now + 2 * DAYS, whole_group=True)
    assert has(helper) and has(other)
    apart.refresh_from_db()
    assert apart.state == "open", "of somebody else"
    told = Notification.objects.filter(kind="credits_withheld")
    assert {(row.member_id, row.data["count"], row.data["amount"]) for row in told} == {
        (helper.member_id, 3, 120_000),
        (other.member_id, 1, 40_000),
    }
    appeal(reviews[1], helper, now + 3 * DAYS)
    assert Review.objects.filter(state="appealed").count() == 3
    decide(reviews[0], second, now + 4 * DAYS, granted=True)
    assert has(helper, pending=40_000)
    decide(reviews[1], second, now + 5 * DAYS, granted=True, whole_appeal=True)
    assert has(helper, pending=120_000) and has(other)


def test_a_whole_group_is_released(held, operator, helper, make_viewer, now):
    other = make_viewer("Omar Haddad")
    ring = (helper.member_id, other.member_id)
    review = held("One", group=ring)
    held("Two", by=other, group=ring)
    assert reviewing.release(review=review, by=operator, now=now + 30 * DAYS, whole_group=True) == 2
    assert has(helper, settled=40_000) and has(other, settled=40_000)


# -- the rest -------------------------------------------------------------------------------------------


def test_erased_nobodys_words_stay(held, operator, helper, now):
    from accounts.actions.erasure import erase

    review = withhold(held(), operator, now + 2 * DAYS)
    appeal(review, helper, now + 3 * DAYS)
    erase(by=helper, keep_name=False, now=now + 4 * DAYS)
    review.refresh_from_db()
    assert (review.state, review.reason, review.appeal) == ("appealed", "", "")


def test_an_export_holds_what_was_withheld_and_why(held, operator, helper, now):
    withhold(held(), operator, now + 2 * DAYS)
    (row,) = exported(helper.member_id)["withheld"]
    assert (row["amount"], row["reason"], row["state"]) == (40_000, "You are one person.", "withheld")


def test_an_operator_has_it_looked_at_now(operator, now):
    reviewing.look_now(by=operator, now=now)
    assert Task.objects.get(key="periodic:rewards detect").arguments["name"] == "rewards detect"


def test_the_proof_of_the_books_finds_reviews_that_do_not_fit(held):
    review = held()
    Review.objects.filter(pk=review.pk).update(state="lapsed")
    assert [fault.where for fault in verify().faults] == [f"hold {review.hold_id}"]
    Review.objects.filter(pk=review.pk).update(state="open")
    Hold.objects.filter(pk=review.hold_id).update(state="pending")
    assert [fault.where for fault in verify().faults] == [f"review {review.pk}"]
    Hold.objects.filter(pk=review.hold_id).update(state="held")


def test_the_job_runs_as_a_command(capsys, now):
    call_command("rewards", "detect", now=now)
    assert capsys.readouterr().out == "held: 0\n"


def test_addresses_stay():
    assert reverse("rewards:reviews") == "/en/credits/review/"
