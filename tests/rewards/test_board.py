"""Levels beside names, and the board of the last 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actions.erasure import erase
from community.actions.acceptance import accept, revoke
from community.models import Standing
from rewards.actions.showing import refresh_board, show_on_board
from rewards.board import places
from rewards.levels import LEVELS, level_of, next_level
from rewards.models import BoardRow, Hold, Showing

URL = "/en/credits/board/"


class Named:
    def __init__(self, name, pk):
        self.name, self.pk = name, pk


def board() -> dict[str, int]:
    return {row.member.name: row.helped for row in BoardRow.objects.select_related("member")}


@pytest.mark.once
def test_there_are_at_most_eight_levels_each_harder_than_the_one_before():
    assert len(LEVELS) <= 8
    assert [level.number for level in LEVELS] == list(range(1, len(LEVELS) + 1))
    steps = [level.accepted for level in LEVELS]
    assert steps == sorted(set(steps)) and steps[0] >= 1
    for level in LEVELS:
        assert level_of(level.accepted) == level
        assert level_of(level.accepted - 1) != level
        assert next_level(level.accepted - 1) == level
    assert level_of(0) is None and next_level(LEVELS[-1].accepted) is None


@pytest.mark.once
def test_equal_counts_share_a_place_and_a_place_is_shown_whole_or_not_at_all():
    people = [Named(name, pk) for pk, name in enumerate(["Zoé", "Ana", "Bo", "Cy", "Di"])]
    rows = list(zip(people, (9, 5, 5, 5, 1), strict=True))
    assert [(p.number, p.helped, [m.name for m in p.members]) for p in places(rows)] == [
        (1, 9, ["Zoé"]),
        (2, 5, ["Ana", "Bo", "Cy"]),
        (5, 1, ["Di"]),
    ]
    assert [p.number for p in places(rows, most=3)] == [1]
    assert places(rows[1:4], most=2) == []


@pytest.mark.django_db
def test_a_level_stands_beside_the_name_with_the_count(accepted, client, helper):
    acceptance = accepted()
    Standing.objects.filter(pk=helper.member_id).update(accepted=40)
    text = client.get(acceptance.thread.get_absolute_url()).content.decode()
    assert "<span>Level 4, Guide</span>" in text
    assert "40 answers accepted" in text


@pytest.mark.django_db
def test_the_team_has_no_level(answered, client, customer, agent, now):
    post = answered("One", by=agent)
    Standing.objects.filter(pk=agent.member_id).update(accepted=40)
    assert "Level 4" not in client.get(post.thread.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_the_levels_are_explained_to_everybody(client):
    text = client.get("/en/credits/levels/").content.decode()
    assert all(f"<td>{level.name}</td>" in text for level in LEVELS)


@pytest.mark.django_db
def test_the_board_counts_people_and_not_answers(accepted, make_viewer, customer, helper, now):
    other = make_viewer("Omar Other")
    accepted("One")
    accepted("Two")
    accepted("Three", asker=other)
    assert refresh_board(now=now) == 1
    assert board() == {"Nadia Benali": 2}


@pytest.mark.django_db
def test_what_was_taken_back_or_lies_too_long_ago_is_not_on_the_board(accepted, customer, now):
    acceptance = accepted()
    refresh_board(now=now)
    revoke(thread=acceptance.thread, by=customer, now=now)
    refresh_board(now=now)
    assert board() == {}
    accepted("Two")
    refresh_board(now=now + timedelta(days=29))
    assert board() == {"Nadia Benali": 1}
    call_command("rewards", "board", "--now", (now + timedelta(days=30)).isoformat())
    assert board() == {}


@pytest.mark.django_db
def test_withheld_credits_bring_nobody_onto_the_board(accepted, now):
    accepted()
    Hold.objects.update(state=Hold.State.REVERSED)
    refresh_board(now=now)
    assert board() == {}


@pytest.mark.django_db
def test_the_team_and_ones_own_answers_are_not_on_the_board(answered, accepted, customer, agent, now):
    accept(answer=answered("By the team", by=agent), by=customer, now=now)
    accept(answer=answered("By oneself", by=customer), by=customer, now=now)
    refresh_board(now=now)
    assert board() == {}


@pytest.mark.django_db
def test_who_leaves_the_board_is_off_it_at_once_and_may_come_back(accepted, sign_in, helper, now):
    accepted()
    refresh_board(now=now)
    client = sign_in(helper)
    row = f'<a href="{reverse("community:member", args=[helper.member_id])}">Nadia Benali</a>'
    assert row in client.get(URL).content.decode()
    client.post(f"{URL}choice/", {"shown": "0"})
    assert row not in client.get(URL).content.decode()
    refresh_board(now=now)
    assert board() == {}
    client.post(f"{URL}choice/", {"shown": "1"})
    refresh_board(now=now)
    assert board() == {"Nadia Benali": 1}


@pytest.mark.django_db
def test_somebody_erased_leaves_the_board_with_their_choice(accepted, helper, now):
    accepted()
    refresh_board(now=now)
    show_on_board(shown=False, by=helper, now=now)
    show_on_board(shown=True, by=helper, now=now)
    erase(by=helper, keep_name=True, now=now)
    assert not BoardRow.objects.exists() and not Showing.objects.exists()
    refresh_board(now=now)
    assert board() == {}


@pytest.mark.django_db
def test_the_board_takes_as_many_queries_for_many_people_as_for_one(
    accepted, make_viewer, now, client, django_assert_num_queries
):
    accepted("One")
    for number in range(4):
        accepted(f"By {number}", by=make_viewer(f"Helper {number}"))
    with django_assert_num_queries(5):
        refresh_board(now=now)
    client.get(URL)
    with django_assert_num_queries(1):
        assert client.get(f"{URL}?again").content.decode().count('<th scope="row">') == 5
