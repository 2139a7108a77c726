"""What an accepted answer earns, and how it is taken back, through the community's own actions."""

from __future__ import annotations

import io
import json
import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.models import Acceptance
from community.signals import acceptance_revoked, answer_accepted
from events.models import Event
from notifications.models import Notification
from rewards import ledger
from rewards.actions.importing import award_imported
from rewards.actions.settling import settle_due
from rewards.models import Entry, Hold, ProgrammeVersion, Transfer
from rewards.queries import Balance, balance_of
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def has(viewer, **amounts):
    return balance_of(viewer.member_id) == Balance(**amounts)


def test_an_accepted_answer_earns_pending_credits_for_its_author(accepted, helper, customer):
    acceptance = accepted()
    assert has(helper, pending=40_000)
    assert has(customer)
    transfer = Transfer.objects.get(key=f"acceptance:{acceptance.pk}")
    assert (transfer.post_id, transfer.thread_id) == (acceptance.post_id, acceptance.thread_id)
    assert transfer.version.number == 1
    assert ledger.system_balance("issuance") == -40_000


def test_they_settle_once_after_fourteen_days(accepted, helper, now):
    accepted()
    assert settle_due(now=now + 13 * DAYS) == 0
    assert has(helper, pending=40_000)
    assert settle_due(now=now + 14 * DAYS) == 1
    assert settle_due(now=now + 14 * DAYS) == 0
    assert has(helper, settled=40_000)


def test_ones_own_answer_earns_nothing(answered, customer, now):
    post = answered(by=customer)
    accept(answer=post, by=customer, now=now)
    assert has(customer)
    assert not Transfer.objects.exists()


def test_the_team_earns_nothing(answered, agent, customer, now):
    post = answered(by=agent)
    accept(answer=post, by=customer, now=now)
    assert not Transfer.objects.exists()


def test_an_answer_in_the_companys_name_earns_nothing(answered, customer, now):
    post = answered()
    post.as_staff = True
    post.save(update_fields=["as_staff"])
    accept(answer=post, by=customer, now=now)
    assert not Transfer.objects.exists()


def test_nothing_is_earned_before_the_programme_starts(accepted, version):
    assert accepted(at=version.starts_at - DAYS)
    assert not Transfer.objects.exists()


def test_a_new_version_changes_what_is_earned_from_its_day_on_and_nothing_before(accepted, helper, version, now):
    ProgrammeVersion.objects.create(
        programme=version.programme,
        number=2,
        starts_at=now + DAYS,
        rules={"accepted_answer": 25_000, "hold_days": 7},
        value_micros=10_000,
        currency="EUR",
    )
    accepted("Before")
    accepted("After", at=now + DAYS)
    assert list(Hold.objects.order_by("pk").values_list("amount", flat=True)) == [40_000, 25_000]
    assert settle_due(now=now + 8 * DAYS) == 1
    assert has(helper, pending=40_000, settled=25_000)


def test_un_accepting_takes_pending_credits_back_and_says_why(accepted, helper, customer, now):
    acceptance = accepted()
    revoke(thread=acceptance.thread, by=customer, now=now + DAYS, reason="It stopped working.")
    assert has(helper)
    assert settle_due(now=now + 30 * DAYS) == 0
    told = Notification.objects.get(kind="credits_reversed")
    assert told.member_id == helper.member_id
    assert told.data["reason"] == "It stopped working."
    assert Event.objects.filter(verb="credits_reversed").count() == 1


def test_un_accepting_takes_settled_credits_back(accepted, helper, customer, now):
    acceptance = accepted()
    settle_due(now=now + 15 * DAYS)
    revoke(thread=acceptance.thread, by=customer, now=now + 16 * DAYS)
    assert has(helper)
    reversal = Transfer.objects.get(kind="reversal")
    assert reversal.reverses.key == f"acceptance:{acceptance.pk}"


def test_other_credits_stay_when_one_award_is_taken_back(accepted, helper, customer, now):
    first = accepted("One")
    settle_due(now=now + 15 * DAYS)
    accepted("Two", at=now + 15 * DAYS)
    revoke(thread=first.thread, by=customer, now=now + 16 * DAYS)
    assert has(helper, pending=40_000)


