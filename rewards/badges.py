"""Badges: for how good help was, never for how much there is of it. Decided on plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rewards.models import Badge

Kind = Badge.Kind

# Nobody had answered for so long.
PATIENT_AFTER = timedelta(hours=24)
# So many readers other than its author said that an answer helped.
HELPFUL_READERS = 10
# Accepted answers in each of two languages.
LANGUAGE_ANSWERS = 3
# Of a hundred readers who said anything, so many said that an article helped.
TRUSTED_PERCENT = 80
# In a year in which nothing was taken back.
STEADY_ANSWERS, YEAR = 12, timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a member that is accepted, and not to their own question."""

    post_id: int
    asked_at: datetime
    answered_at: datetime
    accepted_at: datetime
    # Whether nobody had answered before.
    was_first: bool
    # Readers who said that it helped.
    helped: int
    lang: str


@dataclass(frozen=True, slots=True)
class Article:
    """A published article credited to the member; it helped `percent` of its readers, None while too few said."""

    post_id: int | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one member. `taken_back`: some of their credits were, within a year before `today`."""

    answers: Sequence[Answer]
    articles: Sequence[Article]
    taken_back: bool
    today: date


@dataclass(frozen=True, slots=True)
class Earned:
    """A badge that its facts bear out, and the answer that does; None where it is no single one."""

    kind: Badge.Kind
    post_id: int | None = None


def earned(facts: Facts) -> list[Earned]:
    """All badges that a member should have."""
    found = [(kind, rule(facts)) for kind, rule in _RULES.items()]
    return [Earned(kind, post_id or None) for kind, post_id in found if post_id is not None]


# Each gives the answer that earned it (0 for no single one), or None.


def _first(facts: Facts) -> int | None:
    return min(facts.answers, key=lambda each: each.accepted_at).post_id if facts.answers else None


def _patient(facts: Facts) -> int | None:
    late = (each for each in facts.answers if each.was_first and each.answered_at - each.asked_at >= PATIENT_AFTER)
    return min((each.post_id for each in late), default=None)


def _helpful(facts: Facts) -> int | None:
    return min((each.post_id for each in facts.answers if each.helped >= HELPFUL_READERS), default=None)


def _languages(facts: Facts) -> int | None:
    counted = Counter(each.lang for each in facts.answers)
    return 0 if sum(count >= LANGUAGE_ANSWERS for count in counted.values()) >= 2 else None


def _article(facts: Facts) -> int | None:
    return min((each.post_id or 0 for each in facts.articles), default=None)


def _trusted(facts: Facts) -> int | None:
    confirmed = (each for each in facts.articles if each.percent is not None and each.percent >= TRUSTED_PERCENT)
    return min((each.post_id or 0 for each in confirmed), default=None)


def _steady(facts: Facts) -> int | None:
    if facts.taken_back or not facts.answers:
        return None
    since = facts.today - YEAR
    recent = sum(each.accepted_at.date() > since for each in facts.answers)
    began = min(each.accepted_at.date() for each in facts.answers)
    return 0 if recent >= STEADY_ANSWERS and began <= since else None


_RULES: dict[Badge.Kind, Callable[[Facts], int | None]] = {
    Kind.FIRST: _first,
    Kind.PATIENT: _patient,
    Kind.HELPFUL: _helpful,
    Kind.LANGUAGES: _languages,
    Kind.ARTICLE: _article,
    Kind.TRUSTED: _trusted,
    Kind.STEADY: _steady,
}
