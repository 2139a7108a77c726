"""The review desk and a member's own page of what was withheld: who sees what, and what the buttons do."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.jobs import Job
from core.models import Task
from rewards.actions import reviewing
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.settling import settle_due
from rewards.models import Hold, Review
from rewards.queries import Balance, balance_of
from rewards.words import _WORDS, signs
from tests.access.world import SIGNS

pytestmark = pytest.mark.django_db
DESK = "/en/credits/review/"
DAYS = timedelta(days=1)


@pytest.fixture
def now():
    """Pages live in the clock's time."""
    return timezone.now() - 3 * DAYS


@pytest.fixture
def held(accepted, now):
    def make(title="Which plan for Spain", *, score=6_000, group=(), **who):
        acceptance = accepted(title, **who)
        hold = Hold.objects.get(award__key=f"acceptance:{acceptance.pk}")
        members = sorted({hold.member_id, acceptance.thread.author_id, *group})
        put_under_review(found=[Found(hold.pk, score, SIGNS, members)], now=now + DAYS)
        return Review.objects.get(hold=hold)

    return make


@pytest.fixture
def second(make_viewer):
    return make_viewer("Otto Operator", Job.OPERATOR, is_team=True)


def page(client, url, code=200):
    response = client.get(url)
    assert response.status_code == code
    return html.unescape(" ".join(response.content.decode().split()))


def url(review):
    return f"{DESK}{review.pk}/"


def mine(review):
    return f"/en/credits/withheld/{review.pk}/"


def withheld(review, by, now, **more):
    reviewing.withhold(review=review, by=by, reason="You are one person.", rule="7", now=now, **more)
    review.refresh_from_db()
    return review


# -- the member -----------------------------------------------------------------------------------------


def test_a_held_credit_is_being_looked_at_and_nobody_is_accused(held, accepted, sign_in, helper):
    review = held()
    text = page(sign_in(helper), "/en/credits/")
    assert "40 credits are being looked at before they settle" in text
    assert "Being looked at before it settles" in text
    for sign in signs(review.signs):
        assert sign.words not in text
    assert "are pending and settle" not in text and "Held" not in text
    accepted("Another")
    text = page(sign_in(helper), "/en/credits/")
    assert "40 credits are pending and settle on" in text, "those that are held are not counted with them"
    assert "Not settled yet: 80 pending" in text


def test_a_withheld_credit_leads_to_its_statement_of_reasons(held, sign_in, helper, operator, now):
    review = withheld(held(), operator, now + 2 * DAYS)
    text = page(sign_in(helper), "/en/credits/")
    assert f'href="/en/credits/withheld/{review.pk}/"' in text
    assert "your answer was removed" not in text
    text = page(sign_in(helper), mine(review))
    assert "40 credits were withheld" in text
    assert "You are one person." in text
    assert "Rule 7" in text and "One account for each person" in text
    assert "A program that looks at all credits each night pointed to it" in text
    assert "You may appeal until" in text
    assert "Which plan for Spain" in text
    for sign in signs(review.signs):
        assert sign.words not in text


def test_the_letter_says_it_all_in_french_too(held, helper, operator, now):
    from notifications.models import Notification
    from notifications.tasks import mail_of

    withheld(held(), operator, now)
    helper.member.language = "fr"
    helper.member.save()
    told = Notification.objects.select_related("member__user").get(kind="credits_withheld")
    mail = mail_of(told)
    assert mail.subject == "40 crédits ont été retenus\N{NO-BREAK SPACE}: Which plan for Spain"
    for words in ("You are one person.", "7. Un seul compte par personne", "Un programme", "contestez jusqu’au"):
        assert words in mail.body
    assert f"/fr/credits/withheld/{Review.objects.get().pk}/" in mail.body


def test_an_appeal_is_written_on_the_page_and_what_came_of_it_stands_there(
    held, sign_in, helper, operator, second, now
):
    review = withheld(held(), operator, now + 2 * DAYS)
    client = sign_in(helper)
    response = client.post(mine(review), {"text": " "})
    assert response.status_code == 422 and b"Write a few words first." in response.content
    response = client.post(mine(review), {"text": "We are <b>sisters</b>."}, follow=True)
    text = html.unescape(response.content.decode())
    assert "Another person than who decided looks at your appeal" in text
    assert "We are &lt;b&gt;sisters&lt;/b&gt;." in response.content.decode()
    assert client.post(mine(review), {"text": "Again."}).status_code == 403
    review.refresh_from_db()
    reviewing.decide_appeal(review=review, by=second, granted=True, reason="You are right.", now=now + 3 * DAYS)
    text = page(client, mine(review))
    assert "Your appeal was granted." in text and "You are right." in text
    assert "Given back on appeal:" in page(client, "/en/credits/")


def test_what_was_given_back_and_settled_is_not_called_taken_back(held, sign_in, helper, operator, second, now):
    review = withheld(held(), operator, now + DAYS)
    reviewing.appeal(review=review, by=helper, text="No.", now=now + DAYS)
    reviewing.decide_appeal(review=review, by=second, granted=True, reason="Right.", now=now + 2 * DAYS)
    settle_due(now=now + 20 * DAYS)
    text = page(sign_in(helper), "/en/credits/")
    assert "Settled, then taken back" not in text
    assert "Settled today, yours to keep" in text


