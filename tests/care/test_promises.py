"""The promise on a thread: when it starts, waits, runs again and moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.viewer import Viewer
from care.models import Calendar, Target
from community.actions import acceptance, removal, steering
from community.actions.answering import answer
from community.actions.feedback import say_not_solved
from community.models import Product, State, Thread

HOUR = timedelta(hours=1)
TUESDAY_END = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # 18:00 in Paris


def test_a_question_is_promised_a_person_after_eight_hours_of_the_desk(thread: Thread, now: datetime) -> None:
    thread.refresh_from_db()
    assert thread.promise_from == now  # Tuesday 11:00: seven hours that day, one on the next
    assert thread.promised_at == datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def test_promises_are_made_for_full_quarters_of_an_hour(asked: Callable[..., Thread], now: datetime) -> None:
    late = asked(at=now + timedelta(minutes=31, seconds=12))
    late.refresh_from_db()
    assert late.promised_at == datetime(2026, 3, 11, 9, 45, tzinfo=UTC)


def test_an_answer_makes_the_promise_wait_for_the_askers_word(thread: Thread, helper: Viewer, now: datetime) -> None:
    answer(thread=thread, by=helper, body="Try another SIM.", now=now + HOUR)
    thread.refresh_from_db()
    assert (thread.state, thread.promised_at) == (State.ANSWERED, None)


def test_the_askers_own_answer_does_not_stop_the_promise(thread: Thread, customer: Viewer, now: datetime) -> None:
    answer(thread=thread, by=customer, body="I tried again.", now=now + HOUR)
    thread.refresh_from_db()
    assert thread.promised_at is not None


def test_saying_that_it_is_not_solved_sets_the_promise_running_again(
    thread: Thread, customer: Viewer, helper: Viewer, now: datetime
) -> None:
    answer(thread=thread, by=helper, body="Try another SIM.", now=now + HOUR)
    say_not_solved(thread=thread, by=customer, now=now + 2 * HOUR)
    thread.refresh_from_db()
    assert thread.promise_from == now + 2 * HOUR
    assert thread.promised_at == datetime(2026, 3, 11, 11, 0, tzinfo=UTC)


def test_acceptance_ends_the_promise_and_undoing_it_starts_another(
    thread: Thread, customer: Viewer, helper: Viewer, now: datetime
) -> None:
    post = answer(thread=thread, by=helper, body="Try another SIM.", now=now + HOUR)
    acceptance.accept(answer=post, by=customer, now=now + 2 * HOUR)
    thread.refresh_from_db()
    assert thread.promised_at is None
    acceptance.revoke(thread=thread, by=customer, now=now + 3 * HOUR)
    thread.refresh_from_db()
    assert thread.promise_from == now + 3 * HOUR


def test_after_undoing_an_acceptance_another_answer_still_waits_for_the_askers_word(
    thread: Thread, customer: Viewer, helper: Viewer, make_viewer: Callable[..., Viewer], now: datetime
) -> None:
    post = answer(thread=thread, by=helper, body="Try another SIM.", now=now + HOUR)
    answer(thread=thread, by=make_viewer("Tom"), body="Restart it.", now=now + HOUR)
    acceptance.accept(answer=post, by=customer, now=now + 2 * HOUR)
    acceptance.revoke(thread=thread, by=customer, now=now + 3 * HOUR)
    thread.refresh_from_db()
    assert thread.promised_at is None
    say_not_solved(thread=thread, by=customer, now=now + 4 * HOUR)
    thread.refresh_from_db()
    assert thread.promise_from == now + 4 * HOUR


def test_a_duplicate_is_promised_nothing_until_it_is_none(
    asked: Callable[..., Thread], thread: Thread, moderator: Viewer, now: datetime
) -> None:
    first = asked(title="Same thing before")
    steering.mark_duplicate(thread=thread, of=first, by=moderator, reason="Asked before.", now=now)
    thread.refresh_from_db()
    assert thread.promised_at is None
    steering.unmark_duplicate(thread=thread, by=moderator, reason="It is another phone.", now=now + HOUR)
    thread.refresh_from_db()
    assert thread.promise_from == now + HOUR


def test_a_removed_question_is_promised_nothing_until_it_is_back(
    thread: Thread, moderator: Viewer, now: datetime
) -> None:
    opening = thread.posts.get(is_opening=True)
    removal.remove_post(post=opening, by=moderator, reason="Shows a phone number.", now=now + HOUR)
    thread.refresh_from_db()
    assert thread.promised_at is None
    removal.restore_post(post=opening, by=moderator, reason="It is gone from it.", now=now + 2 * HOUR)
    thread.refresh_from_db()
    assert thread.promise_from == now + 2 * HOUR


@pytest.fixture
def fast(product: Product, calendar: Calendar) -> Product:
    """A product whose customers wait two hours, and one below it that inherits this."""
    fibre = Product.objects.create(slug="fibre", names={"en": "Fibre"})
    fibre.path = f"/{fibre.pk}/"
    fibre.save()
    box = Product.objects.create(slug="box", names={"en": "Box"}, parent=fibre)
    box.path = f"/{fibre.pk}/{box.pk}/"
    box.save()
    Target.objects.create(product=fibre, calendar=calendar, take_over_minutes=120, answer_minutes=60)
    return box


def test_a_product_inherits_the_target_of_the_one_above_it(
    asked: Callable[..., Thread], fast: Product, now: datetime
) -> None:
    thread = asked(product=fast, topic=None)
    thread.refresh_from_db()
    assert thread.promised_at == now + 2 * HOUR


def test_a_moved_thread_is_promised_what_its_new_product_promises(
    thread: Thread, fast: Product, moderator: Viewer, now: datetime
) -> None:
    steering.move(thread=thread, by=moderator, product=fast, topic=None, reason="It is the box.", now=now + HOUR)
    thread.refresh_from_db()
    assert (thread.promise_from, thread.promised_at) == (now, now + 2 * HOUR)


def test_a_changed_calendar_counts_for_the_next_question(asked: Callable[..., Thread], calendar: Calendar) -> None:
    asked()
    calendar.closing_days = ["2026-03-11"]
    calendar.save()
    thread = asked(title="Another one")
    thread.refresh_from_db()
    assert thread.promised_at == datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
