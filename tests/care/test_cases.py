"""A case from the moment its promise runs out until its thread needs nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from accounts.jobs import Job
from accounts.viewer import Viewer
from care.actions import cases
from care.actions.sweep import sweep
from care.models import Calendar, Case
from community.actions import acceptance, lifecycle, steering
from community.actions.answering import answer
from community.actions.feedback import say_not_solved
from community.actions.importing import Origin, import_batch
from community.imports import ReadPost, ReadThread
from community.models import Post, State, Thread, Visibility
from core.errors import Invalid, Refused
from core.models import Task
from core.tasks import run_waiting
from events.models import Event
from notifications.models import Notification

HOUR = timedelta(hours=1)
DUE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # what `thread` was promised


@pytest.fixture
def case(thread: Thread, agent: Viewer) -> Case:
    """The thread's, opened by the clock."""
    assert sweep(now=DUE) == 1
    return Case.objects.get()


def test_a_promise_that_ran_out_becomes_a_case_with_a_promise_of_its_own(thread: Thread, case: Case) -> None:
    thread.refresh_from_db()
    assert (case.reason, case.state, case.opened_at) == (Case.Reason.UNANSWERED, Case.State.OPEN, DUE)
    assert case.due_at == DUE + 4 * HOUR
    assert (thread.state, thread.promise_from, thread.promised_at) == (State.WITH_PERSON, DUE, case.due_at)


def test_nothing_happens_a_minute_before_the_promise_ends(thread: Thread) -> None:
    assert sweep(now=DUE - timedelta(minutes=1)) == 0
    assert not Case.objects.exists()


def test_sweeping_again_opens_no_second_case_and_tells_nobody_twice(case: Case, agent: Viewer) -> None:
    assert sweep(now=DUE + HOUR) == 0
    call_command("care", "sweep", "--now", (DUE + 2 * HOUR).isoformat())
    assert Case.objects.count() == 1
    assert Notification.objects.filter(kind="case_opened", member=agent.member).count() == 1


def test_a_sweep_on_the_weekend_finds_nothing_that_ran_out_at_night(
    asked: Callable[..., Thread], agent: Viewer
) -> None:
    asked(at=datetime(2026, 3, 13, 16, 30, tzinfo=UTC))  # Friday 17:30
    for hours in (1, 12, 24, 48):
        assert sweep(now=datetime(2026, 3, 13, 17, 0, tzinfo=UTC) + hours * HOUR) == 0
    assert sweep(now=datetime(2026, 3, 16, 15, 30, tzinfo=UTC)) == 1  # Monday 16:30


def test_answered_and_imported_threads_do_not_flood_the_desk(
    asked: Callable[..., Thread], helper: Viewer, now: datetime
) -> None:
    answer(thread=asked(), by=helper, body="Try this.", now=now)
    Thread.objects.filter(pk=asked().pk).update(source="elsewhere", external_id="1", promised_at=None)
    assert sweep(now=now + timedelta(days=365)) == 0


