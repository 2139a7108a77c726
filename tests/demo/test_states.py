"""The demo as told once, on a Thursday afternoon: something true stands on each page, in each queue and chart."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count, Q
from wagtail.models import Page, WorkflowState

from accounts.models import Member
from accounts.viewer import Viewer
from care.models import Case
from community.models import (
    Acceptance,
    Comment,
    Decision,
    Flag,
    Image,
    Post,
    Revision,
    State,
    Thread,
    Topic,
    Visibility,
)
from community.models.products import Product
from core.models import Task
from demo import script
from demo.actions.loading import READ_AFTER, load
from events.models import Event
from kb.models import Article, FaqArticle, FaqSection, Guide, Origin
from notifications.models import Notification
from rewards.models import Hold, PayoutRun, Review, Transfer
from rewards.queries import statement
from rewards.verify import verify
from tests.services import databases

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _told(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), databases.copied(tmp_path_factory.mktemp("demo"), f"demo{os.getpid()}"):
        load(now=NOW)
        yield


def member(who: str) -> Member:
    return Member.objects.select_related("user").get(user__email=f"{who}@demo.example")


def test_there_is_enough_to_read_in_both_languages():
    assert Thread.objects.count() == len(script.threads()) >= 40
    assert Thread.objects.filter(lang="en").count() >= 26
    assert Thread.objects.filter(lang="fr").count() >= 18
    assert Thread.objects.exclude(lang__in=["en", "fr"]).exists(), "somebody writes in another language"
    for lang in script.LANGUAGES:
        written = Article.objects.filter(locale__language_code=lang)
        assert written.live().count() >= 20
        assert Guide.objects.live().filter(locale__language_code=lang).count() >= 3
    own = Article.objects.exclude(translation_key__in=Origin.objects.values("translation_key"))
    languages = own.order_by().values("translation_key").annotate(many=Count("locale")).values_list("many", flat=True)
    assert set(languages) == {2}, "what the operator wrote itself is there in both"


def test_every_product_and_topic_has_a_question():
    assert not Product.objects.filter(threads=None).exists()
    assert not Topic.objects.filter(threads=None).exists()


def test_threads_stand_in_every_state_in_both_languages():
    every = set(State.values)
    assert set(Thread.objects.filter(lang="en").values_list("state", flat=True)) == every
    assert set(Thread.objects.filter(lang="fr").values_list("state", flat=True)) == every
    assert Thread.objects.filter(state=State.OPEN, promised_at__gt=NOW).exists(), "a promise that runs"
    waits = Thread.objects.filter(state=State.ANSWERED, promised_at=None, not_solved_count=0)
    assert waits.exists(), "waits for the asker's word"
    assert Thread.objects.filter(Q(state=State.ANSWERED) | Q(state=State.WITH_PERSON), not_solved_count__gte=1).exists()
    assert Thread.objects.filter(not_solved_count__gte=3).exists(), "others said that it did not solve it"
    assert Thread.objects.filter(state=State.OPEN, me_too_count__gte=8).exists(), "many share a problem nobody answered"
    assert Thread.objects.exclude(locked_at=None).exists()
    assert Event.objects.filter(verb="thread.moved").exists()
    assert Thread.objects.exclude(removed_at=None).exists()
    assert Thread.objects.filter(answer_count__gte=12).exists()


def test_times_run_from_months_ago_to_this_hour():
    times = list(Thread.objects.order_by("created_at").values_list("created_at", flat=True))
    assert times[0] < NOW - timedelta(days=80)
    assert NOW - timedelta(hours=2) < times[-1] <= NOW
    assert not Thread.objects.filter(last_activity_at__gt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW, verb__startswith="thread.").exists()


def test_posts_show_what_people_write_and_what_becomes_of_it():
    answers = Post.objects.filter(is_opening=False)
    assert set(answers.values_list("visibility", flat=True)) == set(Visibility.values)
    assert answers.filter(visibility=Visibility.ASKER, as_staff=True).exists(), "answered to the asker alone"
    assert answers.exclude(removed_at=None).exclude(removed_reason="").exists()
    assert Revision.objects.filter(post__is_opening=True).exists(), "a question that its asker changed"
    assert Post.objects.exclude(edited_reason="").exists(), "a moderator who says why"
    assert Comment.objects.filter(post__is_opening=True).exists()
    shown = Post.objects.filter(removed_at=None)
    for piece in ("<blockquote>", "<table>", "<ol>", "<pre>", "<img ", "<code>"):
        assert shown.filter(html__contains=piece).exists(), piece
    assert any(html.count("\n") >= 60 for html in shown.filter(html__contains="<pre>").values_list("html", flat=True))
    assert Image.objects.count() == 2, "each picture is sent once"


def test_reports_wait_and_were_decided():
    waiting = Flag.objects.filter(decision=None)
    assert waiting.values("post", "comment").distinct().count() >= 3
    assert waiting.exclude(comment=None).exists()
    assert len(set(waiting.values_list("cause", flat=True))) >= 3
    assert set(Decision.objects.values_list("verdict", flat=True)) == set(Decision.Verdict.values)


def test_the_desk_has_cases_of_every_kind():
    assert set(Case.objects.values_list("state", flat=True)) == set(Case.State.values)
    assert set(Case.objects.values_list("reason", flat=True)) == set(Case.Reason.values)
    current = list(Case.objects.current())
    assert any(case.is_late(NOW) for case in current)
    assert any(case.answered_at is None and not case.is_late(NOW) for case in current)
    assert any(case.answered_at for case in current), "one that waits for the asker's word"


def test_articles_stand_in_every_state_of_their_review():
    assert Thread.objects.exclude(article_path="").count() >= 4, "promoted and published"
    states = dict(WorkflowState.objects.values_list("status").annotate(Count("pk")))
    assert states[WorkflowState.STATUS_IN_PROGRESS] >= 4
    assert states[WorkflowState.STATUS_NEEDS_CHANGES] >= 1
    assert states[WorkflowState.STATUS_APPROVED] >= 4
    never = FaqArticle.objects.filter(live=False, first_published_at=None)
    in_review = WorkflowState.objects.values("object_id")
    assert never.exclude(pk__in=[int(row["object_id"]) for row in in_review]).exists(), "a draft"
    assert FaqArticle.objects.filter(live=False, first_published_at__isnull=False).exists(), "taken down"
    asked = Thread.objects.filter(state=State.SOLVED, article_path="", kb_origins=None)
    assert asked.exists(), "something to promote"
    assert FaqSection.objects.filter(product__slug="fibre", locale__language_code="fr").count() == 1
    assert not Page.objects.filter(live=True, first_published_at__gt=NOW, depth__gt=4).exists()


def test_the_books_hold_every_kind_of_line_and_agree():
    assert set(Transfer.objects.values_list("kind", flat=True)) >= {"award", "settlement", "reversal"}
    assert set(Hold.objects.values_list("state", flat=True)) == set(Hold.State.values)
    assert Acceptance.objects.exclude(revoked_at=None).exists()
    assert verify().ok


def test_the_review_desk_has_something_in_every_list_and_nobody_honest_waits():
    from rewards import desk

    for listed in desk.Listed:
        page, threads = desk.page(listed)
        assert page.rows and len(threads) == len(page.rows), listed
    ring = {"Gil Sanders", "Mona Ferris", "Pat Underhill"}
    assert {review.hold.member.name for review in Review.objects.open().select_related("hold__member")} <= ring
    appealed = Review.objects.get(state=Review.State.APPEALED)
    assert appealed.decided_by != member("operator"), "the operator of the demo decides about the appeal"
    assert Review.objects.get(state=Review.State.RESTORED).hold.member == member("helper")


def test_the_helper_can_read_months_of_credits():
    helper = member("helper")
    holds = Hold.objects.filter(member=helper)
    assert holds.filter(state=Hold.State.SETTLED).count() >= 8
    assert holds.filter(state=Hold.State.PENDING).count() >= 4
    assert holds.filter(state=Hold.State.REVERSED).exists()
    booked = set(Transfer.objects.filter(hold__member=helper).values_list("booked_on__month", flat=True))
    assert len(booked) >= 3
    shown = statement(Viewer.of_member(helper))
    assert len(shown.waiting) >= 4 and len(shown.lines) >= 10


def test_one_payout_run_is_finished_and_in_another_members_choose():
    first, second, third = PayoutRun.objects.order_by("number")
    assert [run.state for run in (first, second, third)] == ["closed", "choosing", "accruing"]
    assert {member("operator"), member("operator2")} == {first.frozen_by, first.approved_by}
    given, added = first.payouts.filter(state="paid").order_by("pk")
    assert (given.member, added.member, given.choice) == (member("helper"), None, "charity")
    assert given.value >= 200 and added.value == given.value
    assert second.choose_until and 5 <= (second.choose_until - NOW.date()).days <= 20
    waiting = second.payouts.get(member=member("helper"))
    assert waiting.value >= 80 and waiting.chosen_at is None
    assert second.payouts.count() >= 5


def test_the_customer_has_requests_in_different_states():
    states = set(Thread.objects.filter(author=member("customer")).values_list("state", flat=True))
    assert states >= {State.OPEN, State.ANSWERED, State.SOLVED, State.WITH_PERSON, State.UNCONFIRMED}


@pytest.mark.parametrize("who", ["customer", "helper", "moderator", "agent", "operator"])
def test_each_of_the_five_has_something_to_read(who):
    told = Notification.objects.filter(member=member(who))
    assert told.filter(read_at=None).exists()
    assert member(who).unread_count == told.filter(read_at=None).count()


def test_what_was_told_long_ago_was_mailed_and_read_then():
    assert not Notification.objects.filter(created_at__lt=NOW - READ_AFTER, mailed_at=None).exists()
    assert not Notification.objects.filter(created_at__lt=NOW - READ_AFTER, read_at=None).exists()
    recent = set(Notification.objects.filter(mailed_at=None).values_list("pk", flat=True))
    for task in Task.objects.filter(name__endswith="send_mails"):
        assert recent & set(task.arguments["ids"])
