"""Ideas on pages: the form, the thread, the lists, the first page, and what machines read."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.viewer import Viewer
from community.actions.adopting import adopt, revoke_adoption
from community.actions.answering import answer
from community.actions.feedback import set_me_too
from community.models import Draft, State, Thread
from community.queries import lists
from community.search_source import ThreadSource
from core.paging import newest
from notifications.models import Notification
from notifications.tasks import send_mails
from tests.community.pages.test_lists import titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(make_thread):
    return make_thread("Pause my plan", kind=Thread.Kind.IDEA)


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def given(product, **more):
    return {"title": "Pause my plan", "details": "For a month.", "product": product.pk, "lang": "en", **more}


# -- the form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "chosen"), [("", "question"), ("?kind=idea", "idea"), ("?kind=nonsense", "question")])
def test_a_person_chooses_on_the_form_and_an_address_may_choose_before(client, path, chosen):
    html = read(client, f"/en/community/ask/{path}")
    checked = re.findall(r'<input type="radio" name="kind" value="(\w+)"[^>]* checked>', html)
    assert checked == [chosen]


@pytest.mark.parametrize(("kind", "state"), [("idea", State.IDEA), ("question", State.OPEN), (None, State.OPEN)])
def test_what_was_chosen_is_posted(sign_in, helper, product, kind, state):
    client = sign_in(helper)
    response = client.post("/en/community/ask/", given(product, **({"kind": kind} if kind else {})))
    assert response.status_code == 302
    assert Thread.objects.get().state == state


def test_the_choice_is_kept_through_a_mistake_a_draft_and_signing_in(sign_in, client, helper, product):
    html = client.post("/en/community/ask/", given(product, kind="idea", look="1")).content.decode()
    assert re.search(r'value="idea"[^>]* checked', html)
    client = sign_in(helper)
    html = client.post("/en/community/ask/", given(product, kind="idea", title="")).content.decode()
    assert re.search(r'value="idea"[^>]* checked', html)
    client.post("/en/community/drafts/", {"key": "ask", "title": "Half", "kind": "idea"})
    assert Draft.objects.get().data["kind"] == "idea"
    assert re.search(r'value="idea"[^>]* checked', read(client, "/en/community/ask/"))


def test_a_kind_that_nobody_can_choose_is_said_beside_its_field(sign_in, helper, product):
    response = sign_in(helper).post("/en/community/ask/", given(product, kind="discussion"))
    assert response.status_code == 422 and 'id="kind-error"' in response.content.decode()
    assert not Thread.objects.exists()


# -- the thread -------------------------------------------------------------------------------------


def test_the_page_of_an_idea_promises_and_accepts_nothing(sign_in, idea, customer, helper, now):
    answer(thread=idea, by=helper, body="Yes please.", now=now)
    own = read(sign_in(customer), idea.get_absolute_url())
    for words in ("Accept this answer", "did not solve it", "takes over", "Nobody has answered", "not accepted yet"):
        assert words not in own
    assert "One reply" in own and "Reply by" in own and "Suggested" in own
    other = read(sign_in(helper), idea.get_absolute_url())
    assert "I want this too" in other and "I have this problem too" not in other
    assert "An accepted answer earns" not in other
    french = read(sign_in(helper), idea.path_in("fr"))
    assert "Je le veux aussi" in french and "J’ai aussi ce problème" not in french


def test_wanting_it_is_the_me_too_of_an_idea(sign_in, idea, helper, now):
    client = sign_in(helper)
    client.post(f"/en/community/t/{idea.pk}/me-too/", {"on": "1"})
    assert "You want it too" in read(client, idea.get_absolute_url())
    assert "One person wants this too." in read(client, "/en/community/?list=ideas")


def test_what_the_team_says_stands_on_an_adopted_idea_for_everybody(client, idea, agent, now):
    before = read(client, idea.get_absolute_url())
    adopt(thread=idea, by=agent, words="It comes in <spring>.", now=now)
    html = read(client, idea.get_absolute_url())
    assert "Adopted by the team on 10 March 2026." in html and "It comes in &lt;spring&gt;." in html
    assert "Adopted" not in before
    assert "Adoptée par l’équipe le 10 mars 2026." in read(client, idea.path_in("fr"))


def test_agents_and_operators_adopt_on_a_page_and_take_it_back_with_a_reason(sign_in, idea, agent, operator, now):
    client = sign_in(agent)
    adopting = f"/en/community/t/{idea.pk}/adopt/"
    assert f'href="{adopting}"' in read(client, idea.get_absolute_url())
    assert "What the team says of it" in read(client, adopting)
    assert client.post(adopting, {"text": "In spring."}).url == idea.get_absolute_url()
    assert "In spring." in read(client, idea.get_absolute_url())
    client = sign_in(operator)
    back = f"/en/community/t/{idea.pk}/unadopt/"
    assert f'href="{back}"' in read(client, idea.get_absolute_url())
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "Too dear."}).status_code == 302
    idea.refresh_from_db()
    assert idea.state == State.IDEA


def test_nobody_else_is_offered_to_adopt_nor_anybody_to_escalate(sign_in, idea, moderator, customer):
    for viewer in (moderator, customer):
        html = read(sign_in(viewer), idea.get_absolute_url())
        assert "/adopt/" not in html and "Hand to a person" not in html
    assert "Suggested before" in read(sign_in(moderator), idea.get_absolute_url())


def test_the_page_of_an_idea_costs_what_that_of_a_question_costs(sign_in, make_thread, idea, agent, make_viewer, now):
    adopted = make_thread("Large print", kind=Thread.Kind.IDEA)
    adopt(thread=adopted, by=agent, words="Yes.", now=now)
    client = sign_in(make_viewer("Reader"))
    cost(client, make_thread("Whatever every page asks for once"))
    question, wished, done = (cost(client, each) for each in (make_thread("No data"), idea, adopted))
    assert (wished, done) == (question, question + 1)
    assert cost(client, adopted) == cost(client, idea), "once it is drawn there is nothing more to ask"


def cost(client, thread) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(thread.get_absolute_url())
    return len(queries)


def test_machines_read_a_posting_and_no_question(client, idea, helper, now):
    answer(thread=idea, by=helper, body="Yes please.", now=now)
    set_me_too(thread=idea, by=helper, on=True, now=now)
    html = read(client, idea.get_absolute_url())
    data = json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', html)[1])
    assert (data["@type"], data["headline"]) == ("DiscussionForumPosting", "Pause my plan")
    assert [each["text"] for each in data["comment"]] == ["Yes please."] and data["commentCount"] == 1
    assert data["interactionStatistic"]["userInteractionCount"] == 1
    assert "mainEntity" not in data and data["isPartOf"]["@type"] == "WebSite"


# -- lists and what else shows threads ---------------------------------------------------------------


def test_ideas_have_a_list_and_stand_in_none_of_what_needs_an_answer(client, make_thread, idea, agent, helper, now):
    question = make_thread("No data", minutes=1)
    adopted = make_thread("Large print", kind=Thread.Kind.IDEA, minutes=2)
    adopt(thread=adopted, by=agent, now=now)
    answer(thread=idea, by=helper, body="Yes please.", now=now)
    listed = {which: titles(client, f"/en/community/?list={which}") for which in ("ideas", "unanswered", "unsolved")}
    assert listed == {
        "ideas": [adopted.title, idea.title], "unanswered": [question.title], "unsolved": [question.title],
    }  # fmt: skip
    assert titles(client, "/en/community/?list=solved") == []
    assert titles(client, "/en/community/") == [adopted.title, question.title, idea.title]
    assert "Idea." in read(client, "/en/community/?list=ideas")
    about = f"/en/community/about/{idea.product.slug}/"
    assert titles(client, f"{about}?list=ideas") == [adopted.title, idea.title]
    assert titles(client, f"{about}{idea.topic.slug}/?list=ideas") == [adopted.title, idea.title]


def test_an_empty_list_of_ideas_leads_to_the_form_for_one(client):
    assert '/en/community/ask/?kind=idea"' in read(client, "/en/community/?list=ideas")


def test_each_page_of_the_ideas_is_read_by_the_index_of_states(idea):
    among = {"lang_base": ("en", "fr"), "state": lists.STATES["ideas"]}
    found = newest(lists.threads("ideas", Viewer()), key="created_at", most=30, among=among)
    assert str(found.values("pk").query).count("LIMIT 30") == 5, "each state of each language from its own place"
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of one row as a whole
        assert found.values("pk").explain().count("thread_state_lang") == 4


def test_the_first_page_asks_nobody_to_answer_an_idea(sign_in, client, make_thread, idea, make_viewer):
    make_thread("No data", minutes=1)
    reader = sign_in(make_viewer("Reader"))
    for html in (read(client, "/en/"), read(reader, "/en/")):
        assert "No data" in html and idea.title not in html


def test_feeds_of_questions_hold_no_idea_and_the_sitemap_does(client, make_thread, idea):
    make_thread("No data", minutes=1)
    for path in ("/en/community/feed/", f"/en/community/about/{idea.product.slug}/feed/"):
        feed = read(client, path)
        assert "No data" in feed and idea.title not in feed
    assert idea.canonical_path in read(client, reverse("sitemap_threads", args=[0]))


def test_an_idea_is_among_what_is_ones_own_but_no_request(sign_in, idea, customer):
    client = sign_in(customer)
    assert titles(client, "/en/community/?list=mine") == [idea.title]
    assert titles(client, "/en/community/?list=followed") == [idea.title]
    assert idea.title not in read(client, "/en/requests/")


def test_an_adopted_idea_is_found_and_is_not_solved(idea, agent, now, customer):
    adopt(thread=idea, by=agent, now=now)
    (document,) = ThreadSource().documents([idea.pk])
    assert (document.kind, document.solved, document.answer) == ("thread", False, "")
    shown = ThreadSource().shown([idea.pk], customer)[idea.pk]
    assert (shown.solved, shown.state) == (False, "adopted")


def test_a_visitors_page_and_a_readers_frame_show_an_adoption_at_once(client, sign_in, idea, agent, make_viewer, now):
    reader = sign_in(make_viewer("Reader"))
    client = type(client)()
    path = idea.get_absolute_url()
    for each in (client, reader, client, reader):
        assert "Adopted by the team" not in read(each, path)
    sign_in(agent).post(f"/en/community/t/{idea.pk}/adopt/", {"text": ""})
    assert "Adopted by the team" in read(client, path)


def test_the_author_is_told_on_the_page_and_by_mail_in_their_language(sign_in, idea, agent, customer, now, mailoutbox):
    type(customer.member).objects.filter(pk=customer.member_id).update(language="fr")
    adopt(thread=idea, by=agent, words="In spring.", now=now)
    revoke_adoption(thread=idea, by=agent, reason="Too dear.", now=now)
    html = read(sign_in(customer), reverse("notifications:index"))
    assert "Your idea was adopted: Pause my plan" in html
    assert "Your idea is no longer adopted: Pause my plan" in html
    told = Notification.objects.filter(member=customer.member).order_by("pk")
    send_mails(ids=[each.pk for each in told])
    first, second = mailoutbox
    assert first.subject.endswith("Votre idée a été adoptée\u00a0: Pause my plan") and "In spring." in first.body
    assert "n’est plus adoptée" in second.subject and "Too dear." in second.body
