"""The desk and the requests as pages: who may do what, what they show, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions.erasure import erase
from accounts.actions.export import export
from accounts.jobs import Job
from accounts.viewer import Viewer
from care.actions import cases
from care.actions.sweep import sweep
from care.models import Case
from care.urls import urlpatterns
from community.models import Post, State, Thread
from community.models import Visibility as Seen

HOUR = timedelta(hours=1)
DUE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def case(thread: Thread) -> Case:
    sweep(now=DUE)
    return Case.objects.get()


@pytest.fixture
def people(
    customer: Viewer, helper: Viewer, moderator: Viewer, agent: Viewer, operator: Viewer, make_viewer: Any
) -> dict[str, Viewer]:
    soon = timezone.now() + timedelta(days=3)
    return {
        "asker": customer,
        "customer": helper,
        "unverified": make_viewer("Una", verified=False),
        "suspended": make_viewer("Sam", Job.AGENT, suspended_until=soon, suspended_reason="Rude."),
        "moderator": moderator,
        "agent": agent,
        "operator": operator,
    }


WHO = ("anonymous", "asker", "customer", "unverified", "suspended", "moderator", "agent", "operator")
# Who gets which answer, in the order of WHO. 302 leads on: to the sign-in, or to what was done.
# A suspended agent still reads the desk; what the agent does below is done with the case in hand.
MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("requests", "GET"): (302, 200, 200, 200, 200, 200, 200, 200),
    ("requests", "POST"): (405,) * 8,
    ("desk", "GET"): (302, 403, 403, 403, 200, 403, 200, 200),
    ("desk", "POST"): (405,) * 8,
    ("case", "GET"): (302, 403, 403, 403, 200, 403, 200, 200),
    ("case", "POST"): (405,) * 8,
    ("take", "GET"): (405,) * 8,
    ("take", "POST"): (403, 403, 403, 403, 403, 403, 302, 403),
    ("release", "GET"): (405,) * 8,
    ("release", "POST"): (403, 403, 403, 403, 403, 403, 302, 302),
    ("reply", "GET"): (405,) * 8,
    ("reply", "POST"): (302, 403, 403, 403, 403, 403, 302, 403),
    ("close", "GET"): (405,) * 8,
    ("close", "POST"): (403, 403, 403, 403, 403, 403, 302, 403),
    ("escalate", "GET"): (302, 403, 403, 403, 403, 200, 403, 403),
    ("escalate", "POST"): (302, 403, 403, 403, 403, 302, 403, 403),
}


def test_every_address_has_its_rows() -> None:
    assert {name for name, _method in MATRIX} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what(
    who: str, people: dict[str, Viewer], asked: Callable[..., Thread], client: Any, sign_in: Any
) -> None:
    for (name, method), codes in MATRIX.items():
        thread = asked(title=f"{name} {method}")
        args: list[int] = []
        if name == "escalate":
            args = [thread.pk]
        elif name not in ("desk", "requests"):
            args = [_case_for(name, thread, people["agent"]).pk]
        if who != "anonymous":
            sign_in(people[who])
        given = {"reason": "It is urgent.", "body": "Hello.", "to": "public"}
        response = client.generic(method, reverse(f"care:{name}", args=args)) if method == "GET" else client.post(
            reverse(f"care:{name}", args=args), given
        )  # fmt: skip
        assert response.status_code == codes[WHO.index(who)], (name, method)
        if method == "POST" and response.status_code not in (302,):
            assert not Post.objects.filter(thread=thread, is_opening=False, as_staff=True, body="Hello.").exists()


def _case_for(name: str, thread: Thread, agent: Viewer) -> Case:
    """A case in the state in which this address can be used: taken by the agent, and answered to be closed."""
    sweep(now=DUE)
    case = Case.objects.get(thread=thread)
    if name in ("release", "reply", "close"):
        cases.take(case=case, by=agent, now=DUE)
    if name == "close":
        cases.reply(case=case, by=agent, body="Your SIM is active.", to="public", now=DUE)
    return case


def test_the_desk_lists_what_is_due_next_first_and_opens_it(
    asked: Callable[..., Thread], agent: Viewer, sign_in: Any, now: datetime
) -> None:
    asked(title="Asked second", at=now + HOUR)
    asked(title="Asked first", at=now)
    sweep(now=now + HOUR + timedelta(days=1))
    Case.objects.filter(thread__title="Asked first").update(due_at=now + timedelta(days=2))
    Case.objects.filter(thread__title="Asked second").update(due_at=now + timedelta(days=1))
    page = sign_in(agent).get("/en/desk/").content.decode()
    assert page.index("Asked second") < page.index("Asked first")
    assert '<h2 id="case-title" lang="en">Asked second</h2>' in page
    assert '<a href="/en/desk/" aria-current="page">Needs a person, 2</a>' in page


def test_the_desk_costs_as_many_queries_for_forty_cases_as_for_four(
    asked: Callable[..., Thread], agent: Viewer, sign_in: Any, django_assert_max_num_queries: Any, settings: Any
) -> None:
    client = sign_in(agent)
    for count in (4, 8):
        for number in range(count):
            asked(title=f"Question {count} {number}")
        sweep(now=DUE)
        with django_assert_max_num_queries(11):
            assert client.get("/en/desk/").status_code == 200


def test_my_requests_cost_the_same_for_any_number(
    asked: Callable[..., Thread], customer: Viewer, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(customer)
    for count in (2, 8):
        for number in range(count):
            asked(title=f"Question {count} {number}")
        sweep(now=DUE)
        with django_assert_max_num_queries(5):
            assert client.get("/en/requests/").status_code == 200


def test_whoever_takes_a_case_second_is_told_who_was_first(
    case: Case, agent: Viewer, make_viewer: Any, sign_in: Any
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    second = make_viewer("Theo", Job.AGENT, is_team=True)
    response = sign_in(second).post(reverse("care:take", args=[case.pk]), follow=True)
    assert "Amira Agent has this case" in response.content.decode()


def test_what_an_agent_typed_is_kept_when_it_cannot_be_posted(
    case: Case, agent: Viewer, sign_in: Any, client: Any
) -> None:
    path = reverse("care:reply", args=[case.pk])
    signed_in = sign_in(agent)
    taken_away = signed_in.post(path, {"body": "Your code is 7731.", "to": "public"})
    assert taken_away.status_code == 403
    assert "Take the case first." in taken_away.content.decode()
    assert "Your code is 7731." in taken_away.content.decode()
    cases.take(case=case, by=agent, now=DUE)
    nobody = signed_in.post(path, {"body": "Your code is 7731.", "to": "everywhere"})
    assert nobody.status_code == 422
    assert "Your code is 7731." in nobody.content.decode()
    empty = signed_in.post(reverse("care:close", args=[case.pk]), {"reason": ""})
    assert empty.status_code in (403, 422)


def test_an_answer_typed_before_the_session_ended_is_there_after_signing_in(
    case: Case, agent: Viewer, sign_in: Any, client: Any
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    away = client.post(reverse("care:reply", args=[case.pk]), {"body": "Your code is 7731.", "to": "public"})
    assert away.status_code == 302 and "next=" in away["Location"]
    assert not Post.objects.filter(as_staff=True).exists()
    assert "Your code is 7731." in sign_in(agent).get(reverse("care:case", args=[case.pk])).content.decode()


def test_a_reply_sent_twice_is_one_post(case: Case, agent: Viewer, sign_in: Any) -> None:
    cases.take(case=case, by=agent, now=DUE)
    for _time in range(2):
        sign_in(agent).post(reverse("care:reply", args=[case.pk]), {"body": "Hi.", "to": "asker", "token": "abc"})
    assert Post.objects.get(as_staff=True).visibility == Seen.ASKER


def test_my_requests_say_who_has_each_and_until_when(
    case: Case, customer: Viewer, helper: Viewer, agent: Viewer, sign_in: Any
) -> None:
    assert "It is at our desk." in sign_in(customer).get("/en/requests/").content.decode()
    cases.take(case=case, by=agent, now=DUE)
    mine = sign_in(customer).get("/en/requests/").content.decode()
    assert "Amira Agent has it" in mine
    assert case.thread.title not in sign_in(helper).get("/en/requests/").content.decode()


def test_an_escalation_without_a_reason_says_what_is_missing(thread: Thread, moderator: Viewer, sign_in: Any) -> None:
    response = sign_in(moderator).post(reverse("care:escalate", args=[thread.pk]), {"reason": " "})
    assert response.status_code == 422
    assert not Case.objects.exists()
    assert sign_in(moderator).post(reverse("care:escalate", args=[thread.pk]), {"reason": "Alone."}).status_code == 302
    thread.refresh_from_db()
    assert thread.state == State.WITH_PERSON


def rendered(text: str, lang: str = "en", **values: Any) -> str:
    with translation.override(lang):
        return Template("{% load care_tags %}" + text).render(Context(values))


def test_the_tags_count_desk_hours_alone_and_ask_the_database_nothing(
    thread: Thread, now: datetime, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    rendered("{% desk_hours %}")
    thread = Thread.objects.for_page().get(pk=thread.pk)
    moments = {
        now: 0,
        now + 4 * HOUR: 50,
        now + 4 * HOUR + timedelta(minutes=4, seconds=59): 50,  # steps of five minutes
        now + 7 * HOUR: 87,
        now + 20 * HOUR: 87,  # the desk is closed
        DUE: 100,
        DUE + 9 * HOUR: 100,
    }
    with django_assert_num_queries(0):
        for moment, percent in moments.items():
            monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
            assert rendered("{% run_percent thread as p %}{{ p }}", thread=thread) == str(percent)
    assert rendered("{% run_percent thread as p %}{{ p }}", thread=Thread(promised_at=None)) == "None"


def test_the_desk_says_its_hours_and_what_a_question_would_be_promised(
    thread: Thread, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert "Monday to Friday, 9:00 to 18:00" in rendered("{% desk_hours %}")
    assert "lundi" in rendered("{% desk_hours %}", "fr")
    assert "9\xa0h à 18\xa0h" in rendered("{% desk_hours %}", "fr")
    promised = rendered("{% promise_if_posted product %}", product=thread.product)
    assert '<time datetime="2026-03-11T09:00+00:00"' in promised


def test_the_escalation_form_is_for_moderators_alone(
    thread: Thread, moderator: Viewer, agent: Viewer, customer: Viewer, now: datetime
) -> None:
    for viewer, shown in ((moderator, True), (agent, False), (customer, False), (Viewer(), False)):
        html = rendered("{% escalation thread %}", thread=thread, viewer=viewer)
        assert ("Hand to a person" in html) is shown


def test_a_person_takes_their_cases_along(case: Case, customer: Viewer, agent: Viewer, now: datetime) -> None:
    cases.take(case=case, by=agent, now=DUE)
    exported = export(by=customer, now=now)
    assert exported["care"][0]["taken_by"] == "Amira Agent"
    assert exported["care"][0]["thread"] == case.thread.canonical_path


def test_who_leaves_lets_no_customer_wait_and_no_words_about_them_stay(
    case: Case, customer: Viewer, agent: Viewer, now: datetime
) -> None:
    cases.take(case=case, by=agent, now=DUE)
    erase(by=agent, keep_name=False, now=DUE)
    case.refresh_from_db()
    assert (case.state, case.taken_by) == (Case.State.OPEN, None)
    Case.objects.update(note="She is 81.")
    erase(by=customer, keep_name=False, now=DUE)
    case.refresh_from_db()
    assert case.note == ""
