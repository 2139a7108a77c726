"""Who is held for a person to look at, and who is not: small communities, told step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from rewards.detection import Accepted, Network, surprise
from rewards.likeness import Likeness
from rewards.limits import Limits

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


class Town:
    """A community where time passes. `helped` is one accepted answer, an hour after its question."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.network = Network(limits or Limits())
        self._numbers = count(1)

    def helped(self, asker: str, helper: str, *others: str, **more: Any) -> int:
        number = next(self._numbers)
        at = BEGIN + timedelta(days=number)
        self.network.ask(asker)
        for each in (helper, *others):
            self.network.answer(number, each)
        accepted = Accepted(number, number, asker, helper, at, at + timedelta(hours=1), at + timedelta(hours=5))
        self.network.accept(replace(accepted, **more))
        return number

    def in_vain(self, asker: str, *helpers: str) -> None:
        """A question whose answers nobody accepts."""
        number = next(self._numbers)
        self.network.ask(asker)
        for helper in helpers:
            self.network.answer(number, helper)

    def held(self, *answers: int) -> list[bool]:
        found = self.network.assess(answers)
        return [found[answer].is_held(self.network.limits) for answer in answers]

    def signs(self, answer: int) -> set[str]:
        return {reason.sign for reason in self.network.assess([answer])[answer].reasons if reason.weight > 0}


@pytest.fixture
def town() -> Town:
    """A hundred strangers have asked, and two helpers have answered most of them."""
    made = Town()
    for number in range(100):
        helper = "Hugo" if number % 3 else "Ines"
        if number % 5:
            made.in_vain(f"stranger {number}", helper)
        else:
            made.helped(f"stranger {number}", helper, "Zoe")
    return made


def test_a_first_answer_that_is_accepted_is_free(town: Town) -> None:
    assert town.held(town.helped("Ana", "Bo")) == [False]


def test_a_helper_whom_strangers_accept_is_free(town: Town) -> None:
    answers = [town.helped(f"asker {number}", "Bo", "Hugo") for number in range(5)]
    for number in range(30):
        town.in_vain(f"another {number}", "Bo")
    assert town.held(*answers) == [False] * 5


def test_the_busiest_helper_is_free_even_where_somebody_comes_back(town: Town) -> None:
    answers = [town.helped(f"asker {number}", "Hugo") for number in range(60)]
    again = [town.helped("asker 1", "Hugo"), town.helped("asker 1", "Hugo")]
    assert not any(town.held(*answers, *again))


def test_two_who_accept_only_each_other_are_held(town: Town) -> None:
    answers = [town.helped("Ana", "Bo"), town.helped("Bo", "Ana")]
    assert town.held(*answers) == [True, True]
    assert "circle" in town.signs(answers[0])


def test_help_that_comes_back_in_a_circle_is_held(town: Town) -> None:
    ring = ["Ana", "Bo", "Cem", "Dia", "Eli"]
    answers = [town.helped(asker, helper, "Hugo") for asker, helper in zip(ring, ring[1:] + ring[:1], strict=True)]
    assert all(town.held(*answers))


def test_one_who_is_accepted_by_everybody_whom_he_answers_is_held(town: Town) -> None:
    answers = [town.helped(f"puppet {number}", "Bo") for number in range(4)]
    assert all(town.held(*answers))
    assert "accepted_often" in town.signs(answers[0])


def test_the_same_two_again_and_again_are_held_though_the_helper_answers_others_too(town: Town) -> None:
    for number in range(12):
        town.in_vain(f"other {number}", "Bo")
    answers = [town.helped("Ana", "Bo") for _ in range(3)]
    assert all(town.held(*answers))
    assert {"same_two_again", "accepts_all"} <= town.signs(answers[0])


def test_a_credit_beside_those_that_are_held_is_held_with_them(town: Town) -> None:
    ring = [town.helped("Ana", "Bo"), town.helped("Bo", "Ana")]
    other = town.helped("Cem", "Bo", "Hugo")
    assert town.held(*ring, other) == [True, True, True]
    assert "beside_held" in town.signs(other)


