""" "Did this help?": anybody says it, members once, and nothing is kept of visitors."""

import pytest
from django.test import Client

from accounts.signals import member_erased
from core.visitors import stamp
from kb.actions.demo import publish_promotion
from kb.actions.helpfulness import say_helped
from kb.actions.people import said
from kb.models import HelpedVote, Helpfulness

pytestmark = pytest.mark.django_db
HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def live(article, operator, now):
    return publish_promotion(article=article, by=operator, now=now)


def counts(article):
    found = Helpfulness.objects.filter(article=article).first()
    return (found.yes, found.no) if found else (0, 0)


def press(client, article, helped, **more):
    return client.post(f"/en/help/articles/{article.pk}/helped/", {"helped": helped}, **(HERE | more))


def test_a_visitor_says_so_and_is_thanked_with_the_next_step(client, live, product):
    page = client.get(live.path_on_site)
    assert "Did this help?" in page.text and "csrf" not in page.text and not page.cookies
    answer = press(client, live, "no")
    assert answer.status_code == 302 and answer.url == f"{live.path_on_site}?helped=no#helped"
    thanked = client.get(answer.url).text
    assert "Thank you for saying so" in thanked and "Did this help?" not in thanked
    assert f"?title=No%20data%20after%20moving&amp;product={product.pk}" in thanked
    assert counts(live) == (0, 1) and not HelpedVote.objects.exists()
    assert "cookie" not in {name.lower() for name in answer.headers} and not answer.cookies


def test_a_member_counts_once_and_may_change_their_mind(sign_in, customer, live):
    client = sign_in(customer)
    for helped in ("yes", "yes", "no", "no", "yes"):
        press(client, live, helped)
    assert counts(live) == (1, 0)
    assert "Thank you. Others will find it sooner." in client.get(live.path_on_site).text


def test_the_thanks_come_in_place_where_a_script_runs(client, live):
    answer = press(client, live, "yes", HTTP_HX_REQUEST="true")
    assert answer.status_code == 200 and answer.text.lstrip().startswith("<section") and "Thank you" in answer.text


def test_another_site_cannot_say_it_for_a_reader(customer, live):
    client = Client(enforce_csrf_checks=True)
    elsewhere = {"HTTP_ORIGIN": "https://elsewhere.example"}
    assert press(client, live, "yes", **elsewhere).status_code == 403
    client.force_login(customer.member.user, backend="accounts.backends.Backend")
    assert press(client, live, "yes", **elsewhere).status_code == 403
    assert press(client, live, "yes").status_code == 403
    assert press(Client(), live, "perhaps").status_code == 400
    assert counts(live) == (0, 0)


def test_a_share_is_shown_once_enough_have_said_something(client, live, customer, now):
    from accounts.viewer import Viewer

    for number in range(9):
        say_helped(article=live, helped=number != 0, by=Viewer(), now=now)
    assert "readers in 100" not in client.get(live.path_on_site).text
    say_helped(article=live, helped=True, by=Viewer(), now=now)
    assert "90 readers in 100 said yes." in client.get(live.path_on_site).text


def test_a_kept_page_shows_the_new_share_at_once(client, live, now, settings):
    settings.ENTRAIDE = settings.ENTRAIDE | {"VISITORS_PAGES_BYTES": 1_000_000}
    for _press in range(10):
        press(client, live, "yes")
    assert "100 readers in 100" in client.get(live.path_on_site).text
    press(client, live, "no")
    stamp.forget()
    assert "90 readers in 100" in client.get(live.path_on_site).text


def test_publishing_anew_keeps_the_counts(live, customer, now):
    say_helped(article=live, helped=True, by=customer, now=now)
    live.save_revision().publish()
    assert counts(live) == (1, 0)


def test_what_a_member_said_is_exported_and_erased_while_the_count_stays(live, customer, now):
    say_helped(article=live, helped=True, by=customer, now=now)
    [row] = said(member=customer.member)
    assert row["helped"] is True and row["title"] == live.title
    member_erased.send(sender=None, member=customer.member, by=customer, now=now)
    assert not HelpedVote.objects.exists() and counts(live) == (1, 0)


def test_whoever_presses_without_end_is_asked_to_pause(client, live, settings):
    for _press in range(60):
        press(client, live, "yes")
    assert press(client, live, "yes").status_code == 429
    assert counts(live) == (60, 0)


def test_an_article_that_is_not_published_takes_no_word(client, article):
    assert press(client, article, "yes").status_code == 404
