"""The demo community: something true in every state, made by the product's own actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from care.models import Case
from community.models import Acceptance, Decision, Flag, Post, State, Thread
from community.models.threads import Visibility
from demo import script
from demo.actions.loading import load
from kb.models import FaqArticle
from rewards.models import Transfer
from rewards.verify import verify

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)  # a Thursday afternoon


def test_the_story_reaches_every_state_in_both_languages():
    load(now=NOW)

    assert Thread.objects.count() == len(script.threads())
    assert set(Thread.objects.values_list("lang", flat=True)) == {"en", "fr"}
    states = set(Thread.objects.values_list("state", flat=True))
    assert states >= {State.OPEN, State.ANSWERED, State.SOLVED, State.WITH_PERSON, State.UNCONFIRMED, State.DUPLICATE}
    assert Thread.objects.filter(state=State.OPEN, promised_at__gt=NOW).exists(), "a promise that runs"
    assert Thread.objects.exclude(article_path="").count() >= 3, "promoted and published"
    assert FaqArticle.objects.filter(live=False).count() >= 2, "waiting for review"
    assert set(Case.objects.values_list("state", flat=True)) >= {Case.State.OPEN, Case.State.TAKEN}
    assert Case.objects.exclude(closed_at=None).exists()
    assert Post.objects.filter(visibility=Visibility.ASKER).exists(), "answered to the asker alone"
    assert Flag.objects.filter(decision=None).exists() and Decision.objects.filter(verdict="remove").exists()
    assert Acceptance.objects.exclude(revoked_at=None).exists(), "an acceptance that was taken back"
    assert set(Transfer.objects.values_list("kind", flat=True)) >= {"award", "settlement", "reversal"}
    assert verify().ok
    newest = Thread.objects.latest("created_at").created_at
    assert NOW - timedelta(days=1) < newest <= NOW
    assert not Thread.objects.filter(last_activity_at__gt=NOW).exists(), "nothing happens in the future"


def test_a_community_is_never_written_over(customer, product, topic, now):
    Thread.objects.create(author=customer.member, title="Ours", product=product, topic=topic)
    with pytest.raises(CommandError, match="already"):
        call_command("demo", "load")
    assert Thread.objects.count() == 1


def test_an_installation_of_its_own_gets_no_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demo"):
        call_command("demo", "load")


@pytest.mark.parametrize("text", ["", "soon", "3", "3w", "1d x"])
def test_a_slip_in_a_duration_is_found(text):
    with pytest.raises(ValueError, match="no duration"):
        script.span(text)
