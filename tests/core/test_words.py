"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from core.templatetags.core_tags import moment, when, whole_moment

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("lang", "days", "words"),
    [
        ("en", 1, ">Tuesday\xa09:00<"),
        ("en", 6, ">Tuesday 10 March 2026, 9:00<"),
        ("fr", 1, ">mardi\xa09\xa0h\xa000<"),
        ("fr", 6, ">mardi 10 mars 2026, 9\xa0h\xa000<"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_promise_keeps_its_weekday_and_has_its_date_where_it_is_far(
    lang: str, days: int, words: str, sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT - sign * timedelta(days=days))
    with translation.override(lang):
        assert words in moment(AT)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_no_time_ends_in_a_full_stop_that_would_double_the_sentences(lang: str, hour: int) -> None:
    at = AT.replace(hour=hour)
    with translation.override(lang):
        for words in (moment(at), when(at), whole_moment(at)):
            assert not words.removesuffix("</time>").endswith(".")
