"""Who answers now, in a sentence, by the reader's clock."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from care.words import desk_state
from core.hours import Hours

DAY = ((9 * 60, 18 * 60),)
HOURS = Hours("Europe/Paris", (DAY, DAY, DAY, DAY, DAY, (), ()))


@pytest.mark.parametrize(
    ("at", "lang", "words"),
    [
        ((10, 11), "en", "Members answer at any hour; the desk is open until 18:00."),
        ((10, 6), "en", "Members answer at any hour; the desk opens at 9:00."),
        ((10, 20), "en", "Members answer tonight; the desk opens tomorrow at 9:00."),
        ((13, 20), "en", "Members answer at any hour; the desk opens on Monday at 9:00."),
        ((15, 11), "en", "Members answer at any hour; the desk opens tomorrow at 9:00."),
        ((10, 20), "fr", "Les membres répondent ce soir ; le comptoir ouvre demain à 9 h."),
    ],
)
def test_the_first_page_says_who_answers_now(at, lang, words):
    day, hour = at
    moment = datetime(2026, 3, day, hour - 1, 30, tzinfo=UTC)  # half past the hour in Paris
    with translation.override(lang), timezone.override("Europe/Paris"):
        assert (
            desk_state(HOURS, moment).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
            == words
        )
