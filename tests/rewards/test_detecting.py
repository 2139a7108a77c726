"""The nightly look: whom it holds of a whole community that was written here, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.viewer import Viewer
from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.actions.asking import ask
from community.models import Acceptance, Post
from core.errors import Refused
from events.models import Event
from rewards import receivers
from rewards.actions import reviewing
from rewards.actions.detecting import detect
from rewards.actions.limiting import set_limits
from rewards.actions.tracing import network_hash
from rewards.limits import Limits
from rewards.models import DetectionLimits, Hold, Review, Trace
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS, MINUTES = timedelta(days=1), timedelta(minutes=1)
LETTER = (
    "Open the settings of your phone, choose mobile networks, switch them off and on again, "
    "then wait two minutes until the bars come back on the screen of it."
)


@pytest.fixture
def town(make_viewer, product, topic, now):
    """Twelve honest people, two of whom help the others, mostly without being accepted; and three who help each other.

    `town.helped(asker, helper)` is one accepted answer, a day after the one before.
    """

    class Town:
        def __init__(self):
            self.at = now
            self.number = 0

        def asked(self, asker, details="Since we moved to the other side of the river."):
            self.number += 1
            self.at += 2 * MINUTES
            title = f"Question number {self.number}"
            return ask(by=asker, title=title, details=details, product=product, topic=topic, lang="en", now=self.at)

        def answered(self, asker, *helpers, body="The one with roaming.", **more):
            thread = self.asked(asker, **more)
            self.at += 5 * MINUTES
            return [answer(thread=thread, by=each, body=body, now=self.at) for each in helpers]

        def helped(self, asker, helper, *others, **more):
            post, *_rest = self.answered(asker, helper, *others, **more)
            self.at += 5 * MINUTES
            return accept(answer=post, by=asker, now=self.at)

    made = Town()
    made.honest = [make_viewer(f"Honest {n}", created_at=now - 300 * DAYS) for n in range(12)]
    made.ring = [make_viewer(f"Ring {n}", created_at=now - 300 * DAYS) for n in range(3)]
    hugo, ines, *askers = made.honest
    for n, asker in enumerate(askers):
        made.answered(asker, hugo if n % 2 else ines)
        made.answered(asker, hugo, ines)
        if n % 3 == 0:
            made.helped(asker, hugo, ines)
    return made


@pytest.fixture
def make_viewer(make_viewer, now):
    """Members who are here for long."""

    def make(name, *jobs, created_at=None, **more):
        viewer = make_viewer(name, *jobs, **more)
        if created_at:
            viewer.member.created_at = created_at
            viewer.member.save(update_fields=["created_at"])
        return viewer

    return make


def plant(town):
    a, b, c = town.ring
    return [town.helped(*two) for two in ((a, b), (b, c), (c, a), (a, b))]


def held():
    return set(Hold.objects.filter(state="held").values_list("award__subject_id", flat=True))


def test_a_planted_ring_is_held_and_the_honest_go_free(town):
    ring = {each.pk for each in plant(town)}
    assert detect(now=town.at + 8 * MINUTES) == 4
    assert held() == ring
    assert Hold.objects.filter(state="pending").count() == 4
    members = {viewer.member_id for viewer in town.ring}
    for review in Review.objects.all():
        assert set(review.group) == members
        assert "circle" in {sign["sign"] for sign in review.signs}
        assert review.score >= 4_200
    assert verify().ok


def test_looking_again_changes_nothing(town):
    plant(town)
    detect(now=town.at)
    before = list(Review.objects.order_by("pk").values())
    assert detect(now=town.at) == 0
    assert list(Review.objects.order_by("pk").values()) == before
    assert Event.objects.filter(verb="credits_held").count() == 4


def test_what_was_released_is_not_held_again_for_the_same(town, operator):
    plant(town)
    detect(now=town.at)
    for review in Review.objects.all():
        reviewing.release(review=review, by=operator, now=town.at)
    assert detect(now=town.at + DAYS) == 0
    assert not held()


def test_what_was_released_is_held_again_for_clearly_more(town, operator):
    plant(town)
    detect(now=town.at)
    for review in Review.objects.all():
        reviewing.release(review=review, by=operator, now=town.at)
    Review.objects.update(score=4_300)
    Review.objects.filter(pk=Review.objects.first().pk).update(score=60_000)
    assert detect(now=town.at + DAYS) == 3
    assert Review.objects.open().filter(decided_at=None, decided_by=None).count() == 3
    assert verify().ok


def test_what_was_given_back_on_appeal_is_not_held_again(town, operator, make_viewer):
    from accounts.jobs import Job

    plant(town)
    detect(now=town.at)
    review = Review.objects.select_related("hold__member").first()
    reviewing.withhold(review=review, by=operator, reason="One person.", rule="7", now=town.at)
    by = Viewer.of_member(review.hold.member)
    reviewing.appeal(review=review, by=by, text="We are not.", now=town.at)
    other = make_viewer("Otto", Job.OPERATOR)
    reviewing.decide_appeal(review=review, by=other, granted=True, reason="Right.", now=town.at)
    assert detect(now=town.at + DAYS) == 0


def test_what_was_taken_back_meanwhile_counts_no_more(town):
    for acceptance in plant(town):
        asker = Viewer.of_member(acceptance.accepted_by)
        revoke(thread=acceptance.thread, by=asker, now=town.at)
    assert detect(now=town.at) == 0


def test_imported_history_counts_as_behaviour(town, make_viewer):
    """Who was accepted by many strangers elsewhere is known here, and joins no ring."""
    plant(town)
    b = town.ring[1]
    for n in range(16):
        stranger = make_viewer(f"Stranger {n}")
        town.answered(stranger, b)
        acceptance = town.helped(stranger, b)
        Acceptance.objects.filter(pk=acceptance.pk).update(imported=True)
    detect(now=town.at)
    signs = {s["sign"]: s["facts"] for r in Review.objects.filter(hold__member=b.member) for s in r.signs}
    assert "circle" not in signs
    assert not held() & set(Acceptance.objects.filter(imported=True).values_list("pk", flat=True))


def test_only_the_last_year_counts(town):
    plant(town)
    later = town.at + 366 * DAYS
    assert detect(now=later) == 0


def test_a_question_that_is_a_title_and_an_answer_from_elsewhere_are_signs(town):
    town.answered(town.honest[3], town.honest[0], body=LETTER)
    a, b, _c = town.ring
    for _ in range(3):
        town.helped(a, b, body=LETTER, details="Help")
    detect(now=town.at)
    signs = {sign["sign"]: sign["facts"] for sign in Review.objects.first().signs}
    assert "title_only" in signs
    assert signs["near_identical"]["alike"] == 1
    # An operator may leave texts out.
    Review.objects.all().delete()
    Hold.objects.update(state="pending")
    DetectionLimits.objects.create(pk=1, texts=False, held=1.0)
    detect(now=town.at)
    assert not {"title_only", "near_identical"} & {s["sign"] for r in Review.objects.all() for s in r.signs}


def test_the_operators_limit_decides_what_is_held(town, operator, customer, now):
    plant(town)
    assert DetectionLimits().plain() == Limits()
    set_limits(limits=DetectionLimits(held=50.0), by=operator, now=now)
    assert detect(now=town.at) == 0
    set_limits(limits=DetectionLimits(held=4.2), by=operator, now=now)
    assert detect(now=town.at) == 4
    event = Event.objects.filter(verb="limits_changed").latest("pk")
    assert (event.before["held"], event.after["held"]) == (50.0, 4.2)
    with pytest.raises(Refused):
        set_limits(limits=DetectionLimits(held=1.0), by=customer, now=now)
    assert DetectionLimits.objects.get().held == 4.2


def test_a_look_costs_the_same_queries_however_much_there_is(town):
    plant(town)
    with CaptureQueriesContext(connection) as few:
        detect(now=town.at)
    Review.objects.all().delete()
    Hold.objects.update(state="pending")
    for _ in range(2):
        plant(town)
        town.helped(town.honest[4], town.honest[0], town.honest[1])
    with CaptureQueriesContext(connection) as more:
        detect(now=town.at)
    events = Event.objects.filter(verb="credits_held").count()
    assert events == 4 + 12
    # One event each is written down; nothing else is asked for a row.
    assert len(more) - 12 == len(few) - 4 <= 25


def test_it_goes_on_where_it_was_interrupted(town, monkeypatch):
    monkeypatch.setattr("rewards.actions.detecting.BATCH", 2)
    plant(town)

    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detect(now=town.at, progress=stop)
    assert len(held()) == 2
    assert verify().ok
    call_command("rewards", "detect", now=town.at)
    assert len(held()) == 4


# -- what tells that two accounts may be one person's ----------------------------------------------------


def signed_in(viewer, address, agent="Firefox on Android"):
    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    receivers.trace_sign_in(sender=None, user=viewer.member.user, request=request)


def test_a_sign_in_leaves_a_hash_and_nothing_that_can_be_read(helper):
    signed_in(helper, "203.0.113.7")
    signed_in(helper, "203.0.113.7")
    trace = Trace.objects.get()
    assert trace.member_id == helper.member_id
    assert len(trace.hash) == 32 and "203" not in trace.hash.replace(trace.hash, "")
    signed_in(helper, "not an address")
    assert Trace.objects.count() == 1


def test_a_network_is_that_of_a_household_with_one_browser_for_a_month(now):
    same = network_hash("203.0.113.7", "Firefox", now)
    assert same == network_hash("203.0.113.99", "Firefox", now)
    assert same == network_hash("::ffff:203.0.113.7", "Firefox", now)
    assert same != network_hash("203.0.114.7", "Firefox", now)
    assert same != network_hash("203.0.113.7", "Safari", now)
    assert same != network_hash("203.0.113.7", "Firefox", now + 31 * DAYS)
    assert network_hash("2001:db8:1:2::3", "F", now) == network_hash("2001:db8:1:2:9::4", "F", now)
    assert network_hash("2001:db8:1:2::3", "F", now) != network_hash("2001:db8:1:3::3", "F", now)


def test_a_shared_network_is_one_sign_among_others(town):
    a, b, _c = town.ring
    for viewer in (a, b):
        Trace.objects.create(member=viewer.member, day=town.at.date(), kind="network", hash="same")
    for _ in range(3):
        town.helped(a, b)
    detect(now=town.at)
    assert "same_network" in {sign["sign"] for sign in Review.objects.first().signs}


def test_traces_are_gone_after_thirty_days(helper, now):
    for ago in (30, 31):
        Trace.objects.create(member=helper.member, day=(now - ago * DAYS).date(), kind="network", hash=f"{ago}")
    detect(now=now)
    assert list(Trace.objects.values_list("hash", flat=True)) == ["30"]


def test_an_erased_member_leaves_no_trace(helper, now):
    from accounts.actions.erasure import erase

    signed_in(helper, "203.0.113.7")
    erase(by=helper, keep_name=False, now=now)
    assert not Trace.objects.exists()


def test_answers_that_were_removed_are_not_counted(town, moderator):
    """So that nobody hides among answers that were thrown away."""
    from community.actions.removal import remove_post

    a, b, _c = town.ring
    for asker in town.honest[2:]:
        town.answered(asker, b)
    for post in Post.objects.filter(author=b.member, is_opening=False):
        remove_post(post=post, by=moderator, reason="Advertising.", now=town.at)
    for _ in range(2):
        town.helped(a, b)
    detect(now=town.at)
    often = next(s for s in Review.objects.first().signs if s["sign"] == "accepted_often")
    assert often["facts"] == {"accepted": 2, "answered": 2}