def test_what_was_spent_becomes_a_debt_that_later_earnings_pay_back(accepted, helper, customer, spend, now):
    acceptance = accepted("One")
    settle_due(now=now + 15 * DAYS)
    spend(helper, 30_000)
    revoke(thread=acceptance.thread, by=customer, now=now + 16 * DAYS)
    assert has(helper, owed=30_000)
    accepted("Two", at=now + 17 * DAYS)
    accepted("Three", at=now + 17 * DAYS)
    settle_due(now=now + 40 * DAYS)
    assert has(helper, settled=50_000)
    assert verify().ok


def test_accepting_another_answer_moves_the_credits(answered, make_viewer, helper, customer, now):
    from community.actions.answering import answer

    other = make_viewer("Omar Haddad")
    first = answered()
    second = answer(thread=first.thread, by=other, body="Or the bigger one.", now=now)
    accept(answer=first, by=customer, now=now)
    accept(answer=second, by=customer, now=now)
    assert has(helper) and has(other, pending=40_000)
    assert Notification.objects.get(kind="credits_reversed").data["cause"] == "answer_replaced"
    accept(answer=first, by=customer, now=now)
    assert has(helper, pending=40_000) and has(other)
    assert Transfer.objects.filter(kind="award").count() == 3


def test_a_removed_answer_gives_back_what_it_earned(accepted, helper, moderator, now):
    from community.actions.removal import remove_post

    acceptance = accepted()
    remove_post(post=acceptance.post, by=moderator, reason="Copied from elsewhere.", now=now)
    assert has(helper)
    assert Notification.objects.get(kind="credits_reversed").data["reason"] == "Copied from elsewhere."


def test_told_twice_it_is_booked_once(accepted, helper, customer, now):
    acceptance = accepted()
    answer_accepted.send(Acceptance, acceptance=acceptance, by=customer, now=now)
    assert has(helper, pending=40_000)
    for _ in range(2):
        acceptance_revoked.send(Acceptance, acceptance=acceptance, reason="", by=customer, now=now)
    answer_accepted.send(Acceptance, acceptance=acceptance, by=customer, now=now)
    assert has(helper)
    assert Transfer.objects.count() == 2


def test_an_acceptance_that_is_rolled_back_leaves_no_credits(answered, customer, helper, now):
    post = answered()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        accept(answer=post, by=customer, now=now)
        raise ZeroDivisionError
    assert has(helper) and not Transfer.objects.exists()


def test_imported_history_earns_only_when_asked_for_and_once(accepted, answered, helper, customer, now):
    post = answered()
    imported = Acceptance.objects.create(
        thread=post.thread, post=post, accepted_by=customer.member, accepted_at=now - 300 * DAYS, imported=True
    )
    answer_accepted.send(Acceptance, acceptance=imported, by=customer, now=now)
    assert has(helper)
    assert award_imported([imported.pk], now) == 1
    assert award_imported([imported.pk], now) == 0
    assert has(helper, pending=40_000)
    # Nobody has looked at it here yet: its hold starts with the import.
    assert Hold.objects.get().settles_on == ledger.booked_on(now + 14 * DAYS)


def test_imported_answers_to_ones_own_question_earn_nothing(answered, customer, now):
    post = answered(by=customer)
    own = Acceptance.objects.create(thread=post.thread, post=post, accepted_at=now, imported=True)
    assert award_imported([own.pk], now) == 0


def test_settling_goes_on_where_it_was_interrupted(accepted, helper, now, monkeypatch):
    monkeypatch.setattr("rewards.actions.settling.BATCH", 2)
    for number in range(5):
        accepted(f"Question {number}")

    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        settle_due(now=now + 20 * DAYS, progress=stop)
    assert has(helper, pending=120_000, settled=80_000)
    out = io.StringIO()
    call_command("rewards", "settle", now=now + 20 * DAYS, stdout=out)
    assert out.getvalue() == "settled: 3\n"
    assert has(helper, settled=200_000)


def test_settling_costs_the_same_queries_however_many_wait(accepted, now, django_assert_max_num_queries):
    for number in range(12):
        accepted(f"Question {number}")
    with django_assert_max_num_queries(14):
        assert settle_due(now=now + 20 * DAYS) == 12