def test_a_shared_device_is_held_and_a_shared_network_alone_is_not(town: Town) -> None:
    assert town.held(town.helped("Ana", "Bo", devices=frozenset({"d"}))) == [True]
    assert town.held(town.helped("Cem", "Dia", "Hugo", networks=frozenset({"n"}))) == [False]


def test_texts_add_to_what_is_seen_and_can_be_switched_off() -> None:
    for texts in (True, False):
        town = Town(Limits(texts=texts))
        answers = [town.helped("Ana", "Bo", "Cem", title_only=True, alike=1.0)]
        assert ({"title_only", "near_identical"} <= town.signs(answers[0])) is texts


def test_an_acceptance_that_was_taken_back_counts_no_more(town: Town) -> None:
    one, other = town.helped("Ana", "Bo"), town.helped("Bo", "Ana")
    town.network.revoke(other)
    assert town.held(one) == [False]
    assert other not in town.network.assess([other])
    town.network.revoke(other)


def test_a_group_is_those_who_hang_together_without_those_who_are_known(town: Town) -> None:
    one, other = town.helped("Ana", "Bo"), town.helped("Cem", "Bo")
    of_known = town.helped("Ana", "Hugo")
    apart = town.helped("Dia", "Hugo")
    for number in range(20):
        town.helped(f"more {number}", "Hugo")
    found = town.network.groups([one, other, of_known, apart])
    assert found[one] == found[other] == {"Ana", "Bo", "Cem"}
    assert found[of_known] == {"Ana", "Bo", "Cem", "Hugo"}
    assert found[apart] == {"Dia", "Hugo"}
    assert town.network.groups([one])[one] == {"Ana", "Bo"}


def test_reasons_say_what_was_counted_and_the_strongest_comes_first(town: Town) -> None:
    answers = [town.helped("Ana", "Bo") for _ in range(4)]
    finding = town.network.assess(answers)[answers[0]]
    weights = [reason.weight for reason in finding.reasons]
    assert weights == sorted(weights, reverse=True)
    assert finding.score == pytest.approx(sum(weights))
    often = next(reason for reason in finding.reasons if reason.sign == "accepted_often")
    assert often.facts == {"accepted": 4, "answered": 4}


@pytest.mark.parametrize(
    ("times", "tries", "chance", "expected"),
    [(0, 0, 0.1, 0), (1, 1, 0.5, 0.693), (2, 2, 0.1, 4.605), (1, 10, 0.1, 0), (60, 60, 0.1, 8), (500, 1_000, 0.5, 0)],
)
def test_surprise_is_the_logarithm_of_how_seldom_it_happens(
    times: int, tries: int, chance: float, expected: float
) -> None:
    assert surprise(times, tries, chance) == pytest.approx(expected, abs=0.01)


def test_surprise_goes_on_where_counts_are_large() -> None:
    assert surprise(75, 399, 0.15) == pytest.approx(surprise(75, 400, 0.15), abs=0.25)


LETTER = "please open the settings of your phone and choose mobile networks then switch them off and on again and wait"


def test_a_text_that_was_written_before_is_known_even_with_a_few_other_words() -> None:
    known = Likeness()
    assert known.read(1, f"{LETTER} for two minutes until the bars come back on the screen of it") == 0
    assert known.read(2, f"{LETTER} for two minutes until the bars come back on the screen of it") == 1
    assert 0.5 < known.read(3, f"Good morning and {LETTER} for two minutes until the bars return at last") < 1


def test_other_texts_short_ones_and_ways_of_speaking_are_not_alike() -> None:
    known = Likeness()
    known.read(1, LETTER)
    assert known.read(2, "thank you that works") == known.read(3, "thank you that works") == 0
    assert known.read(4, " ".join(f"word{number}" for number in range(60))) == 0
    shares = [known.read(10 + number, LETTER) for number in range(80)]
    assert (shares[0], shares[-1]) == (1, 0)