def test_after_thirty_days_there_is_nothing_to_send(held, sign_in, helper, operator, now):
    review = withheld(held(), operator, now)
    Review.objects.update(decided_at=timezone.now() - 31 * DAYS)
    text = page(sign_in(helper), mine(review))
    assert "The time for an appeal is over." in text and "Send the appeal" not in text
    assert sign_in(helper).post(mine(review), {"text": "Late."}).status_code == 403


def test_nobody_sees_what_was_withheld_of_another(held, sign_in, client, helper, customer, operator, now):
    review = withheld(held(), operator, now)
    for viewer in (customer, operator):
        assert sign_in(viewer).get(mine(review)).status_code == 404
        assert sign_in(viewer).post(mine(review), {"text": "Mine."}).status_code == 404
    client.logout()
    assert client.get(mine(review)).status_code == 302


def test_what_is_only_looked_at_has_no_page_of_its_own(held, sign_in, helper, operator, now):
    review = held()
    assert sign_in(helper).get(mine(review)).status_code == 404
    reviewing.release(review=review, by=operator, now=now)
    assert sign_in(helper).get(mine(review)).status_code == 404


# -- the desk -------------------------------------------------------------------------------------------


def test_the_desk_is_for_operators(held, sign_in, client, helper, moderator, agent):
    review = held()
    for viewer in (helper, moderator, agent):
        for address in (DESK, url(review)):
            assert sign_in(viewer).get(address).status_code == 403
        assert sign_in(viewer).post(url(review), {"verdict": "release"}).status_code == 403
    client.logout()
    assert client.get(DESK).status_code == 302


def test_the_highest_score_comes_first_page_by_page(held, sign_in, operator, monkeypatch):
    monkeypatch.setattr("rewards.desk.page.__kwdefaults__", {"cursor": "", "size": 2})
    scores = [5_000, 9_000, 7_000, 7_000, 6_000]
    for number, score in enumerate(scores):
        held(f"Question {number}", score=score)
    client, seen, address = sign_in(operator), [], DESK
    while address:
        response = client.get(address)
        found = response.context["page"]
        seen += [row.score for row in found.rows]
        address = f"{DESK}?from={found.older}" if found.older else ""
    assert seen == sorted(scores, reverse=True)
    assert client.get(f"{DESK}?from=nonsense&list=nonsense").status_code == 200


def test_each_list_has_its_own(held, sign_in, operator, second, helper, now):
    names = ("Open", "Withheld", "Appealed", "Released", "Upheld")
    reviews = {name: held(name) for name in names}
    for minute, name in enumerate(("Withheld", "Appealed", "Upheld")):
        withheld(reviews[name], operator, now + minute * timedelta(minutes=1))
    for name in ("Appealed", "Upheld"):
        reviewing.appeal(review=reviews[name], by=helper, text=f"Words of {name}.", now=now + DAYS)
    reviewing.decide_appeal(review=reviews["Upheld"], by=second, granted=False, reason="No.", now=now + DAYS)
    reviewing.release(review=reviews["Released"], by=operator, now=now)
    client = sign_in(operator)
    for listed, there in (
        ("open", {"Open"}),
        ("appealed", {"Appealed"}),
        ("withheld", {"Withheld", "Upheld"}),
        ("done", {"Released"}),
    ):
        response = client.get(f"{DESK}?list={listed}")
        assert {thread.title for _row, thread, _signs in response.context["rows"]} == there
    assert "Words of Appealed." in page(client, f"{DESK}?list=appealed")
    assert "One credit line waits for a decision, 40 credits in all." in page(client, DESK)


def test_all_evidence_stands_on_one_page(held, accepted, sign_in, operator, helper, customer, make_viewer, now):
    other = make_viewer("Omar Haddad")
    ring = (helper.member_id, other.member_id)
    accepted("Settled long ago")
    review = held("Which plan for Spain", group=ring)
    beside = held("Where is the PUK", by=other, group=ring)
    text = page(sign_in(operator), url(review))
    assert "Two weeks." in text and "The one with roaming." in text
    for sign in signs(SIGNS):
        assert sign.words in text and sign.weight in text
    assert "Speaks for them." in text
    assert f'href="/en/credits/review/{beside.pk}/"' in text and "Where is the PUK" in text
    assert "Settled long ago" in text
    assert "Omar Haddad" in text
    assert f"Release it to {helper.member.name}" in text
    assert f"Withhold it and write to {helper.member.name}" in text
    assert "Withhold it and one other of this group" in text


def test_every_sign_has_words_in_both_languages():
    assert {sign["sign"] for sign in SIGNS} == set(_WORDS)
    english = [sign.words for sign in signs(SIGNS)]
    with translation.override("fr"):
        french = [sign.words for sign in signs(SIGNS)]
    assert len(english) == len(french) == len(SIGNS)
    assert not set(english) & set(french)
    assert signs([{"sign": "of a later version", "weight": 1.0, "facts": {}}]) == []