def test_erasing_a_member_leaves_the_books_whole_and_nothing_personal_in_them(accepted, helper, now):
    accepted()
    columns = {
        type(field).__name__
        for model in (Transfer, Entry, Hold)
        for field in model._meta.fields
        if field.name not in ("key", "kind", "reason", "subject_type", "state")
    }
    assert not columns & {"CharField", "TextField", "EmailField", "JSONField"}
    helper.member.erased_at = now
    helper.member.name = ""
    helper.member.save()
    settle_due(now=now + 15 * DAYS)
    assert verify().ok


def test_an_export_holds_the_members_lines(accepted, helper, now):
    from accounts.signals import member_exported

    accepted("One")
    settle_due(now=now + 15 * DAYS)
    accepted("Two", at=now + 15 * DAYS)
    export: dict = {}
    member_exported.send(type(helper.member), member=helper.member, export=export)
    assert export["rewards"]["balance"] == {"pending": 40_000, "settled": 40_000, "owed": 0}
    assert len(export["rewards"]["pending"]) == len(export["rewards"]["statement"]) == 1
    json.dumps(export)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_the_books_stay_right(
    seed, answered, make_viewer, customer, moderator, spend, now
):
    """Random acceptances, revocations, settlings and payouts; a plain model says what each member must have."""
    from community.actions.answering import answer

    rng = random.Random(seed)
    members = [make_viewer(f"Member {number}") for number in range(3)]
    threads = []
    for number in range(4):
        posts = [answered(f"Question {number}", by=members[0])]
        posts += [answer(thread=posts[0].thread, by=member, body="This.", now=now) for member in members[1:]]
        threads.append(posts)
    # By member: awards as [state, amount, day], what was paid.
    awards: dict[int, list] = {}
    standing: dict[int, int] = {}
    paid = dict.fromkeys((member.member_id for member in members), 0)
    owner: dict[int, int] = {}
    day = 0

    def drop(thread: int) -> None:
        if thread in standing:
            awards[standing.pop(thread)][0] = "reversed"

    for _step in range(60):
        at = now + day * DAYS
        choice = rng.choice(["accept", "accept", "revoke", "settle", "spend"])
        index = rng.randrange(len(threads))
        if choice == "accept":
            post = rng.choice(threads[index])
            acceptance = accept(answer=post, by=moderator, now=at)
            if standing.get(index) != acceptance.pk:
                drop(index)
                standing[index] = acceptance.pk
                owner[acceptance.pk] = post.author_id
                awards[acceptance.pk] = ["pending", 40_000, day]
        elif choice == "revoke":
            revoke(thread=threads[index][0].thread, by=moderator, now=at, reason="")
            drop(index)
        elif choice == "settle":
            day += rng.randrange(8)
            settle_due(now=now + day * DAYS)
            for row in awards.values():
                if row[0] == "pending" and row[2] + 14 <= day:
                    row[0] = "settled"
        else:
            member = rng.choice(members)
            if settled := balance_of(member.member_id).settled:
                amount = rng.randint(1, settled)
                spend(member, amount)
                paid[member.member_id] += amount
        for member in members:
            found = balance_of(member.member_id)
            mine = [row for pk, row in awards.items() if owner[pk] == member.member_id]
            assert found.pending == sum(row[1] for row in mine if row[0] == "pending")
            earned = sum(row[1] for row in mine if row[0] == "settled")
            assert found.settled - found.owed == earned - paid[member.member_id]
    report = verify()
    assert report.ok, report.faults


def test_a_replacement_locks_everybody_concerned_before_it_moves_anything(
    answered, customer, helper, make_viewer, now, django_assert_max_num_queries
):
    """One after the other, it could hold what a settlement of both waits for, and wait for what that holds."""
    first = answered()
    other = make_viewer("Olivier")
    second = answer(thread=first.thread, by=other, body="Another way.", now=now)
    accept(answer=first, by=customer, now=now)
    with django_assert_max_num_queries(200) as found:
        accept(answer=second, by=customer, now=now)
    asked = [each["sql"] for each in found.captured_queries if each["sql"].startswith("SELECT")]
    locks = [sql for sql in asked if '"rewards_account"."member_id" IN' in sql]
    assert f"IN ({helper.member_id}, {other.member_id})" in locks[0]
