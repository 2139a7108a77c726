"""Badges: what earns each, that they are given once, and that they go with their ground."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actions.erasure import erase
from community.actions.acceptance import accept, revoke
from community.models import Post
from events.models import Event
from rewards.actions.showing import refresh_badges
from rewards.badges import Answer, Article, Facts, Kind, earned
from rewards.merits import facts_of
from rewards.models import Badge

AT = datetime(2026, 3, 10, 10, tzinfo=UTC)


def answer(post_id=1, *, waited=1, was_first=False, helped=0, lang="en", ago=0) -> Answer:
    """`waited` hours until it came, accepted `ago` days before the day."""
    asked = AT - timedelta(days=ago)
    return Answer(post_id, asked, asked + timedelta(hours=waited), asked + timedelta(days=0), was_first, helped, lang)


def kinds(*answers, articles=(), taken_back=False) -> set[str]:
    return {each.kind for each in earned(Facts(answers, articles, taken_back, date(2026, 3, 10)))}


@pytest.mark.once
@pytest.mark.parametrize(
    ("facts", "kind", "is_earned"),
    [
        ({"answers": [answer()]}, Kind.FIRST, True),
        ({"answers": []}, Kind.FIRST, False),
        ({"answers": [answer(was_first=True, waited=24)]}, Kind.PATIENT, True),
        ({"answers": [answer(was_first=True, waited=23)]}, Kind.PATIENT, False),
        ({"answers": [answer(was_first=False, waited=48)]}, Kind.PATIENT, False),
        ({"answers": [answer(helped=10)]}, Kind.HELPFUL, True),
        ({"answers": [answer(1, helped=9), answer(2, helped=9)]}, Kind.HELPFUL, False),
        ({"answers": [answer(n, lang=("en", "fr")[n % 2]) for n in range(6)]}, Kind.LANGUAGES, True),
        ({"answers": [answer(n) for n in range(5)] + [answer(9, lang="fr")]}, Kind.LANGUAGES, False),
        ({"articles": [Article(1, None)]}, Kind.ARTICLE, True),
        ({"articles": [Article(1, None)]}, Kind.TRUSTED, False),
        ({"articles": [Article(1, 80)]}, Kind.TRUSTED, True),
        ({"articles": [Article(1, 79)]}, Kind.TRUSTED, False),
        ({"answers": [answer(n, ago=30 * n) for n in range(14)]}, Kind.STEADY, True),
        ({"answers": [answer(n, ago=30 * n) for n in range(14)], "taken_back": True}, Kind.STEADY, False),
        ({"answers": [answer(n, ago=20 * n) for n in range(14)]}, Kind.STEADY, False),
    ],
)
def test_a_badge_is_for_how_good_help_was(facts, kind, is_earned):
    assert (kind in kinds(*facts.pop("answers", ()), **facts)) is is_earned


@pytest.mark.once
def test_a_hundred_answers_alone_are_no_better_than_one():
    assert kinds(*(answer(number) for number in range(100))) == {Kind.FIRST}


@pytest.mark.django_db
def test_a_badge_is_given_once_and_taken_back_with_its_ground(accepted, helper, customer, now):
    acceptance = accepted()
    assert refresh_badges(now=now).given == 1
    badge = Badge.objects.get()
    assert (badge.member_id, badge.kind, badge.post_id) == (helper.member_id, "first", acceptance.post_id)
    call_command("rewards", "badges", "--now", now.isoformat())
    assert Badge.objects.get().given_at == badge.given_at
    revoke(thread=acceptance.thread, by=customer, now=now)
    assert refresh_badges(now=now).taken == 1
    assert not Badge.objects.exists()
    assert [event.verb for event in Event.objects.filter(verb__startswith="badge_").order_by("pk")] == [
        "badge_given",
        "badge_taken_back",
    ]


@pytest.mark.django_db
def test_ones_own_answer_and_the_team_s_earn_no_badge(answered, customer, agent, now):
    accept(answer=answered("Own", by=customer), by=customer, now=now)
    accept(answer=answered("Team", by=agent), by=customer, now=now)
    refresh_badges(now=now)
    assert not Badge.objects.exists()


@pytest.mark.django_db
def test_waiting_and_readers_are_read_from_the_threads(accepted, helper, now):
    acceptance = accepted()
    Post.objects.filter(pk=acceptance.post_id).update(helpful_count=10)
    facts = facts_of([helper.member_id], now.date())[helper.member_id]
    assert [(each.was_first, each.helped, each.lang) for each in facts.answers] == [(True, 10, "en")]
    refresh_badges(now=now)
    assert set(Badge.objects.values_list("kind", flat=True)) == {"first", "helpful"}


@pytest.mark.django_db
def test_something_taken_back_within_a_year_is_known(accepted, helper, customer, now):
    revoke(thread=accepted().thread, by=customer, now=now)
    assert facts_of([helper.member_id], now.date())[helper.member_id].taken_back
    assert not facts_of([helper.member_id], now.date() + timedelta(days=366))[helper.member_id].taken_back


@pytest.mark.django_db
def test_the_profile_shows_level_and_badges_until_the_account_is_erased(accepted, client, helper, now):
    accepted()
    refresh_badges(now=now)
    text = client.get(reverse("community:member", args=[helper.member_id])).content.decode()
    assert "Level 1, First help" in text and "First accepted answer" in text
    erase(by=helper, keep_name=True, now=now)
    assert not Badge.objects.exists()
    refresh_badges(now=now)
    assert not Badge.objects.exists()


@pytest.mark.django_db
def test_looking_at_badges_costs_the_same_for_many_members(accepted, make_viewer, now, django_assert_num_queries):
    accepted("One")
    for number in range(4):
        accepted(f"By {number}", by=make_viewer(f"Helper {number}"))
    refresh_badges(now=now)
    with django_assert_num_queries(9):
        refresh_badges(now=now)