def test_more_than_one_batch_is_swept_in_one_go(asked: Callable[..., Thread], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care.actions.sweep.BATCH", 2)
    for number in range(5):
        asked(title=f"Question number {number}")
    assert sweep(now=DUE) == 5


def test_a_thread_has_at_most_one_case_that_is_not_closed(case: Case) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(thread=case.thread, reason=Case.Reason.UNSOLVED, opened_at=DUE, due_at=DUE)


def test_a_moderator_hands_a_thread_over_at_once(
    thread: Thread, moderator: Viewer, agent: Viewer, now: datetime
) -> None:
    steering.escalate(thread=thread, by=moderator, reason="She is 81 and alone.", now=now + HOUR)
    case = Case.objects.get()
    assert (case.reason, case.note, case.due_at) == (Case.Reason.ESCALATED, "She is 81 and alone.", now + 5 * HOUR)
    thread.refresh_from_db()
    assert (thread.state, thread.promised_at) == (State.WITH_PERSON, case.due_at)
    run_waiting(now)
    assert Notification.objects.get(kind="case_opened").member == agent.member


def test_answers_that_did_not_solve_it_make_a_case_that_says_so(
    thread: Thread, customer: Viewer, helper: Viewer, now: datetime
) -> None:
    answer(thread=thread, by=helper, body="Try another SIM.", now=now)
    say_not_solved(thread=thread, by=customer, now=now + HOUR)
    assert sweep(now=now + timedelta(days=2)) == 1
    assert Case.objects.get().reason == Case.Reason.UNSOLVED


def test_the_asker_is_told_who_has_it_with_a_link_to_the_thread(
    case: Case, agent: Viewer, customer: Viewer, mailoutbox: list[Any]
) -> None:
    cases.take(case=case, by=agent, now=DUE + HOUR)
    cases.take(case=case, by=agent, now=DUE + HOUR)
    told = Notification.objects.get(kind="case_taken")
    assert told.member == customer.member
    run_waiting(DUE + HOUR)
    mail = next(m for m in mailoutbox if "has your question" in m.subject)
    assert mail.to == [customer.member.user.email]  # type: ignore[union-attr]
    assert f"/community/t/{case.thread_id}-" in mail.body


def test_who_comes_second_is_told_who_has_it(case: Case, agent: Viewer, make_viewer: Callable[..., Viewer]) -> None:
    cases.take(case=case, by=agent, now=DUE)
    second = make_viewer("Theo", Job.AGENT, is_team=True)
    with pytest.raises(Refused) as refused:
        cases.take(case=case, by=second, now=DUE)
    assert refused.value.code == "taken" and "Amira Agent" in str(refused.value.reason)


def test_an_answer_to_everybody_stops_the_clock_until_the_asker_speaks(
    case: Case, agent: Viewer, customer: Viewer
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    post = cases.reply(case=case, by=agent, body="Your new SIM is active.", to="public", now=DUE + HOUR, token="t1")
    again = cases.reply(case=case, by=agent, body="Your new SIM is active.", to="public", now=DUE + HOUR, token="t1")
    case.refresh_from_db()
    assert post == again and post.as_staff and case.answered_at == DUE + HOUR
    assert not case.is_late(DUE + 100 * HOUR)
    say_not_solved(thread=case.thread, by=customer, now=DUE + 2 * HOUR)
    case.refresh_from_db()
    assert (case.answered_at, case.reason, case.taken_by) == (None, Case.Reason.UNSOLVED, agent.member)
    assert case.due_at == DUE + 6 * HOUR
    assert Notification.objects.filter(kind="case_back", member=agent.member).count() == 1


def test_an_answer_to_the_asker_alone_is_nobody_elses(
    case: Case, agent: Viewer, customer: Viewer, helper: Viewer, sign_in: Callable[[Viewer], Any], client: Any
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    post = cases.reply(case=case, by=agent, body="Your code is ORME-7731.", to="asker", now=DUE + HOUR)
    assert post.visibility == Visibility.ASKER
    for viewer, sees in ((customer, True), (agent, True), (helper, False), (Viewer(), False)):
        assert Post.objects.visible_to(viewer).filter(pk=post.pk).exists() is sees
    path = case.thread.get_absolute_url()
    assert b"ORME-7731" not in client.get(path).content
    assert b"ORME-7731" not in sign_in(helper).get(path).content
    assert b"ORME-7731" in sign_in(customer).get(path).content


def test_a_reply_needs_words_a_reader_and_the_case_in_hand(case: Case, agent: Viewer, operator: Viewer) -> None:
    with pytest.raises(Refused) as refused:
        cases.reply(case=case, by=agent, body="Hello.", to="public", now=DUE)
    assert refused.value.code == "not_taken"
    cases.take(case=case, by=agent, now=DUE)
    for body, to in (("", "public"), ("Hello.", "staff"), ("Hello.", "")):
        with pytest.raises(Invalid):
            cases.reply(case=case, by=agent, body=body, to=to, now=DUE)
    with pytest.raises(Refused):
        cases.reply(case=case, by=operator, body="Hello.", to="public", now=DUE)


def test_the_case_closes_when_an_answer_is_accepted(
    case: Case, agent: Viewer, helper: Viewer, customer: Viewer
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    post = answer(thread=case.thread, by=helper, body="Try another SIM.", now=DUE)
    acceptance.accept(answer=post, by=customer, now=DUE + HOUR)
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (Case.State.CLOSED, DUE + HOUR)
    acceptance.revoke(thread=case.thread, by=customer, now=DUE + 2 * HOUR)
    case.thread.refresh_from_db()
    assert case.thread.promise_from == DUE + 2 * HOUR
    assert sweep(now=DUE + timedelta(days=3)) == 1
    assert Case.objects.current().get().pk != case.pk


def test_a_released_case_waits_for_the_next_agent_with_its_due_time(case: Case, agent: Viewer) -> None:
    cases.take(case=case, by=agent, now=DUE)
    cases.release(case=case, by=agent, now=DUE + HOUR)
    fresh = Case.objects.get()
    assert (fresh.state, fresh.taken_by, fresh.due_at) == (Case.State.OPEN, None, DUE + 4 * HOUR)


def test_a_case_is_closed_only_after_an_answer_and_with_a_reason(case: Case, agent: Viewer) -> None:
    cases.take(case=case, by=agent, now=DUE)
    with pytest.raises(Refused) as refused:
        cases.close(case=case, by=agent, reason="Done on the phone.", now=DUE)
    assert refused.value.code == "unanswered"
    cases.reply(case=case, by=agent, body="I called you.", to="asker", now=DUE)
    with pytest.raises(Invalid):
        cases.close(case=case, by=agent, reason=" ", now=DUE)
    closed = cases.close(case=case, by=agent, reason="Done on the phone.", now=DUE + HOUR)
    thread = Thread.objects.get()
    assert (closed.state, closed.closed_reason) == (Case.State.CLOSED, "Done on the phone.")
    assert (thread.state, thread.promised_at) == (State.ANSWERED, None)


def test_an_answered_case_ends_when_its_asker_stays_silent(case: Case, agent: Viewer) -> None:
    cases.take(case=case, by=agent, now=DUE)
    cases.reply(case=case, by=agent, body="Your new SIM is active.", to="public", now=DUE)
    call_command("care", "sweep", "--now", (DUE + timedelta(days=13)).isoformat())
    assert Case.objects.current().exists()
    call_command("care", "sweep", "--now", (DUE + timedelta(days=15)).isoformat())
    assert not Case.objects.current().exists()
    assert lifecycle.close_unconfirmed(thread=case.thread, now=DUE + timedelta(days=15))


def test_each_step_of_a_case_leaves_its_event_in_the_threads_story(case: Case, agent: Viewer) -> None:
    cases.take(case=case, by=agent, now=DUE)
    cases.reply(case=case, by=agent, body="Hello.", to="public", now=DUE)
    cases.close(case=case, by=agent, reason="Done.", now=DUE)
    told = Event.objects.filter(subject_type="community.thread", subject_id=case.thread_id, verb__startswith="case.")
    assert list(told.order_by("pk").values_list("verb", flat=True)) == [
        "case.opened",
        "case.taken",
        "case.answered",
        "case.closed",
    ]


def test_imported_threads_come_to_the_desk_with_one_notice_and_no_mail(
    agent: Viewer, calendar: Calendar, now: datetime
) -> None:
    rows = [
        ReadThread(
            external_id=str(number), lang="en", product="mail", topic="", title=f"Question {number}",
            opening=ReadPost(f"q{number}", "asker", now - HOUR, "It fails.", "<p>It fails.</p>", 0, False),
            answers=(), solution="", me_too=0, locked=False, spam=False, source_url="", licence="",
        )
        for number in range(3)
    ]  # fmt: skip
    import_batch(threads=rows, origin=Origin("elsewhere"), by=Viewer.system(), now=now, escalate=True)
    assert Case.objects.current().count() == 3
    assert Thread.objects.filter(state=State.WITH_PERSON, promised_at__gt=now).count() == 3
    notice = Notification.objects.get(member_id=agent.member_id)
    assert (notice.kind, notice.data) == ("cases_imported", {"count": 3})
    assert not Task.objects.filter(name__contains="send_mails").exists()
    assert render_to_string("notifications/cases_imported.subject.txt", notice.data) == (
        "3 imported threads need a person"
    )