def test_release_and_withhold_by_button(held, sign_in, operator, helper):
    client = sign_in(operator)
    one, other = held("One"), held("Two")
    response = client.post(url(one), {"verdict": "release"}, follow=True)
    assert "One credit line was released." in response.content.decode()
    response = client.post(url(other), {"verdict": "withhold", "reason": "", "rule": ""})
    assert response.status_code == 422
    text = html.unescape(response.content.decode())
    assert "Choose the rule that was broken" in text and "Say why: the person concerned will read it." in text
    response = client.post(url(other), {"verdict": "withhold", "reason": "Arranged.", "rule": "7"}, follow=True)
    assert "One credit line was withheld, and its member told why." in response.content.decode()
    assert balance_of(helper.member_id) == Balance(pending=40_000)
    response = client.post(url(other), {"verdict": "release"})
    assert response.status_code == 403
    assert "decided about this already" in response.content.decode()
    assert client.post(url(other), {"verdict": "what"}).status_code == 422


def test_a_whole_group_by_button(held, sign_in, operator, helper, make_viewer):
    other = make_viewer("Omar Haddad")
    ring = (helper.member_id, other.member_id)
    review = held("One", group=ring)
    held("Two", by=other, group=ring)
    client = sign_in(operator)
    response = client.post(url(review), {"verdict": "withhold-all", "reason": "Arranged.", "rule": "7"}, follow=True)
    assert "2 credit lines were withheld, and their members told why." in response.content.decode()
    assert not Review.objects.open().exists()


def test_who_withheld_has_no_button_for_the_appeal_and_another_has(held, sign_in, operator, second, helper, now):
    review = withheld(held(), operator, now)
    reviewing.appeal(review=review, by=helper, text="We are sisters.", now=now + DAYS)
    text = page(sign_in(operator), url(review))
    assert "We are sisters." in text
    assert "Another operator than who withheld it decides about the appeal." in text
    assert "Grant the appeal" not in text
    response = sign_in(operator).post(url(review), {"verdict": "grant", "reason": "Mine."})
    assert response.status_code == 403 and b"You withheld this" in response.content
    assert "Grant the appeal" in page(sign_in(second), url(review))
    assert sign_in(second).post(url(review), {"verdict": "grant", "reason": ""}).status_code == 422
    response = sign_in(second).post(url(review), {"verdict": "grant", "reason": "True."}, follow=True)
    assert b"The appeal is granted." in response.content
    assert balance_of(helper.member_id) == Balance(pending=40_000)
    assert "granted the appeal." in page(sign_in(second), url(review))


def test_an_operator_asks_for_a_look(sign_in, operator):
    response = sign_in(operator).post(f"{DESK}look/", follow=True)
    assert b"It is looked at now." in response.content
    assert Task.objects.filter(key="periodic:rewards detect").count() == 1


def test_an_empty_desk_says_what_would_be_here(sign_in, operator):
    assert "Nothing is here. Each night" in page(sign_in(operator), DESK)


def test_desk_and_page_cost_the_same_queries_however_much_waits(held, sign_in, operator, helper, make_viewer):
    others = [make_viewer(f"Member {n}") for n in range(3)]
    ring = [helper.member_id, *(other.member_id for other in others)]
    review = held("First", group=ring)
    client, counts = sign_in(operator), []
    for more in (1, 12):
        for number in range(more):
            held(f"Question {more} {number}", by=others[number % 3], group=ring)
            held(f"Own {more} {number}", group=ring)
        for address in (DESK, url(review)):
            page(client, address)
            with CaptureQueriesContext(connection) as queries:
                page(client, address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 8 and counts[1] <= 15


def test_a_statement_of_reasons_costs_the_same_queries_however_much_it_took(held, sign_in, operator, helper, now):
    counts = []
    for more in (1, 9):
        reviews = [held(f"Question {more} {n}", group=[helper.member_id]) for n in range(more)]
        withheld(reviews[0], operator, now + more * timedelta(hours=1), whole_group=True)
        client = sign_in(helper)
        page(client, mine(reviews[0]))
        with CaptureQueriesContext(connection) as queries:
            page(client, mine(reviews[0]))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7


def test_limits_are_seen_and_set_by_operators_alone(sign_in, operator, moderator, helper, now):
    address = "/admin/rewards/detectionlimits/"
    for viewer in (moderator, helper):
        assert sign_in(viewer).get(address).status_code in (302, 403)
    client = sign_in(operator)
    form = client.get(f"{address}add/").context["adminform"].form
    given = {name: form[name].value() for name in form.fields}
    assert given["held"] == 4.2
    assert client.post(f"{address}add/", {**given, "held": "5.5", "texts": "on"}).status_code == 302
    assert client.get(f"{address}add/").status_code == 403, "there is one row"
    assert client.get(f"{address}1/change/").status_code == 200
    assert client.post(f"{address}1/delete/", {"post": "yes"}).status_code == 403
    from rewards.evidence import limits

    assert limits().held == 5.5
    assert client.get("/admin/rewards/review/").status_code == 200
