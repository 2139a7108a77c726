"""Loading the demo community: when it may be, at any hour, and from content without slips."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.actions.demo import PEOPLE
from care import sla
from care.models import Case
from community.models import State, Thread
from core.hours import Hours
from demo import script
from demo.actions import loading
from demo.actions.loading import load

pytestmark = pytest.mark.django_db
DESK = Hours(zone=sla.DEFAULT_ZONE, week=sla.week_of(sla.DEFAULT_WEEK), country=sla.DEFAULT_COUNTRY)


@pytest.mark.once
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 15, 2, 30, tzinfo=UTC),  # in the night to a Sunday
        datetime(2026, 12, 28, 8, 20, tzinfo=UTC),  # a Monday morning, after a holiday and a weekend
    ],
)
def test_the_desk_has_something_late_something_due_soon_and_something_taken_at_any_hour(now, monkeypatch):
    # What was never a question comes to no desk, and takes longest to tell.
    monkeypatch.setattr(script, "articles", list)
    load(now=now)

    late = [case for case in Case.objects.current() if case.is_late(now)]
    soon = Case.objects.current().filter(answered_at=None, due_at__gt=now)
    assert late and min(now - case.due_at for case in late) < timedelta(days=5)
    assert {Case.State.OPEN, Case.State.TAKEN} <= set(soon.values_list("state", flat=True))
    for case in soon:
        assert DESK.business_between(now, case.due_at) < timedelta(hours=4)
    assert Thread.objects.filter(state=State.OPEN, promised_at__gt=now).exists()
    assert not Thread.objects.filter(last_activity_at__gt=now).exists(), "nothing happens in the future"


def test_a_community_is_never_written_over(customer, product, topic, now):
    Thread.objects.create(author=customer.member, title="Ours", product=product, topic=topic)
    with pytest.raises(CommandError, match="already"):
        call_command("demo", "load")
    assert Thread.objects.count() == 1


def test_an_installation_of_its_own_gets_no_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demo"):
        call_command("demo", "load")


def test_a_load_that_is_interrupted_leaves_nothing_behind(monkeypatch, now):
    def stop(before):
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "told_before", stop)
    monkeypatch.setattr(script, "threads", lambda: THREADS[:1])
    monkeypatch.setattr(script, "articles", list)
    with pytest.raises(KeyboardInterrupt):
        load(now=now)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("text", ["", "soon", "3", "3w", "1d x"])
def test_a_slip_in_a_duration_is_found(text):
    with pytest.raises(ValueError, match="no duration"):
        script.span(text)


def test_times_count_back_by_the_clock_and_by_the_hours_of_the_desk():
    monday = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)  # 10:00 in Paris
    assert script.moment("5h", monday, DESK) == monday - timedelta(hours=5)
    assert script.moment("3d 18:40", monday, DESK) == datetime(2026, 3, 13, 17, 40, tzinfo=UTC)
    assert script.moment("desk 2h", monday, DESK) == datetime(2026, 3, 13, 16, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="future"):
        script.moment("0d 18:40", monday, DESK)


THREADS = script.threads()
# What the content may say of each thing: a key in the wrong place would be passed over in silence.
KNOWN = {
    "thread": {
        "lang", "key", "title", "product", "topic", "by", "asked", "details", "me_too", "answer", "comment", "then",
        "taken", "promote", "kind",
    },
    "answer": {
        "by", "after", "text", "staff", "private", "note", "helped", "comment", "accepted_after", "accepted_by",
        "unaccepted_after", "not_solved_after", "flagged_by", "flagged_why", "flagged_text", "removed_after",
        "removed_why", "kept_after", "kept_why",
    },
    "comment": {"by", "after", "text", "flagged_by", "flagged_why", "flagged_text"},
    "then": {
        "do", "after", "by", "why", "of", "post", "product", "topic", "title", "text", "flagged_why", "flagged_text",
    },
}  # fmt: skip


def test_the_content_holds_no_key_that_nobody_reads():
    for thread in THREADS:
        answers = thread.get("answer", [])
        comments = [remark for on in (thread, *answers) for remark in on.get("comment", [])]
        given = {"thread": [thread], "answer": answers, "comment": comments, "then": thread.get("then", [])}
        for kind, rows in given.items():
            for row in rows:
                assert set(row) <= KNOWN[kind], f"{thread['key']}: {set(row) - KNOWN[kind]}"


def test_reviews_are_of_threads_and_people_that_there_are():
    content = script.read("reviews")
    people = set(PEOPLE)
    people |= {given["key"] for given in script.read("people")["person"]}
    given = [*content["look"], *content["then"]]
    assert {each["thread"] for each in given} <= {thread["key"] for thread in THREADS}
    assert {each["by"] for each in content["then"]} <= people
    assert {key for each in content["look"] for key in each["group"]} <= people


def test_every_thread_has_a_key_of_its_own():
    keys = [thread["key"] for thread in THREADS]
    assert len(keys) == len(set(keys))


def test_french_is_set_as_french_is():
    """No-break spaces before : ; ! ? and within « », and the apostrophe that curls."""
    texts = [path.read_text(encoding="utf-8") for path in (script.CONTENT / "threads").glob("*.fr.toml")]
    said = re.sub(r"(?ms)^```.*?^```$|^#.*?$", "", "\n".join(texts))
    assert re.findall(r".{10} [:;!?»].{10}", said) == []
    assert re.findall(r".{10}« .{10}|\w'\w", said) == []
